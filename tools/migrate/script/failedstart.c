/* if ! kill -0 $PID; then cat LOG; wait $PID; exit 1; fi: the start had failed, and the script ended. The `wait` there
   is for a process that has ended: nothing waits for the service. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

static int asks_for_process (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "kill") && !strcmp(statement_word(statement, 1), "-0") ;
}

static int is_wait (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "wait") ;
}

static int does_more (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct function *function = called_function(a, statement) ;
  if (statement->background || writes_files(statement)) return 1 ;
  if (function && function->statement->body && a->depth < 20)
  {
    int more ;
    a->depth++ ;
    more = statement_walk(function->statement->body, &does_more, a) ;
    a->depth-- ;
    return more ;
  }
  return statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_OTHER
   || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "wait exit return echo printf cat tail head sed true false : [ test kill sleep logger ls date")) ;
}

/* The statements that were done when the process had gone; 0: another form. */
static struct statement *done_then (struct statement *statement)
{
  struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  if (branch && !branch->next && branch->condition && statement_walk(branch->condition, &asks_for_process, 0)) return branch->body ;
  if (statement->kind == STATEMENT_OR && statement_walk(statement->body, &asks_for_process, 0)) return statement->body->next ;
  return 0 ;
}

int walk_failed_start (struct analysis *a, struct statement *statement)
{
  struct statement *body = done_then(statement) ;
  int waits = 0 ;
  int ends = 0 ;
  if (!body || a->waited_line) return 0 ;
  for (struct statement *one = body ; one ; one = one->next)
  {
    waits |= statement_walk(one, &is_wait, 0) ;
    ends |= may_end(a, one) ;
    if (statement_walk(one, &does_more, a)) return 0 ;
  }
  if (!waits || !ends) return 0 ;
  drop_statement(a, statement, "looked whether it still ran, and ended if not: the supervisor looks, and starts it again") ;
  return 1 ;
}
