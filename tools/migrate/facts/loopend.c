/* How a loop ends that stays a loop. */

#include <string.h>

#include "migrate/facts/facts.h"

static int leaves (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "break exit") ;
}

static int exits (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "exit") ;
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
  struct statement *last = statement->body ;
  if (statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL)
  {
    while (last && last->next) last = last->next ;
    return last ? loop_end(a, last) : 0 ;
  }
  if (!statement->branches) return 0 ;
  if (statement->kind == STATEMENT_FOR) return *statement->name ? pool_printf(a->pool, "when it has been through all of %s", statement->name) : "after its last round" ;
  if (statement->kind != STATEMENT_LOOP) return 0 ;
  if (is_test(statement->branches->condition) || statement->until)
    return pool_printf(a->pool, "%s %s", statement->until ? "when" : "when no longer", source_copy(a->source, statement->branches->condition_range)) ;
  for (struct statement *one = statement->branches->body ; one ; one = one->next)
    if (statement_walk(one, one->kind == STATEMENT_LOOP || one->kind == STATEMENT_FOR ? &exits : &leaves, 0)) return pool_printf(a->pool, "by %s", statement_text(a, one)) ;
  return 0 ;
}
