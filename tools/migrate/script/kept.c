/* server || RC=$?; server && RC=0 || RC=1; if server; then RC=0; else RC=$?; fi: the server, or work, stands ahead of
   what only keeps how it has ended. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

struct keeping
{
  struct analysis *a ;
  struct statement **end ; /* of the statements that are found */
} ;

/* Adds the assignments of the list as statements behind the work. 0: it does more than to set, to talk and to go on. */
static int add_kept (struct keeping *keeping, struct statement *list)
{
  for (; list ; list = list->next)
    if (list->kind == STATEMENT_GROUP && !list->nredirects)
    {
      if (!add_kept(keeping, list->body)) return 0 ;
    }
    else if (list->kind == STATEMENT_ASSIGNMENT && !list->programs.first)
    {
      struct statement *one = pool_alloc(keeping->a->pool, sizeof(*one)) ;
      *one = *list ;
      one->keeps_status = 1 ;
      one->next = 0 ;
      *keeping->end = one ;
      keeping->end = &one->next ;
    }
    else if (list->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(list), "true :") && !only_prints(keeping->a, list)) return 0 ;
  return 1 ;
}

/* What is asked to succeed, and what is kept of that; 0: another form. */
static struct statement *work_of (struct keeping *keeping, struct statement *statement)
{
  struct statement *work = statement->body ;
  struct branch *branch = statement->branches ;
  if (statement->kind == STATEMENT_IF)
  {
    work = branch->condition ;
    if (!work || work->next) return 0 ;
    for (; branch ; branch = branch->next)
      if ((branch->condition && branch->condition != work) || !add_kept(keeping, branch->body)) return 0 ;
    return work->kind == STATEMENT_NOT ? work->body : work ;
  }
  if (!is_and_or(statement) || !add_kept(keeping, work->next)) return 0 ;
  if (statement->kind == STATEMENT_OR && work->kind == STATEMENT_AND && add_kept(keeping, work->body->next)) return work->body ;
  return work->kind == STATEMENT_NOT ? work->body : work ;
}

/* Is it a command, or several, that does more than to ask, and may be a server? */
static int works (struct analysis *a, struct statement *work)
{
  if (work->kind != STATEMENT_COMMAND && work->kind != STATEMENT_PIPELINE && work->kind != STATEMENT_AND && work->kind != STATEMENT_GROUP && work->kind != STATEMENT_SUBSHELL) return 0 ;
  return !is_question(work) && !is_repeatable(a, work) && !shell_one_of(statement_command(work), "wait exec") && !asks_status_of_service(work) ;
}

int find_kept (struct analysis *a, struct statement *statement, struct frame const *frame, struct kept *these)
{
  struct keeping keeping = { .a = a, .end = &these->kept } ;
  *these = (struct kept){ .work = 0 } ;
  these->work = work_of(&keeping, statement) ;
  if (!these->work || !these->kept || !works(a, these->work)) return 0 ;
  these->behind = (struct frame){ .statement = statement, .rest = these->kept, .up = frame->up } ;
  *keeping.end = frame->rest ;
  these->stays = !a->waited_line && is_last(a, &these->behind) && !ends_in_client(a, these->work) ;
  for (struct statement *one = these->kept ; one != frame->rest && !these->stays ; one = one->next)
    if (is_needed_later(a, frame, status_kept(a, one))) return 0 ; /* each service that needs it does this for itself: context.c */
  these->stays |= starts_something(a, these->work) ;
  return these->stays || a->plan->services || a->conditions.first ;
}

void end_kept (struct analysis *a, struct statement *statement, struct frame const *frame, struct kept const *these)
{
  for (struct statement *one = these->kept ; one != frame->rest ; one = one->next) texts_add_once(a->pool, &a->status_names, status_kept(a, one)) ;
  a->end_is_forgiven |= !!a->waited_line ;
  claim_statement(a, statement, "dropped", a->waited_line ? "the container's exit code is the main service's" : "the status of a start: the supervisor looks at it")->tells_exit = !!a->waited_line ;
}

/* echo stopped; exit 0 */
static int only_says (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (list->kind == STATEMENT_GROUP ? list->nredirects || !only_says(a, list->body)
      : list->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(list), "exit true :") && !only_prints(a, list)) return 0 ;
  return 1 ;
}

struct statement *work_ahead_of_talk (struct analysis *a, struct statement *statement)
{
  struct statement *both = statement->kind == STATEMENT_OR ? statement->body : statement ;
  if (both->kind != STATEMENT_AND || !only_says(a, both->body->next) || (statement != both && !only_says(a, statement->body->next))) return 0 ;
  return works(a, both->body) && !ends_in_client(a, both->body) ? both->body : 0 ;
}

/* if ! work; then echo failed; exit 1; fi, as the last */
struct statement *work_asked_last (struct analysis *a, struct statement *statement)
{
  struct statement *work = statement->kind == STATEMENT_IF && a->plan->services ? statement->branches->condition : 0 ;
  if (!work || work->next) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if ((branch != statement->branches && branch->condition) || !only_says(a, branch->body)) return 0 ;
  while (work->kind == STATEMENT_NOT) work = work->body ;
  return work->kind == STATEMENT_COMMAND && works(a, work) && !ends_in_client(a, work) && !starts_something(a, work) ? work : 0 ;
}
