/* ( sleep 10; ./add-admin ) &: work that waited for nothing but time, which a slow start makes too short. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

#define LONG_MS 300000 /* so long nothing starts: the work is for later */

/* cd DIR || exit 111, X=1, set -e */
static int only_sets (struct statement const *statement)
{
  while (statement->kind == STATEMENT_OR) statement = statement->body ;
  return statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_FUNCTION || statement->kind == STATEMENT_ASSIGNMENT || shell_one_of(statement_command(statement), "set cd echo printf export") ;
}

/* The sleep that the list begins with, behind what sets something; 0: it begins with other work. */
static struct statement *first_sleep (struct statement *list)
{
  while (list && only_sets(list)) list = list->next ;
  return list && list->next && !strcmp(statement_command(list), "sleep") && duration_ms(statement_word(list, 1)) < LONG_MS ? list : 0 ;
}

/* The list of the run, or that of the code which it executes at its end. */
static struct statement *behind_shell (struct analysis *a, struct source *code, struct statement *list)
{
  struct statement *last = last_command(list) ;
  unsigned int first = 0 ;
  unsigned int of_code ;
  int is_code = 0 ;
  if (last && !strcmp(statement_command(last), "exec")) first = 1 ;
  of_code = last ? statement_of_shell(last, first, &is_code) : 0 ;
  return of_code && is_code ? shell_parse_text(a->pool, code, shell_without_quotes(a->pool, last->words[of_code].raw)) : list ;
}

/* Does nothing tell that the last command goes on? `a`: of the code that it is in. */
static int last_may_end (struct analysis *a, struct statement *list, char const *name)
{
  struct statement *last = last_command(list) ;
  unsigned int first = 0 ;
  if (!last) return 0 ;
  if (!strcmp(statement_command(last), "exec")) first = 1 ;
  if (!strcmp(statement_word(last, first), "reeve-exec") && !strcmp(statement_word(last, first + 1), "--")) first += 2 ;
  last->words += first ;
  last->nwords -= first ;
  return may_end_soon(a, last, 0, name) ;
}

static void look_at_run (struct analysis *a, struct service *service, char const *run)
{
  struct source code ;
  struct analysis inner = *a ;
  struct statement *list = behind_shell(a, &code, shell_parse_text(a->pool, &code, run)) ;
  struct statement *sleep = first_sleep(list) ;
  struct statement *work = sleep ? sleep->next : 0 ;
  char const *time ;
  inner.source = &code ;
  while (work && (is_message(&inner, work) || shell_one_of(statement_command(work), "exit"))) work = work->next ;
  if (!work) return ;
  time = statement_word(sleep, 1) ;
  if (service->is_oneshot)
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "it waits for nothing but time (sleep %s): if it needs a service, let it depend on that, and give that a readiness check", time)) ;
  else if (last_may_end(&inner, list, service->name))
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "behind sleep %s it may serve, or do its work and end: if it ends, give it flag-oneshot, as a service is started again", time)) ;
}

void audit_onlytime (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)first ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if ((one->is_oneshot ? one->is_job && !one->dependencies.first : one->is_background) && one->claim && !one->claim->todo.first) look_at_run(a, one, audited_text(a, files, one, "run")) ;
}
