/* Loops of which the walk asks only as a whole: a question in rounds, hooks, and one that nothing leaves. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

/* exit, exit 0: the script has done what it was for. */
static int ends_well (struct statement *statement, void *data)
{
  (void)data ;
  return statement_exits(statement, 0) && (statement->nwords == 1 || !strcmp(statement_word(statement, 1), "0")) ;
}

int asks_until_answered (struct analysis *a, struct statement *statement)
{
  return statement->kind == STATEMENT_FOR && statement->branches && (loop_breaks(statement) || statement_walk(statement, &ends_well, 0))
   && !any_starts_but_waits(a, statement->branches->body) ;
}

void note_endless (struct analysis *a, struct statement *loop)
{
  if (a->replaced_line || a->in_function || a->is_beside || a->conditions.first) return ;
  if (loop->kind != STATEMENT_LOOP || loop->background || loop->until || !loop->branches) return ;
  if (is_always_true(loop->branches->condition) && !loop_breaks(loop)) a->replaced_line = line_of(a, loop) ;
}

static int is_command_of_variable (struct statement *statement, void *data)
{
  return statement->kind == STATEMENT_COMMAND && statement->nwords && shell_mentions(statement->words[0].raw, data) ;
}

int runs_hooks (struct analysis *a, struct statement *statement)
{
  return statement->kind == STATEMENT_FOR && a->plan->services && !a->waited_line && !starts_something(a, statement) && statement_walk(statement, &is_command_of_variable, (void *)statement->name) ;
}
