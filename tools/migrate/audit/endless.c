/* A loop in the foreground of the setup, or of a task, that nothing leaves, in whatever is around it: what comes behind it
   is never started. As a statement of the script, the walk has made it what the script ended with. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct endless
{
  struct analysis *a ;
  struct claim *claim ; /* of the command that has the code which is looked into; 0: each statement has its own */
  uint32_t line ; /* the command's */
  uint32_t beside ; /* where what is in the background ends, or a function: in there it holds nothing up */
} ;

static int is_held (struct analysis *a, struct claim const *claim)
{
  struct service const *task = audited_service(a, claim) ;
  return task ? task->is_oneshot && !task->is_job : !strcmp(claim->where, plan_setup_where(a->plan)) ;
}

static int is_endless (struct statement *statement)
{
  return statement->kind == STATEMENT_LOOP && !statement->until && statement->branches && is_always_true(statement->branches->condition)
   && !loop_breaks(statement) && !statement_has(statement, "exit return exec kill") ;
}

/* sh -c CODE, su app -c CODE: the code; 0: it has none. */
static char const *code_of (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  int is_code ;
  unsigned int i ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.code) return shell_unquote(a->pool, launch.code) ;
  i = statement_of_shell(statement, launch.first, &is_code) ;
  return i && is_code ? shell_without_quotes(a->pool, statement->words[i].raw) : 0 ;
}

static int look_at_loop (struct statement *statement, void *data)
{
  struct endless *endless = data ;
  struct analysis *a = endless->a ;
  struct claim *claim = endless->claim ? endless->claim : claim_of(a, statement) ;
  struct endless inner = { .a = a, .claim = claim, .line = endless->claim ? endless->line : line_of(a, statement) } ;
  struct source code ;
  char const *text ;
  if (statement->range.start < endless->beside) return 0 ;
  if (statement->background || statement->kind == STATEMENT_FUNCTION) endless->beside = statement->range.end ;
  if (statement->range.start < endless->beside || !claim || claim->todo.first || !is_held(a, claim)) return 0 ;
  text = endless->claim ? 0 : code_of(a, statement) ;
  for (struct statement *one = text ? shell_parse_text(a->pool, &code, text) : 0 ; one ; one = one->next) statement_walk(one, &look_at_loop, &inner) ;
  if (is_endless(statement))
    audit_todo(a, claim, inner.line, "this loop never ends, so that what is behind it is never started: if it has to run beside that, put an & behind it, and migrate again") ;
  return 0 ;
}

void audit_endless (struct analysis *a, struct statement *first, struct file const *files)
{
  struct endless endless = { .a = a } ;
  (void)files ;
  for (; first ; first = first->next) statement_walk(first, &look_at_loop, &endless) ;
}
