/* Which signals a trap is for: the end, or, as trap 'kill $pids' CHLD, the end of one child that ended all. */

#include <string.h>

#include <skalibs/sig.h>

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
  if (shell_one_of(command, "pgrep pidof") || asks_whether_alive(statement, 0)) doing->what.asks = 1 ;
  if (function && function->statement->body) function->walked = 1 ;
  else if (!strcmp(command, "exit") || sends_signal(statement, 0)) doing->what.ends = 1 ;
  else if (statement->background) doing->what.starts = 1 ;
  else if (writes_files(statement) || (statement->kind == STATEMENT_COMMAND
    && !shell_one_of(command, "kill wait trap return echo printf log logger local true false : test [ sleep date jobs ps pgrep pidof grep set"))) doing->what.works = 1 ;
  return 0 ;
}

int ends_with_script (struct trap const *trap)
{
  return strstr(trap->all, " EXIT ") || strstr(trap->all, " 0 ") ;
}

/* SIGTERM, TERM, 15 */
static int is_signal (char const *word, char const *name)
{
  int n = sig_number(!strncmp(name, "SIG", 3) ? name + 3 : name) ;
  if (!strncmp(name, "SIG", 3)) name += 3 ;
  if (!strncmp(word, "SIG", 3)) word += 3 ;
  return !strcmp(word, name) || (n && shell_number(word, 64, 0) == (unsigned int)n) ;
}

int has_signal (struct pool *pool, char const *signals, char const *name)
{
  for (char const *p = signals ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (is_signal(pool_copy(pool, p, strcspn(p, " ")), name)) return 1 ;
  return 0 ;
}

int is_for_the_end (struct analysis *a, struct trap const *trap)
{
  static char const *const ends[] = { " TERM ", " SIGTERM ", " INT ", " SIGINT ", " QUIT ", " SIGQUIT ", " EXIT ", " 0 ", " 15 ", " 2 ", " 3 ", " PWR ", " SIGPWR " } ;
  static char const *const tells[] = { "HUP", "USR1", "USR2", "WINCH", "CONT" } ;
  for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
    if (strstr(trap->all, ends[i])) return 1 ;
  if (!trap->all[strspn(trap->all, " ")]) return 1 ; /* not known */
  if (a->plan->stop_signal && has_signal(a->pool, trap->all, a->plan->stop_signal)) return 1 ;
  for (size_t i = 0 ; i < sizeof(tells) / sizeof(*tells) ; i++)
    if (has_signal(a->pool, trap->all, tells[i])) return 0 ;
  for (struct trap const *other = a->traps ; other ; other = other->next)
    if (other != trap && *other->code)
      for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
        if (strstr(other->all, ends[i])) return 0 ;
  return 1 ;
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
    if (one->is_main && one->command && !one->is_background && !one->is_oneshot && !one->conditions.first && one->line == a->waited_line) return one->line ;
  return a->stuck_line ;
}

int ends_with_child (struct analysis *a, int *asks)
{
  *asks = 0 ;
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
  {
    struct child_trap what = { 0 } ;
    if (is_child_trap(trap)) what = child_trap(a, trap) ;
    *asks |= what.asks ;
    if (what.ends) return 1 ;
  }
  return 0 ;
}
