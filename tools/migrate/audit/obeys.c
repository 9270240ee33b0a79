/* A run that is a loop, with a trap of TERM: does it end when its supervisor says so? A trap that only signals what the loop
   has started leaves the loop, which starts that again. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

static int leaves (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_ASSIGNMENT || statement->nredirects || !shell_one_of(statement_command(statement), "kill wait echo printf true : sleep") ; /* it may say to the loop that it has to end */
}

static int exits (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit return exec") ;
}

static struct statement *body_of (struct statement *list, char const *name)
{
  for (; list ; list = list->next)
    if (list->kind == STATEMENT_FUNCTION && !strcmp(list->name, name)) return list->body ;
  return 0 ;
}

/* Is all that the trap does to signal others? */
static int only_signals (struct pool *pool, struct statement *list, struct statement const *trap)
{
  char const *text = trap->nwords > 2 ? shell_without_quotes(pool, trap->words[1].raw) : "" ;
  struct statement *body = body_of(list, text) ;
  struct source code ;
  int signals = 0 ;
  for (struct statement *one = body && body->kind == STATEMENT_GROUP ? body->body : shell_parse_text(pool, &code, text) ; one ; one = one->next)
  {
    if (leaves(one, 0)) return 0 ;
    signals |= sends_signal(one, 0) ;
    for (unsigned int i = 1 ; i < one->nwords ; i++)
      if (shell_one_of(one->words[i].raw, "0 -1 $$ -$$")) return 0 ; /* itself, too */
  }
  return signals ;
}

static int is_of_term (struct statement const *trap)
{
  for (unsigned int i = 2 ; i < trap->nwords ; i++)
    if (shell_one_of(statement_word(trap, i), "TERM SIGTERM 15")) return 1 ;
  return 0 ;
}

static int goes_on (struct pool *pool, char const *content)
{
  struct source code ;
  struct statement *list = shell_parse_text(pool, &code, content) ;
  struct statement const *trap = 0 ;
  for (struct statement *one = list ; one ; one = one->next)
  {
    if (!strcmp(statement_command(one), "trap") && is_of_term(one)) trap = only_signals(pool, list, one) ? one : 0 ;
    if (trap && one->kind == STATEMENT_LOOP && one->branches && is_always_true(one->branches->condition) && !loop_breaks(one) && !statement_walk(one, &exits, 0)) return 1 ;
  }
  return 0 ;
}

void audit_obeys (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)first ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->claim && !service->is_oneshot && goes_on(a->pool, audited_text(a, files, service, "run")))
      plan_todo(a->plan, service, service->claim, service->line,
        "at a stop its trap only signals what the loop has started, and the loop goes on until it is killed: let the trap end with exit, or start the program without the loop (restart-delay)") ;
}
