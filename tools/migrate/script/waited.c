/* What asks a `wait` itself how what it waited for had ended: if wait $PID; then CODE=0; else CODE=$?; fi; and a `wait`
   for what is only there for the setup. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

static int is_wait (struct statement const *statement)
{
  return statement && !strcmp(statement_command(statement), "wait") ;
}

/* CODE=0, CODE=$?: from here on it holds how that had ended. */
static void note_code (struct analysis *a, struct statement const *set)
{
  char const *text = statement_text(a, set) ;
  texts_add_once(a->pool, &a->status_names, pool_copy(a->pool, text, strspn(text, NAME_LETTERS))) ;
}

int drop_code_behind_wait (struct analysis *a, struct statement *statement)
{
  struct statement *right = statement->body->next ;
  if (statement->kind != STATEMENT_AND || right->kind != STATEMENT_ASSIGNMENT || !is_wait(statement->body) || does_lasting_work(a, right)) return 0 ;
  note_code(a, right) ;
  claim_statement(a, right, "dropped", "the container's exit code is the main service's") ;
  claim_statement(a, statement, "dropped", "&& or ||") ;
  return 1 ;
}

static int note_codes (struct statement *statement, void *data)
{
  if (statement->kind == STATEMENT_ASSIGNMENT) note_code(data, statement) ;
  return 0 ;
}

static int does_work (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (does_lasting_work(a, list)) return 1 ;
  return 0 ;
}

static int starts_in (struct analysis *a, struct branch const *branch)
{
  for (; branch ; branch = branch->next)
    for (struct statement *one = branch->body ; one ; one = one->next)
      if (starts_something(a, one) && !keeps_alive(one)) return 1 ;
  return 0 ;
}

static void mark_lost (struct analysis *a, struct statement *statement)
{
  struct service *main = a->plan->services ;
  while (main && (!main->is_main || is_excluded_here(a, main))) main = main->next ;
  plan_todo(a->plan, main ? main : plan_last(a->plan), claim_statement(a, statement, "dropped", "what was done when it had ended"), line_of(a, statement), pool_printf(a->pool,
    "when it had ended, the script went on by how: write that as finish of what is main ($1 is the exit code of run): %s", statement_text(a, statement))) ;
}

int walk_if_ended (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct branch *first = statement->branches ;
  struct statement *condition = first ? first->condition : 0 ;
  struct statement *wait = condition && condition->kind == STATEMENT_NOT ? condition->body : condition ;
  int works = 0 ;
  if (!is_wait(wait) || condition->next || starts_in(a, first)) return 0 ;
  walk_wait(a, wait, frame) ;
  for (struct branch *branch = first ; branch ; branch = branch->next)
  {
    works |= branch != first && does_work(a, branch->condition) ;
    works |= does_work(a, branch->body) ;
    for (struct statement *one = branch->body ; one ; one = one->next) statement_walk(one, &note_codes, a) ;
  }
  a->end_is_forgiven = 1 ; /* the script went on, whatever set -e says */
  if (!works) drop_end_question(a, statement, "looked whether it had failed: the supervisor does") ;
  else mark_lost(a, statement) ;
  return 1 ;
}

/* Has the setup left something in the background, which the script then waits for? */
static int setup_goes_on_beside (struct analysis *a)
{
  struct source code ;
  for (unsigned int i = 0 ; i < a->plan->nsetup ; i++)
  {
    struct setup_item const *item = a->plan->setup + i ;
    for (struct statement *one = shell_parse_text(a->pool, &code, item->text ? item->text : source_copy(a->plan->source, item->range)) ; one ; one = one->next)
      if (statement_walk(one, &statement_is_background, 0)) return 1 ;
  }
  return 0 ;
}

int keep_wait_of_setup (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  int was = a->without_waits ;
  int starts ;
  if (a->plan->services || a->waited_line || a->conditions.first || statement->background || statement->kind == STATEMENT_FUNCTION) return 0 ;
  if (!walk_with_calls(a, statement, &calls_wait, 0)) return 0 ;
  a->without_waits = 1 ;
  starts = starts_something(a, statement) || !starts_later(a, frame) || !setup_goes_on_beside(a) ;
  a->without_waits = was ;
  if (!starts) add_ordinary(a, statement) ;
  return !starts ;
}
