/* Where the script ended with a failure: does a file still do that, or does the report name it? */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct exits
{
  struct analysis *a ;
  struct statement const *function ; /* the one that is being looked into; 0: none */
  char const *code ; /* of the exit that was found */
} ;

static int is_failing_exit (struct statement *statement, void *data)
{
  struct exits *exits = data ;
  char const *code = strcmp(statement_command(statement), "exit") ? 0 : shell_exit_code(exits->a->pool, statement_word(statement, 1)) ;
  if (!code || !strcmp(code, "0")) return 0 ;
  exits->code = code ;
  return 1 ;
}

static int is_told (struct claim const *claim)
{
  return claim->tells_exit || claim->todo.first || claim->never_ran ;
}

/* die "no disk" is as good as its exit. */
static int exits_there (struct exits *exits, struct statement *statement)
{
  struct function *function = called_function(exits->a, statement) ;
  if (is_failing_exit(statement, exits)) return 1 ;
  return function && function->statement->body && function->statement != exits->function && statement_walk(function->statement->body, &is_failing_exit, exits) ;
}

/* The last one that the script had started ahead of the place; 0: none. Where it is main, its end is the container's. */
static struct service *started_before (struct analysis *a, uint32_t byte)
{
  struct service *last = 0 ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (one->claim && !plan_is_code(a->plan, one->claim) && one->claim->range.start < byte) last = one ;
  return last ;
}

/* The service, started again and again, whose run has the exit ahead of its command; 0: none. */
static struct service *run_of (struct analysis *a, struct claim const *claim)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (!one->is_oneshot && !one->is_main && one->claim != claim && !strcmp(claim->where, service_where(a->plan, one, "run"))) return one ;
  return 0 ;
}

static int look_at_exit (struct statement *statement, void *data)
{
  struct exits *exits = data ;
  struct analysis *a = exits->a ;
  struct claim *claim = exits_there(exits, statement) ? claim_of(a, statement) : 0 ;
  struct service *service = claim && !is_told(claim) ? run_of(a, claim) : 0 ;
  if (service)
    plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool,
      "the script ended here with %s; here it ends run alone, and %s is started again: let it call `reeve shutdown %s` ahead of that: %s", exits->code, service->name, exits->code, statement_text(a, statement))) ;
  if (service || !claim) return 0 ;
  service = started_before(a, statement->range.start) ;
  if ((service && service->is_main) || !claim_is_dropped(claim) || audited_definition(a, claim) || is_told(claim)) return 0 ;
  plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool,
    "the script ended here with %s, and nothing does now: if that is wanted, let run or finish call `reeve shutdown %s`: %s", exits->code, exits->code, statement_text(a, statement))) ;
  return 0 ;
}

void audit_exits (struct analysis *a, struct statement *first, struct file const *files)
{
  struct exits exits = { .a = a } ;
  (void)files ;
  if (!a->plan->services) return ;
  for (; first ; first = first->next)
  {
    exits.function = first->kind == STATEMENT_FUNCTION ? first : 0 ;
    statement_walk(first, &look_at_exit, &exits) ;
  }
}
