/* A trap runs between two commands: while the script stays in one, it comes too late. And what the shell's last command gets itself. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

int traps_term (struct trap const *trap)
{
  return strstr(trap->signals, "TERM ") || strstr(trap->signals, " 15 ") ;
}

/* The trap of TERM where the service runs; 0: there is none. One of EXIT alone comes when the service has ended, as it is meant to. */
static struct trap const *trap_at (struct analysis *a, struct statement *list, struct service const *service)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next)
    if (traps_term(trap) && (!service->claim || trap->claim || !are_apart(list, trap->statement->range, service->claim->range))) return trap ;
  return 0 ;
}

static int may_wait (struct statement *statement, void *data)
{
  return statement->is_interruptible || calls_wait(statement, data) ;
}

struct inside
{
  struct analysis *a ;
  struct service const *service ;
} ;

static int waits_in_service (struct statement *statement, void *data)
{
  struct inside *inside = data ;
  struct claim const *claim = inside->service->claim ;
  if (!claim || statement->range.start < claim->range.start || statement->range.end > claim->range.end) return 0 ;
  return may_wait(statement, 0) || (called_function(inside->a, statement) && walk_with_calls(inside->a, statement, &may_wait, 0)) ;
}

/* while sleep 60 & wait $!; do work; done; serve, a function that waits */
static int lets_traps_run (struct analysis *a, struct statement *list, struct service const *service)
{
  struct inside inside = { .a = a, .service = service } ;
  for (; list ; list = list->next)
    if (statement_walk(list, &waits_in_service, &inside)) return 1 ;
  return 0 ;
}

static int ends_script (struct statement *statement, void *data)
{
  return statement_exits(statement, data) || sends_signal(statement, data) ;
}

static int trap_ends (struct analysis *a, struct trap const *trap)
{
  struct source code ;
  for (struct statement *one = shell_parse_text(a->pool, &code, trap->code) ; one ; one = one->next)
    if (walk_with_calls(a, one, &ends_script, 0)) return 1 ;
  return 0 ;
}

static int is_loop (struct pool *pool, struct service const *service)
{
  struct source code ;
  struct statement const *one = service->command ? 0 : uncommented_first(shell_parse_text(pool, &code, texts_join(pool, &service->run, "\n"))) ;
  return one && one->kind == STATEMENT_LOOP ;
}

void find_late_trap (struct analysis *a, struct statement *list, struct service *service)
{
  struct trap const *trap = trap_at(a, list, service) ;
  char const *text = "a trap runs only when this command has ended: start it with & and wait for it" ;
  if (!trap || !service->is_waited || service->is_exec || service->trap || a->plan->init_signals_all) return ;
  if (!is_loop(a->pool, service))
  {
    if (lets_traps_run(a, list, service)) return ;
  }
  else if (!trap_ends(a, trap)) text = "the trap does not end the loop: docker stop waits, and then kills everything" ;
  else if (lets_traps_run(a, list, service)) return ;
  else text = "a trap runs only when the command has ended that the loop is in: start that with & and wait for it (sleep N & wait $!)" ;
  plan_mistake(a->plan, service->line, text) ;
}

int shell_becomes (struct analysis *a, struct service const *service)
{
  struct plan const *plan = a->plan ;
  int is_bash = strstr(plan->shell, "bash") || (plan->sh_is_bash && !strstr(plan->shell, "dash")) ;
  if (!plan->taken || strncmp(plan->taken, "the shell code of", 17) != 0 || service->next || service->is_oneshot || !service->is_main || service->is_background || service->is_daemon) return 0 ;
  if (!is_bash && !plan->has_other_sh) return 0 ; /* dash forks */
  for (struct service const *one = plan->services ; is_bash && one ; one = one->next)
    if (runs_beside(one)) return 0 ;
  return 1 ;
}
