/* trap 'kill $pids' CHLD: the end of one child ended all. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct doing
{
  struct analysis *a ;
  struct child_trap what ;
} ;

static int look_at_part (struct statement *statement, void *data)
{
  struct doing *doing = data ;
  char const *command = statement_command(statement) ;
  struct function *function = called_function(doing->a, statement) ;
  if (function && function->statement->body) function->walked = 1 ;
  else if (shell_one_of(command, "exit pkill killall") || sends_signal(statement, 0)) doing->what.ends = 1 ;
  else if (statement->background) doing->what.starts = 1 ;
  else if (writes_files(statement) || (statement->kind == STATEMENT_COMMAND
    && !shell_one_of(command, "kill wait trap return echo printf log logger local true false : test [ sleep date jobs ps pgrep pidof grep set"))) doing->what.works = 1 ;
  return 0 ;
}

int ends_with_script (struct trap const *trap)
{
  return strstr(trap->all, " EXIT ") || strstr(trap->all, " 0 ") ;
}

int is_child_trap (struct trap const *trap)
{
  static char const *const names[] = { " CHLD ", " SIGCHLD ", " CLD ", " SIGCLD ", " 17 " } ;
  for (size_t i = 0 ; i < sizeof(names) / sizeof(*names) ; i++)
    if (strstr(trap->signals, names[i])) return 1 ;
  return 0 ;
}

struct child_trap child_trap (struct analysis *a, struct trap const *trap)
{
  struct doing doing = { .a = a } ;
  struct source code ;
  for (struct statement *one = shell_parse_text(a->pool, &code, trap->code) ; one ; one = one->next) walk_with_calls(a, one, &look_at_part, &doing) ;
  return doing.what ;
}

uint32_t no_trap_until (struct analysis *a)
{
  for (struct service const *one = a->plan->services ; one && !a->stuck_line ; one = one->next)
    if (one->is_main && !one->is_background && !one->is_oneshot && !one->conditions.first && one->line == a->waited_line) return one->line ;
  return a->stuck_line ;
}

int ends_with_child (struct analysis *a)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
    if (is_child_trap(trap) && child_trap(a, trap).ends) return 1 ;
  return 0 ;
}
