/* A && B, where A is a start: B only comes when A has been started, and depends on it. */

#include "migrate/analysis.h"

/* The conditions of a start that those around it do not have; 0: none. */
static char const *own_conditions (struct analysis *a, struct service const *service)
{
  struct texts own = { 0 } ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!texts_has(&a->conditions, one->text)) texts_add(a->pool, &own, one->text) ;
  return own.first ? texts_join(a->pool, &own, " && ") : 0 ;
}

void begin_behind (struct analysis *a, struct service *before, struct behind *behind)
{
  struct service *first = before ? before->next : a->plan->services ;
  char const *condition ;
  *behind = (struct behind){ .last = plan_last(a->plan), .outer = a->ready } ;
  condition = first ? own_conditions(a, behind->last) : 0 ;
  close_task(a) ;
  if (behind->outer.first == a->ready.first)
    for (struct text const *one = a->ready.first ; one ; one = one->next) texts_add(a->pool, &behind->ready, one->text) ;
  for (struct service *one = first ; one ; one = one->next)
  {
    texts_add_once(a->pool, &behind->ready, one->name) ;
    texts_add(a->pool, &behind->names, one->name) ;
  }
  a->ready = behind->ready ;
  behind->in_branch = !!condition ;
  if (condition) enter_branch(a, &behind->state, condition) ;
}

void end_behind (struct analysis *a, struct statement const *statement, struct behind const *behind)
{
  char const *names = texts_join(a->pool, &behind->names, ", ") ;
  if (behind->in_branch) leave_branch(a, &behind->state) ;
  if (a->ready.first == behind->ready.first) a->ready = behind->outer ;
  for (struct service *one = behind->last ? behind->last->next : a->plan->services ; one && *names ; one = one->next)
    if (one->claim && !one->is_oneshot) one->claim->what = pool_printf(a->pool, "%s, behind &&: it depends on %s", one->claim->what, names) ;
  claim_statement(a, statement, "dropped", *names ? pool_printf(a->pool, "&&: what is behind it depends on %s", names) : "&&") ;
}
