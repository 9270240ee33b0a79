/* How a loop ends that stays a loop. */

#include <string.h>

#include "migrate/facts/facts.h"

static int breaks_in (struct statement const *list, unsigned int inside)
{
  for (; list ; list = list->next)
    if (breaks_out(list, inside)) return 1 ;
  return 0 ;
}

int breaks_out (struct statement const *statement, unsigned int inside)
{
  if (shell_one_of(statement_command(statement), "break")) return !inside || shell_number(statement_word(statement, 1), 100, 0) > inside ;
  inside += statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR ;
  if (breaks_in(statement->body, inside)) return 1 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (breaks_in(branch->condition, inside) || breaks_in(branch->body, inside)) return 1 ;
  return 0 ;
}

int loop_breaks (struct statement const *loop)
{
  return loop->branches && breaks_in(loop->branches->body, 0) ;
}

static int is_test (struct statement const *condition)
{
  if (!condition || condition->next) return 0 ;
  return condition->kind == STATEMENT_TEST || condition->kind == STATEMENT_NOT || shell_one_of(statement_command(condition), "test [") ;
}

/* exit 1: a failure, behind which on-failure would begin anew */
static int ends_badly (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit") && statement->nwords > 1 && strcmp(statement_word(statement, 1), "0") != 0 ;
}

int loop_ends_badly (struct statement *statement)
{
  return statement_walk(statement, &ends_badly, 0) ;
}

char const *loop_end (struct analysis *a, struct statement *statement)
{
  struct statement *last = statement_last(statement->body) ;
  if (statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL) return last ? loop_end(a, last) : 0 ;
  if (!statement->branches) return 0 ;
  if (statement->kind == STATEMENT_FOR) return *statement->name ? pool_printf(a->pool, "when it has been through all of %s", statement->name) : "after its last round" ;
  if (statement->kind != STATEMENT_LOOP) return 0 ;
  if (is_test(statement->branches->condition) || statement->until)
    return pool_printf(a->pool, "%s %s", statement->until ? "when" : "when no longer", condition_text(a, statement->branches)) ;
  for (struct statement *one = statement->branches->body ; one ; one = one->next)
    if (breaks_out(one, 0) || statement_walk(one, &statement_exits, 0)) return pool_printf(a->pool, "by %s", statement_text(a, one)) ;
  return 0 ;
}
