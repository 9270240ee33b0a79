/* A loop that waits for services and starts them again, however they ended: they are restarted here, too, after its pause. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

static int asks_end_alone (struct analysis *a, struct statement *list, int in_branch) ;

/* if [ $STOPPING = 1 ]; then break; else sleep 2; start; fi: the only question is whether the container is to end. */
static int branches_ask_end_alone (struct analysis *a, struct statement const *statement)
{
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (branch->condition && (branch->condition->next || !asks_only_trap(a, branch->condition))) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (!asks_end_alone(a, branch->body, 1)) return 0 ;
  return 1 ;
}

/* wait $PID || code=$? */
static int is_wait (struct statement const *statement)
{
  struct statement const *right = statement->body->next ;
  return !strcmp(statement_command(statement->body), "wait") && (right->kind == STATEMENT_ASSIGNMENT || shell_one_of(statement_command(right), "true :")) ;
}

static int asks_end_alone (struct analysis *a, struct statement *list, int in_branch)
{
  for (struct statement *one = list ; one ; one = one->next)
  {
    if (one->kind == STATEMENT_IF && branches_ask_end_alone(a, one)) continue ;
    if (one->kind == STATEMENT_AND && asks_only_trap(a, one->body) && asks_end_alone(a, one->body->next, 1)) continue ;
    if ((one->kind == STATEMENT_AND || one->kind == STATEMENT_OR) && is_wait(one)) continue ;
    if (one->kind != STATEMENT_COMMAND && one->kind != STATEMENT_ASSIGNMENT && one->kind != STATEMENT_COMMENT) return 0 ;
    if (!in_branch && (may_end(a, one) || shell_one_of(statement_command(one), "break return"))) return 0 ;
  }
  return 1 ;
}

int starts_again_always (struct analysis *a, struct statement *loop)
{
  struct statement *condition = loop->branches->condition ;
  return condition && !condition->next && (is_always_true(condition) || asks_only_trap(a, condition)) && asks_end_alone(a, loop->branches->body, 0) ;
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
