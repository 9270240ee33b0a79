/* What is around a command and may name its service: the folder that it starts in, the variable that keeps its pid. */

#include <ctype.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* `cd DIRECTORY` in the text: the last one that is plain; 0: there is none. */
static char const *directory_in (struct pool *pool, char const *text)
{
  char const *found = 0 ;
  for (char const *p = text ; (p = strstr(p, "cd ")) ; p += 3)
  {
    size_t len = strcspn(p + 3, " \t\n;&|)") ;
    if ((p == text || strchr(" \t\n;&({", p[-1])) && len && !memchr(p + 3, '$', len)) found = shell_without_quotes(pool, pool_copy(pool, p + 3, len)) ;
  }
  return found ;
}

char const *folder_of_start (struct analysis *a, struct statement *statement)
{
  char const *directory = directory_in(a->pool, statement_text(a, statement)) ;
  for (unsigned int i = a->plan->npieces ; !directory && i ; i--)
    if (!a->plan->pieces[i - 1].is_function && !a->plan->pieces[i - 1].under) directory = directory_in(a->pool, a->plan->pieces[i - 1].text) ;
  return directory ? command_telling_folder(a->pool, directory) : 0 ;
}

char const *name_of_pid (struct analysis *a, struct statement const *next)
{
  char const *text ;
  char *name ;
  size_t len ;
  next = uncommented_first(next) ;
  text = next && next->kind == STATEMENT_ASSIGNMENT ? statement_text(a, next) : "" ;
  len = strcspn(text, "=") ;
  if (strcmp(text + len, "=$!") != 0) return 0 ;
  name = pool_alloc(a->pool, len + 1) ;
  for (size_t i = 0 ; i < len ; i++) name[i] = (char)tolower((unsigned char)text[i]) ;
  name[len] = 0 ;
  if (len > 3 && !strncmp(name, "pid_", 4)) name += 4 ;
  else if (len > 4 && !strcmp(name + len - 4, "_pid")) name[len - 4] = 0 ;
  else return 0 ;
  return shell_one_of(name, "main app bg background child server service process") || command_name_is_poor(name) || plan_find(a->plan, name) ? 0 : name ;
}
