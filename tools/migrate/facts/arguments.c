/* What changes the script's arguments where more is done: if numactl true; then set -- numactl "$@"; fi.
   The run that asks for them repeats that. */

#include <string.h>

#include "migrate/facts/facts.h"

static int all_repeatable (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (!is_repeatable(a, list)) return 0 ;
  return 1 ;
}

static int keeps_or_leaves (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || writes_files(statement) ;
}

/* The statements of a condition, and whether each only asks. */
static int may_be_asked (struct statement *condition, int *only_asks)
{
  for (; condition ; condition = condition->next)
  {
    if (statement_walk(condition, &keeps_or_leaves, 0)) return 0 ;
    *only_asks &= is_question(condition) ;
  }
  return 1 ;
}

int asks_ahead_of_arguments (struct analysis *a, struct statement *statement, int *only_asks)
{
  *only_asks = 1 ;
  if (is_and_or(statement))
  {
    struct statement left = *statement->body ;
    left.next = 0 ;
    return may_be_asked(&left, only_asks) && all_repeatable(a, statement->body->next) ;
  }
  if (statement->kind != STATEMENT_IF) return 0 ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
    if (!may_be_asked(branch->condition, only_asks) || !all_repeatable(a, branch->body)) return 0 ;
  return 1 ;
}

void mark_arguments (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  if (statement->kind == STATEMENT_COMMAND || a->in_function || !statement_walk_here(statement, &sets_positional, 0)) return ;
  plan_todo(a->plan, service, claim, line_of(a, statement), "it also changes the script's arguments, which reaches no other file: change them in each run that asks for them, too") ;
  a->shifted = 1 ;
}
