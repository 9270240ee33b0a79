/* if ! kill -0 $PID; then cat LOG; wait $PID; exit 1; fi: the start had failed, and the script ended. The `wait` there
   is for a process that has ended: nothing waits for the service. Where it still ran, the script went on. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"

struct asking
{
  struct analysis *a ;
  struct texts names ; /* of the services that it asks for */
  int asks_more ; /* something else as well */
} ;

/* [ -d /proc/$PID ]: 1, [ ! -e /proc/$PID ]: -1, what else a test asks of a process: 0 */
static int asks_for_folder (struct analysis *a, struct statement const *test)
{
  char const *text = statement_text(a, test) ;
  if (!strstr(text, "-d ") && !strstr(text, "-e ")) return 0 ;
  return strstr(text, "! -") ? -1 : 1 ;
}

/* kill -0 "$API", of services that the script has started: 1, or -1 if it holds where they do not run; 0: something else */
static int asks_for_start (struct asking *asking, struct statement *condition)
{
  struct analysis *a = asking->a ;
  struct texts names = { 0 } ;
  int sign = 1 ;
  if (condition->next || !asks_process(condition, a)) return 0 ;
  if (condition->kind == STATEMENT_TEST || shell_one_of(statement_command(condition), "[ test")) sign = asks_for_folder(a, condition) ;
  if (!sign) return 0 ;
  for (unsigned int i = 1 ; i < condition->nwords ; i++) services_of_pid(a, condition->words[i].raw, &names) ;
  for (struct pid_variable const *pid = a->pids ; pid && !names.first ; pid = pid->next)
    if (pid->service && shell_mentions(statement_text(a, condition), pid->name)) texts_add(a->pool, &names, pid->service->name) ;
  texts_add_all(a->pool, &asking->names, &names) ;
  return names.first ? sign : 0 ;
}

/* 1: it holds only where they run, -1: also where one has ended, 0: it asks something else. */
static int holds_while_running (struct asking *asking, struct statement *condition)
{
  int all = condition->kind == STATEMENT_AND ? 1 : -1 ;
  int found = 0 ;
  if (condition->kind == STATEMENT_NOT) return -holds_while_running(asking, condition->body) ;
  if (!is_and_or(condition)) return asks_for_start(asking, condition) ;
  for (struct statement const *one = condition->body ; one ; one = one->next)
  {
    struct statement alone = *one ;
    alone.next = 0 ;
    if (holds_while_running(asking, &alone) == all) found = all ;
    else asking->asks_more = 1 ;
  }
  return found ;
}

/* Returns the same of what is asked first. */
static int find_parts (struct asking *asking, struct statement *statement, struct if_running *these)
{
  struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  struct statement first ;
  if (branch && branch->condition && !branch->condition->next && (!branch->next || !branch->next->condition))
  {
    these->good = branch->body ;
    these->bad = branch->next ? branch->next->body : 0 ;
    return holds_while_running(asking, branch->condition) ;
  }
  if (!is_and_or(statement)) return 0 ;
  first = *statement->body ;
  first.next = 0 ;
  these->good = statement->body->next ;
  return holds_while_running(asking, &first) * (statement->kind == STATEMENT_AND ? 1 : -1) ;
}

/* if kill -0 $PID; then exec web; fi; exit 1: what follows is what was done otherwise. */
static struct statement *otherwise (struct analysis *a, struct statement const *statement, struct statement const *good)
{
  while (good && good->next) good = good->next ;
  return good && !strcmp(statement_command(good), "exec") && a->here && a->here->statement == statement && is_last(a, a->here) ? statement->next : 0 ;
}

int find_if_running (struct analysis *a, struct statement *statement, struct if_running *these)
{
  struct asking asking = { .a = a } ;
  int running ;
  int follows ;
  *these = (struct if_running){ 0 } ;
  if (a->waited_line || !(running = find_parts(&asking, statement, these))) return 0 ;
  if (running == -1)
  {
    struct statement *good = these->bad ;
    these->bad = these->good ;
    these->good = good ;
  }
  if (these->good && asking.asks_more) return 0 ;
  follows = !these->bad && (these->bad = otherwise(a, statement, these->good)) ;
  these->names = texts_join(a->pool, &asking.names, ", ") ;
  for (struct statement *one = these->good ; one ; one = one->next)
    if (statement_walk(one, &sends_signal, 0) || (!these->bad && !strcmp(statement_command(one), "exec"))) return 0 ;
  if (these->bad && (!may_end_script(a, these->bad) || any_starts_but_waits(a, these->bad))) return 0 ;
  if (follows) statement->next = 0 ;
  return 1 ;
}

void end_if_running (struct analysis *a, struct statement *statement, struct if_running const *these)
{
  char const *what = LOOKED_AND_ENDED ;
  char const *when = pool_printf(a->pool, "%s had failed", these->names) ;
  for (struct statement *one = these->bad ; one ; one = one->next)
  {
    struct claim *claim = claim_statement(a, one, "dropped", what) ;
    claim->tells_exit = 1 ;
    mark_lost_when(a, when, one, claim) ;
  }
  claim_statement(a, statement, "dropped", what)->tells_exit = 1 ;
}
