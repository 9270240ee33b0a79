/* A loop that waits for services and starts them again, however they ended: they are restarted here, too, after its pause. */

#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

/* wait $PID; if [ $STOPPING = 0 ]; then sleep 2; start; fi: the only question is whether the container is to end. */
static int asks_end_alone (struct analysis *a, struct statement *list)
{
  for (struct statement *one = list ; one ; one = one->next)
  {
    int asks = one->kind == STATEMENT_IF && one->branches->condition && !one->branches->condition->next ;
    if (asks && asks_trap(a, statement_text(a, one->branches->condition)) && asks_end_alone(a, one->branches->body)) continue ;
    if (one->kind == STATEMENT_AND && asks_trap(a, statement_text(a, one->body)) && (only_leaves(one) || asks_end_alone(a, one->body->next))) continue ;
    if (one->kind != STATEMENT_COMMAND && one->kind != STATEMENT_ASSIGNMENT && one->kind != STATEMENT_COMMENT) return 0 ;
    if (may_end(a, one)) return 0 ;
  }
  return 1 ;
}

int starts_again_always (struct analysis *a, struct statement *loop)
{
  struct statement *condition = loop->branches->condition ;
  return condition && !condition->next && (is_always_true(condition) || asks_trap(a, statement_text(a, condition))) && asks_end_alone(a, loop->branches->body) ;
}

char const *set_again (struct analysis *a, struct statement *loop, struct texts const *names, struct claim *claim)
{
  char const *what = "" ;
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (!service) continue ;
    service_set(a->plan, service, "restart", "always") ;
    what = set_pause(a, service, loop, claim) ;
  }
  return what ;
}
