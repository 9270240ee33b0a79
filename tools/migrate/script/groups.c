/* A shell in the background with several statements. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

/* ---- ( a & b & wait ) &, for x in 1 2; do a $x & done &, ( cron && tail -f LOG ) &: each start is a service ---- */

static int is_wait (struct statement const *statement)
{
  return !statement->background && !strcmp(statement_command(statement), "wait") ;
}

/* wait, wait -n: for these, not for some of them */
static int is_bare_wait (struct statement const *statement)
{
  return is_wait(statement) && (statement->nwords == 1 || (statement->nwords == 2 && !strcmp(statement_word(statement, 1), "-n"))) ;
}

/* Does nothing depend on when it is done? */
static int is_independent (struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION
   || shell_one_of(statement_command(statement), "echo printf cd umask ulimit export sleep") ;
}

static int only_starts (struct analysis *a, struct statement const *list)
{
  int starts = 0 ;
  for (; list ; list = list->next)
  {
    int loops = list->kind == STATEMENT_FOR && list->branches && only_starts(a, list->branches->body) ;
    int both = list->kind == STATEMENT_AND && only_starts(a, list->body) ;
    int left = leaves_by_itself(a, list, 0) ;
    if (!list->background && !loops && !both && !left && !is_independent(list) && !(is_bare_wait(list) && !list->next)) return 0 ;
    starts |= list->background || loops || both || (left && list->next) ;
  }
  return starts ;
}

/* ( a & b ) &, ( cron; tail -f LOG ) &: b and tail may as well be in the background. */
static void put_last_beside (struct analysis *a, struct statement *body)
{
  struct statement *last = body ;
  int leaving = 0 ;
  for (; last && last->next ; last = last->next) leaving |= leaves_by_itself(a, last, 0) ;
  if (last && last->kind == STATEMENT_AND)
  {
    leaving |= leaves_by_itself(a, last->body, 0) ;
    last = last->body->next ;
  }
  if (last && is_server(a, last) && !last->background && !is_wait(last) && (starts_in_background(body) || (leaving && keeps_alive(last)))) last->background = 1 ;
}

/* pg_isready -q || postgres & : the left side asks, and ends. */
static int asks_before_start (struct analysis *a, struct statement *statement)
{
  struct statement *left = statement->body ;
  return statement->kind == STATEMENT_OR && is_server(a, left->next) && !is_message(a, left->next) && surely_ends(a, left)
   && (is_probe(statement_text(a, left)) || serves_surely(a, left->next)) ;
}

/* test -f FILE || cp X FILE: it asks first, and works where the answer is no. */
static int works_otherwise (struct statement const *statement)
{
  struct statement const *right ;
  if (statement->kind == STATEMENT_NOT || statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL) return statement->body && works_otherwise(statement->body) ;
  if (!is_and_or(statement)) return 0 ;
  right = statement->body->next ;
  return works_otherwise(statement->body) || works_otherwise(right) || (right->kind == STATEMENT_COMMAND && !is_question(right) && !shell_one_of(statement_command(right), "echo printf exit return")) ;
}

int put_right_beside (struct analysis *a, struct statement *statement)
{
  if (!is_and_or(statement) || !statement->body || !statement->body->next) return 0 ;
  if (statement->kind == STATEMENT_OR && surely_ends(a, statement->body->next)) return 0 ; /* probe || true & */
  if ((!is_question(statement->body) || works_otherwise(statement->body)) && !asks_before_start(a, statement) && (!starts_something(a, statement->body) || staying_part(a, statement->body))) return 0 ;
  statement->background = 0 ;
  statement->body->next->background = 1 ;
  return 1 ;
}

/* Did it wait until all had ended? */
static int drop_wait (struct analysis *a, struct statement *body)
{
  for (struct statement *one = body ; one && one->next ; one = one->next)
    if (is_bare_wait(one->next))
    {
      int all = one->next->nwords == 1 ;
      drop_statement(a, one->next, "waited in a shell of its own, for what are services now") ;
      one->next = 0 ;
      return all ;
    }
  return 0 ;
}

int begin_starts (struct analysis *a, struct statement *statement, struct starts *starts)
{
  struct statement *body = statement->kind == STATEMENT_FOR && statement->branches ? statement->branches->body : statement->body ;
  if (statement->kind != STATEMENT_FOR && statement->kind != STATEMENT_GROUP && statement->kind != STATEMENT_SUBSHELL) return 0 ;
  if (statement->kind != STATEMENT_FOR) put_last_beside(a, body) ;
  if (!only_starts(a, body)) return 0 ;
  *starts = (struct starts){ .before = plan_last(a->plan), .ready = a->ready } ;
  starts->waits_for_all = drop_wait(a, body) ;
  if (statement->kind == STATEMENT_GROUP) statement->kind = STATEMENT_SUBSHELL ; /* in the background it was one */
  statement->background = 0 ;
  return 1 ;
}

/* $! is the pid of the shell around them, which means all of them. */
void end_starts (struct analysis *a, struct starts const *starts)
{
  struct texts others = { 0 } ;
  struct service *first = starts->before ? starts->before->next : a->plan->services ;
  for (struct service *one = first ; one ; one = one->next)
    if (one != a->last && runs_beside(one)) texts_add(a->pool, &others, one->name) ;
  for (struct service *one = first ; one && starts->waits_for_all && others.first ; one = one->next)
    if (runs_beside(one)) one->ends_with = pool_printf(a->pool, "%s and %s", texts_join(a->pool, &others, ", "), a->last->name) ;
  a->ready = starts->ready ; /* later statements did not wait for what was in it */
  a->last_or = others ;
  a->last_or_of = a->last ;
}

/* ---- ( until pg_isready; do sleep 1; done; migrate ) &: a task ---- */

void begin_waiting_task (struct analysis *a, struct statement *statement, struct texts *ready)
{
  *ready = a->ready ;
  close_task(a) ;
  statement->background = 0 ;
  a->in_function++ ;
  a->is_beside++ ;
}

void end_waiting_task (struct analysis *a, struct statement *statement, struct texts const *ready)
{
  a->in_function-- ;
  close_task(a) ;
  a->is_beside-- ;
  a->ready = *ready ;
  claim_statement(a, statement, "dropped", "the shell around a task") ;
}
