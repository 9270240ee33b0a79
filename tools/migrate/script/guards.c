/* A function that returns early: what follows in it runs only where it did not.
     if [ ! -d /app ]; then echo none; return; fi; server &
   The rest becomes the other branch, in the statements alone: the text stays as it is. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/waits/waits.h"

#define GUARDS_MAX 30 /* each takes the rest of the function one level deeper */

/* return, return 0 */
static int returns_well (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "return") && (statement->nwords == 1 || !strcmp(statement_word(statement, 1), "0")) ;
}

/* The list without the return at its end. 0: it has none. */
static int take_return (struct statement **list)
{
  while (*list && (*list)->next) list = &(*list)->next ;
  if (!*list || !returns_well(*list, 0)) return 0 ;
  *list = 0 ;
  return 1 ;
}

/* for i in 1 2 3; do if ready; then return 0; fi; sleep 1; done; echo failed; exit 1 */
int drop_failure_behind (struct analysis *a, struct statement *loop)
{
  struct claim const *claim = a->in_function ? a->awaited.claim : 0 ;
  if (!claim || !a->awaited.service || !loop->next || (loop->kind != STATEMENT_LOOP && loop->kind != STATEMENT_FOR)) return 0 ;
  if (claim->range.start < loop->range.start || claim->range.end > loop->range.end) return 0 ;
  if (!statement_walk(loop, &returns_well, 0) || !only_gives_up(a, loop->next)) return 0 ;
  drop_verdict(a, loop->next) ;
  return 1 ;
}

static struct branch *new_branch (struct analysis *a, struct statement *condition, struct statement *body, uint32_t at)
{
  struct branch *branch = pool_alloc(a->pool, sizeof(*branch)) ;
  branch->head = (struct range){ at, at } ;
  branch->condition = condition ;
  if (condition) branch->condition_range = condition->range ;
  branch->body = body ;
  return branch ;
}

static int is_guard (struct analysis *a, struct statement *statement)
{
  struct statement *right = is_and_or(statement) ? statement->body->next : 0 ;
  if (statement->background || statement->nredirects) return 0 ;
  if (statement->kind == STATEMENT_IF) return !statement->branches->next && statement->branches->condition && take_return(&statement->branches->body) ;
  if (!right || right->background || right->nredirects || starts_something(a, statement->body)) return 0 ;
  if (right->kind == STATEMENT_GROUP) return take_return(&right->body) ;
  /* [ -d /app ] || return: with the code of the question, which ends a script with set -e */
  return returns_well(right, 0) && (statement->kind == STATEMENT_AND || right->nwords > 1 || !a->errexit) ;
}

static void take_rest (struct analysis *a, struct statement *guard, struct statement *rest)
{
  struct statement *last = statement_last(rest) ;
  if (guard->kind == STATEMENT_IF) guard->branches->next = new_branch(a, 0, rest, rest->range.start) ;
  else
  {
    struct statement *question = guard->body ;
    struct statement *right = question->next ;
    struct statement *then = right->kind == STATEMENT_GROUP ? right->body : 0 ;
    question->next = 0 ;
    guard->body = 0 ;
    guard->branches = new_branch(a, question, guard->kind == STATEMENT_AND ? then : rest, guard->range.start) ;
    if (guard->kind == STATEMENT_AND) guard->branches->next = new_branch(a, 0, rest, rest->range.start) ;
    else if (then) guard->branches->next = new_branch(a, 0, then, right->range.start) ;
    guard->kind = STATEMENT_IF ;
  }
  guard->next = 0 ;
  guard->is_start = 0 ;
  guard->range.end = guard->core.end = last->range.end ;
}

void guard_rest (struct analysis *a, struct statement *list)
{
  unsigned int n = 0 ;
  for (struct statement *next ; list && n < GUARDS_MAX ; list = next)
  {
    next = list->next ;
    if (!next || (!any_starts(a, next) && !starts_something(a, list)) || !is_guard(a, list)) continue ;
    take_rest(a, list, next) ;
    n++ ;
  }
}
