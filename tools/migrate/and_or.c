/* && and ||: which side is the start, and what that means for the other. */

#include <string.h>

#include "migrate/analysis.h"

/* What began behind `before`, 0 for all. */
static struct service *begun (struct analysis *a, struct service *before)
{
  return before ? before->next : a->plan->services ;
}

static struct service *last_service (struct analysis *a)
{
  struct service *service = a->plan->services ;
  while (service && service->next) service = service->next ;
  return service ;
}

/* The conditions of a start that those around it do not have; 0: none. */
static char const *own_conditions (struct analysis *a, struct service const *service)
{
  struct texts own = { 0 } ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!texts_has(&a->conditions, one->text)) texts_add(a->pool, &own, one->text) ;
  return own.first ? texts_join(a->pool, &own, " && ") : 0 ;
}

/* start A && RIGHT: RIGHT only comes when A has been started. */
static void walk_behind_start (struct analysis *a, struct statement *statement, struct service *before, struct frame *frame)
{
  struct branch_state state ;
  struct statement *right = statement->body->next ;
  struct service *first = begun(a, before) ;
  struct service *last = last_service(a) ;
  struct texts outer = a->ready ;
  struct texts ready = { 0 } ;
  struct texts names = { 0 } ;
  char const *condition = first ? own_conditions(a, last) : 0 ;
  close_task(a) ;
  if (outer.first == a->ready.first)
    for (struct text const *one = a->ready.first ; one ; one = one->next) texts_add(a->pool, &ready, one->text) ;
  for (struct service *one = first ; one ; one = one->next)
  {
    texts_add_once(a->pool, &ready, one->name) ;
    texts_add(a->pool, &names, one->name) ;
  }
  a->ready = ready ;
  if (condition) enter_branch(a, &state, condition) ;
  walk_statement(a, right, frame) ;
  if (condition) leave_branch(a, &state) ;
  if (a->ready.first == ready.first) a->ready = outer ;
  for (struct service *one = begun(a, last) ; one && names.first ; one = one->next)
    if (one->claim && !one->is_oneshot)
      one->claim->what = pool_printf(a->pool, "%s, behind &&: it depends on %s", one->claim->what, texts_join(a->pool, &names, ", ")) ;
  claim_statement(a, statement, "dropped", names.first
    ? pool_printf(a->pool, "&&: what is behind it depends on %s", texts_join(a->pool, &names, ", ")) : "&&") ;
}

/* A || B, or A && B, where A is a start: that is not in question, but what follows it is. */
static void walk_after_start (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  struct frame inner = { .rest = right, .up = frame } ;
  struct service *before = last_service(a) ;
  char const *why = "what was done when the start failed: the service is restarted instead" ;
  walk_statement(a, left, statement->kind == STATEMENT_OR ? frame : &inner) ;
  if (statement->kind == STATEMENT_AND && !a->replaced_line)
  {
    walk_behind_start(a, statement, before, frame) ;
    return ;
  }
  if (starts_something(a, right) && !a->replaced_line) texts_add(a->pool, &claim_statement(a, right, "dropped", why)->todo, "is that enough?") ;
  else claim_statement(a, right, "dropped", why) ;
  claim_statement(a, statement, "dropped", "&& or ||") ;
}

void walk_and_or (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct branch_state state ;
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  char const *condition = statement_text(a, left) ;
  if (starts_something(a, left) || walk_wait_program(a, left, frame))
  {
    walk_after_start(a, statement, frame) ;
    return ;
  }
  if (statement->kind == STATEMENT_AND && (keeps_alive(right) || shell_one_of(statement_command(right), "wait")))
  {
    /* No start is in question. */
    struct frame inner = { .rest = right, .up = frame } ;
    walk_statement(a, left, &inner) ;
    walk_statement(a, right, frame) ;
    claim_statement(a, statement, "dropped", "&&") ;
    return ;
  }
  if (!starts_something(a, right))
  {
    if (is_last(frame) && !a->waited_line && statement->kind == STATEMENT_OR && left->kind == STATEMENT_COMMAND)
    {
      walk_statement(a, left, frame) ;
      claim_statement(a, statement, "dropped", "what was done when it failed: the container's exit code says it") ;
    }
    else if (!add_context(a, statement)) add_ordinary(a, statement) ;
    return ;
  }
  if (left->kind == STATEMENT_AND || left->kind == STATEMENT_OR || left->kind == STATEMENT_PIPELINE) condition = pool_printf(a->pool, "{ %s; }", condition) ;
  enter_branch(a, &state, statement->kind == STATEMENT_OR ? negated(a->pool, condition) : condition) ;
  walk_statement(a, right, frame) ;
  leave_branch(a, &state) ;
  claim_branch(a, statement) ;
}
