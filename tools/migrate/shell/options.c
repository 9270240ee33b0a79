/* The options of wait, as `wait -n -pWHO PID...`, however they are written: -nf, -fn, -np WHO. -f changes nothing of whom it
   waits for. */

#include <string.h>

#include "migrate/shell/tree.h"

void read_options (struct pool *pool, struct statement *statement)
{
  char const *who = 0 ;
  unsigned int n = 1 ;
  unsigned int i = 1 ;
  int any = 0 ;
  if (!statement->nwords || strcmp(statement->words[0].raw, "wait") != 0) return ;
  for (; i < statement->nwords && statement->words[i].raw[0] == '-' && statement->words[i].raw[1] ; i++)
  {
    char const *raw = statement->words[i].raw ;
    size_t len = strspn(raw + 1, "nf") ;
    if (!strcmp(raw, "--"))
    {
      i++ ;
      break ;
    }
    if (raw[1 + len] && raw[1 + len] != 'p') return ; /* another option */
    any |= !!memchr(raw + 1, 'n', len) ;
    if (raw[1 + len]) who = !raw[2 + len] && i + 1 < statement->nwords ? statement->words[++i].raw : raw + 2 + len ; /* -p WHO, -pWHO */
  }
  if (i == 1) return ;
  if (any)
  {
    statement->words[1].raw = statement->words[1].value = "-n" ;
    n++ ;
  }
  if (who && n < i)
  {
    statement->words[n].raw = statement->words[n].value = pool_printf(pool, "-p%s", who) ;
    n++ ;
  }
  for (; i < statement->nwords ; i++) statement->words[n++] = statement->words[i] ;
  statement->nwords = n ;
}
