/* A finish has the exit code and the signal of run as $1 and $2. Where it has the script's
   arguments as well (set -- WORDS, shift), it keeps its own ahead of them. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/write/ownwords.h"

static int takes_words_away (struct pool *pool, char const *text)
{
  struct source code ;
  for (struct statement *one = shell_parse_text(pool, &code, text) ; one ; one = one->next)
    if (statement_walk(one, &sets_positional, 0)) return 1 ;
  return 0 ;
}

static char const *replaced (struct pool *pool, char const *text, char const *name, char const *by)
{
  for (char const *at = strstr(text, name) ; at ; at = strstr(text, name))
    text = pool_printf(pool, "%.*s%s%s", (int)(at - text), text, by, at + strlen(name)) ;
  return text ;
}

struct texts with_own_words (struct pool *pool, struct texts const *lines)
{
  struct texts all = { 0 } ;
  char const *text = texts_join(pool, lines, "\n") ;
  int keeps = takes_words_away(pool, text) ;
  for (struct text const *one = lines->first ; one ; one = one->next)
  {
    texts_add(pool, &all, keeps ? one->text : replaced(pool, replaced(pool, one->text, FINISH_CODE, "$1"), FINISH_SIGNAL, "$2")) ;
    if (one != lines->first || !keeps) continue ;
    /* Behind the #!. */
    if (strstr(text, FINISH_CODE)) texts_add(pool, &all, pool_printf(pool, "%s=$1", &FINISH_CODE[1])) ;
    if (strstr(text, FINISH_SIGNAL)) texts_add(pool, &all, pool_printf(pool, "%s=$2", &FINISH_SIGNAL[1])) ;
  }
  return all ;
}
