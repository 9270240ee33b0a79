/* trap 'kill $pids' CHLD: the end of one child ended all. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

static int is_end (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit pkill killall") || (shell_one_of(statement_command(statement), "kill") && strcmp(statement_word(statement, 1), "-0") != 0) ;
}

int ends_all (struct analysis *a, struct trap const *trap)
{
  struct source code ;
  struct function *function = find_function(a, trap->code) ;
  if (function) function->walked = 1 ;
  for (struct statement *one = function ? function->statement->body : shell_parse_text(a->pool, &code, trap->code) ; one ; one = function ? 0 : one->next)
    if (statement_walk(one, &is_end, 0)) return 1 ;
  return 0 ;
}

int ends_with_child (struct analysis *a)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
    if (strstr(trap->signals, "CHLD") && ends_all(a, trap)) return 1 ;
  return 0 ;
}
