/* May a program that nobody knows be a server? What comes behind it tells, and what a TODO says of it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* server; CODE=$?; backup: its end is looked at, or it may go on, and what comes behind it surely ends. */
int may_be_server (struct analysis *a, struct frame const *frame, char const *name, int goes_on)
{
  struct statement const *next = uncommented_first(frame->rest) ;
  if (!next || (!goes_on && !status_kept(a, next))) return 0 ;
  if (!a->plan->services || is_short(name) || starts_later(a, frame)) return 0 ;
  for (; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (one->kind == STATEMENT_FUNCTION || is_message(a, one) || shell_one_of(statement_command(one), "exit return trap")) continue ;
      else if (one->background || walk_with_calls(a, one, &calls_wait, 0) || !surely_ends(a, one)) return 0 ;
  return 1 ;
}

/* case X in a) server;; esac; other: does the script end with an unknown program, which may serve? */
static int ends_in_server (struct analysis *a, struct frame const *frame)
{
  struct statement const *last = 0 ;
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (one->kind != STATEMENT_COMMENT) last = one ;
  return last && !last->background && may_serve_at_end(a, last) ;
}

/* if X; then server; rm FILE; fi; other: a known server in a branch, and nothing is started behind it there: it never
   comes to what is started behind the branch. */
int stays_in_branch (struct analysis *a, struct frame const *frame, int serves)
{
  struct frame own = { 0 } ;
  if (!frame || !a->conditions.first || !serves) return 0 ;
  own.rest = frame->rest ;
  return !starts_later(a, &own) && (starts_later(a, frame) || (is_last(a, &own) && ends_in_server(a, frame->up))) ;
}

/* worker & node app; wait, or wait -n; for a certain pid only if the program surely serves: it may be work that the
   one in the background is needed for. */
static int waits_for_others (struct analysis *a, struct statement const *statement, int serves)
{
  int starts = 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next) starts |= runs_beside(one) ;
  return starts && only_ends(a, statement->next, 1) && !strcmp(statement_command(statement), "wait")
   && (serves || statement->nwords == 1 || !strcmp(statement_word(statement, 1), "-n")) ;
}

/* node app; tail -f /dev/null: nothing is behind it but what kept the container alive. */
int only_kept_alive (struct analysis *a, struct frame const *frame, int serves)
{
  struct statement const *next = frame->rest ;
  while (next && (next->kind == STATEMENT_COMMENT || !strcmp(statement_command(next), "trap"))) next = next->next ;
  if (next && waits_for_idle(next)) return 1 ;
  return next && !next->background && (keeps_alive(next) || waits_for_others(a, next, serves)) ;
}

/* What a TODO says of an unknown program, behind which nothing was started. Without a task it is in the setup. */
char const *advice_if_it_serves (struct analysis *a, struct frame const *frame, int ran_nothing)
{
  struct statement const *next = closing_behind(a, frame) ;
  if (ran_nothing) return "nothing runs behind it, as there is no CMD: if it goes on running, give it flag-main in place of flag-oneshot" ;
  if (!next || !shell_one_of(statement_command(next), "wait fg"))
    return a->task ? "behind it the script only kept the container alive: if it goes on running, take flag-oneshot away, so that it is a service"
      : "behind it the script only kept the container alive: if it goes on running, move it to a service of its own" ;
  return a->errexit || fails_at_once(a, next) ? "behind it the script only waited for the others: if it goes on running, give it flag-main in place of flag-oneshot, and take that of the others away"
    : "behind it the script only waited for the others: if it goes on running, take flag-oneshot away, so that it is a service, and flag-main of the others: the script did not see their end" ;
}

/* Says it once of what may serve: in the task, in the setup, or, of a part of a branch, in the report alone. */
void mark_serving (struct analysis *a, struct statement *statement, struct claim *claim, char const *text)
{
  if (a->task ? !!a->task->todo.first : !!claim->todo.first) return ;
  a->end_is_told = 1 ;
  if (a->task || !a->conditions.first) plan_todo(a->plan, a->task, claim, line_of(a, statement), text) ;
  else texts_add_once(a->pool, &claim->todo, text) ;
}

/* if X; then node a.js; else node b.js; fi: may a branch go on running? */
static int branch_may_stay (struct analysis *a, struct statement const *statement)
{
  for (struct branch const *branch = statement->kind == STATEMENT_IF || statement->kind == STATEMENT_CASE ? statement->branches : 0 ; branch ; branch = branch->next)
    if (may_stay(a, branch->body)) return 1 ;
  return 0 ;
}

int may_stay (struct analysis *a, struct statement *list)
{
  struct launch launch ;
  struct statement *last = statement_last(list) ;
  if (!last || last->background) return 0 ;
  if (last->kind == STATEMENT_GROUP) return may_stay(a, last->body) ;
  if (last->kind != STATEMENT_COMMAND) return branch_may_stay(a, last) ;
  command_unwrap(a->pool, last, &launch) ;
  return may_serve_at_end(a, last) && !may_end_soon(a, last, launch.first, task_name(a, last)) ;
}

void add_with_branches (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct claim *claim = add_ordinary(a, statement) ;
  if (!a->waited_line && only_kept_alive(a, frame, 0) && branch_may_stay(a, statement)) mark_serving(a, statement, claim, advice_if_it_serves(a, frame, 0)) ;
}
