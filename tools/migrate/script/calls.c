/* Calls of functions that start something. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

static void set_arguments (struct analysis *a, struct statement *body, struct statement const *call, int known)
{
  for (unsigned int i = 1 ; i < 10 && i < call->nwords ; i++)
  {
    char digit[2] = { (char)('0' + i), 0 } ;
    set_values(a, body, pool_copy(a->pool, digit, 1), known ? call->words[i].value : 0) ;
  }
  if (call->nwords > 1) set_values(a, body, "@", known ? call->words[1].value : 0) ;
}

static int is_started (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || !strcmp(statement_command(statement), "wait") ;
}

static int passes_all (struct statement const *call)
{
  return call->nwords == 2 && shell_one_of(call->words[1].raw, "\"$@\" $@") ;
}

int begin_call (struct analysis *a, struct statement *statement, struct calling *call)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || a->in_function > 10 || !starts_something(a, body)) return 0 ;
  *call = (struct calling){ .statement = statement, .function = function, .positional = a->positional, .before = plan_last(a->plan) } ;
  function->walked = 1 ;
  if (ends_with_exec(body) && !statement_walk(body, &is_started, 0))
  {
    struct service *service = start_service(a, statement, START_MAIN) ;
    if (passes_all(statement)) give_console(a, service, body) ;
    service->is_exec = 1 ;
    if (!a->conditions.first) a->replaced_line = service->line ;
    else a->branch_replaced = 1 ;
    return 1 ;
  }
  call->body = body ;
  if (statement->nwords > 1 && !passes_all(statement))
  {
    place_values(a, call->positional, pool_printf(a->pool, "set -- %s", source_copy(a->source,
      (struct range){ statement->words[1].range.start, statement->words[statement->nwords - 1].range.end }))) ;
    set_arguments(a, body, statement, 1) ;
  }
  a->in_function++ ;
  return 1 ;
}

void end_call (struct analysis *a, struct calling const *call)
{
  struct statement const *statement = call->statement ;
  struct texts made = { 0 } ;
  a->in_function-- ;
  if (statement->nwords > 1 && !passes_all(statement)) set_arguments(a, call->body, statement, 0) ;
  a->positional = call->positional ;
  for (struct service *one = call->before ? call->before->next : a->plan->services ; one ; one = one->next) texts_add(a->pool, &made, one->name) ;
  if (made.first) claim_statement(a, statement, "services.d", pool_printf(a->pool, "call of %s: %s", call->function->name, texts_join(a->pool, &made, ", "))) ;
  else claim_statement(a, statement, "dropped", pool_printf(a->pool, "call of %s: its lines say what became of them", call->function->name)) ;
}
