/* What came behind the waiting, and work that never runs: the end of a service, of which finish is the place. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/traps/traps.h"

static void drop (struct analysis *a, struct statement *statement, char const *why)
{
  claim_statement(a, statement, "dropped", why) ;
}

struct service *stayed_in (struct analysis *a)
{
  struct service *last = 0 ;
  for (struct service *one = a->branch_replaced || a->stays ? a->plan->services : 0 ; one ; one = one->next)
    if (one->is_main && !one->is_exec && !is_excluded_here(a, one)) last = one ;
  return last ;
}

int never_comes_to (struct analysis *a)
{
  struct service const *last = a->branch_replaced ? plan_last(a->plan) : 0 ;
  return a->replaced_line || (last && last->is_exec && !stayed_in(a)) ;
}

char const *work_ahead_of_exec (struct analysis *a, struct statement *statement)
{
  while ((statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL) && statement->body && !statement->body->next) statement = statement->body ;
  return statement->kind == STATEMENT_AND && !strcmp(statement_command(statement->body->next), "exec") && statement_walk(statement->body, &does_something, a)
    ? source_copy(a->source, statement->body->core) : 0 ;
}

/* Of what came only where something had failed: is anything lost? The code of a failure is as before. */
static int matters_there (struct analysis *a, struct statement *statement)
{
  if (!strcmp(statement_command(statement), "exit")) return statement->nwords > 1 && !strchr(statement->words[1].raw, '$') ;
  return statement->kind != STATEMENT_FUNCTION && statement->kind != STATEMENT_ASSIGNMENT && !is_message(a, statement) && !shell_one_of(statement_command(statement), "set wait : true") ;
}

void drop_never (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
  uint32_t ended ;
  if (a->replaced_if)
  {
    claim = drop_statement(a, statement, pool_printf(a->pool, "came only where %s had failed", a->replaced_if)) ;
    claim->tells_exit = 1 ;
    if (matters_there(a, statement)) plan_todo(a->plan, plan_last(a->plan), claim, line_of(a, statement), pool_printf(a->pool, "the script did this where %s had failed, and nothing does now: %s", a->replaced_if, statement_text(a, statement))) ;
    return ;
  }
  ended = find_dead_code(a, line_of(a, statement)) ;
  claim = drop_statement(a, statement, pool_printf(a->pool, !a->ended_by_cmd ? "never runs, behind line %u"
    : a->exited ? "never runs with this CMD: line %u has ended the script" : "never runs with this CMD: line %u has become another program", ended)) ;
  claim->never_ran = 1 ;
}

/* What the script waits for; it never comes behind what it became by exec. */
static struct service *waited_main (struct analysis *a)
{
  struct service *found = 0 ;
  if (stayed_in(a)) return stayed_in(a) ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one->is_main && !one->is_exec) return one ;
    if (!found || !found->is_main) found = one ;
  }
  return found ;
}

/* A finish that would only set options of its shell is none. */
void settle_end (struct analysis *a)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    int works = 0 ;
    for (struct text const *one = service->finish.first ; one ; one = one->next) works |= strncmp(one->text, "set ", 4) != 0 ;
    if (works || !service->finish.first) continue ;
    service->finish = (struct texts){ 0 } ;
    for (uint32_t i = 0 ; i < a->source->nclaims ; i++)
      if (!strcmp(a->source->claims[i]->where, service_where(a->plan, service, "finish")))
      {
        a->source->claims[i]->where = "dropped" ;
        a->source->claims[i]->what = "options of the shell; nothing needs it" ;
        a->source->claims[i]->if_kept = "options of the shell" ;
      }
  }
}

/* set +e, read, and no work behind it: a finish of that would do nothing. */
static int does_nothing (struct statement const *statement)
{
  if (!shell_one_of(statement_command(statement), "set read shopt") || statement->nredirects) return 0 ;
  for (struct statement const *one = statement->next ; one ; one = one->next)
    if (one->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(one), "set read shopt echo printf exit return wait true :")) return 0 ;
  return 1 ;
}

static int exits_on_failure (struct analysis const *a)
{
  return a->failure_ends || a->failure_is_told ;
}

/* server || exit 1; upload, or set -e; server; upload: it came here only when that had ended without a failure. */
static int came_on_success (struct analysis *a, struct service const *main)
{
  return main->is_main && (exits_on_failure(a) || (a->ends_waiting && !a->end_is_forgiven)) ;
}

void find_lost_failure (struct analysis *a, struct statement const *statement)
{
  struct service const *main = a->waited_line ? waited_main(a) : 0 ;
  char const *other = main && a->waited_name && strcmp(a->waited_name, main->name) != 0 ? a->waited_name : 0 ; /* wait $WEB; wait $OTHER; code=$? */
  if (main && came_on_success(a, main) && (!other || a->errexit))
    plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "%s ends the script ahead of this where %s has failed: the status is always 0 here, and what follows is done only behind an end without a failure",
      exits_on_failure(a) && !other ? "an exit" : "set -e", other ? other : main->name)) ;
}

/* What finish asks ahead of the work; 0: nothing. */
static char const *asked_first (struct analysis *a, struct service const *main)
{
  return a->on_success ? a->on_success : came_on_success(a, main) ? "[ \"" FINISH_CODE "\" -eq 0 ]" : 0 ;
}

/* cleanup, which ends the others, and works: finish has nobody to end. */
static int is_end_call (struct analysis *a, struct service const *main, struct statement *statement)
{
  return !asked_first(a, main) && called_function(a, statement) && walk_with_calls(a, statement, &sends_signal, 0) ;
}

/* if X; then one; else other; fi; rm FILE: whichever of them it was, that came behind it. */
static void end_alike (struct analysis *a, struct service const *main, struct claim *claim, struct statement *statement, char const *text)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one == main || !one->is_main || one->is_exec || !are_exclusive(a, one, main) || is_excluded_here(a, one)) continue ;
    claim->where = pool_printf(a->pool, "%s, %s", claim->where, service_where(a->plan, one, "finish")) ;
    tell_status(a, one, claim, statement) ;
    texts_add(a->pool, &one->finish, text) ;
  }
}

/* while ...; do work; rc=$?; done; exit $rc, where run is the loop: with its end, run has not ended. */
int keep_behind_loop (struct analysis *a, struct statement *statement)
{
  struct service *main = a->waited_line ? waited_main(a) : 0 ;
  struct source code ;
  struct statement *loop = main && main->is_main && texts_has(&main->run, main->text) && may_end(a, statement) ? shell_parse_text(a->pool, &code, main->text) : 0 ;
  struct source *outer = a->source ;
  int asks ;
  if (!loop || loop->next) return 0 ;
  a->source = &code ;
  asks = asks_status_of_round(a, loop, source_copy(outer, statement->range)) ;
  a->source = outer ;
  if (!asks) return 0 ;
  texts_add(a->pool, &main->run, statement_text(a, statement)) ;
  claim_statement(a, statement, service_where(a->plan, main, "run"), "with which code run ends, behind the loop") ;
  return 1 ;
}

void walk_after (struct analysis *a, struct statement *statement)
{
  struct service *main = waited_main(a) ;
  char const *command = statement_command(statement) ;
  if (is_message(a, statement)) drop_end_message(a, statement) ;
  else if (has_own_signal(statement, 0)) walk_end_call(a, statement) ;
  else if (shell_one_of(command, "kill pkill killall")) drop_end_signal(a, statement) ;
  else if (is_between_signals(statement)) drop(a, statement, "a pause between signals: the scanner waits until a service has ended") ;
  else if (only_ends_processes(a, statement)) drop_end_call(a, statement) ;
  else if (does_nothing(statement))
  {
    if (statement_sets_errexit(statement) && !a->conditions.first) a->errexit = statement_sets_errexit(statement) > 0 ;
    drop(a, statement, "it only set options, or waited for Enter, and no work followed") ;
  }
  else if (says_stop(statement) || only_stops_services(a, statement)) walk_end_call(a, statement) ;
  else if (shell_one_of(command, "exit return wait true :")) drop_exit(a, statement, "") ;
  else if (empties_pid(a, statement)) drop(a, statement, "the pid: the supervisor knows it") ;
  else if (statement->kind == STATEMENT_ASSIGNMENT && status_kept(a, statement))
    drop(a, statement, "the container's exit code is the main service's") ;
  else if (only_sets_code(a, statement)) drop_end_question(a, statement, "looked how it had ended") ;
  else
  {
    if (a->idle_line && a->waited_line == a->idle_line)
    {
      drop(a, statement, pool_printf(a->pool, "it did not run as long as line %u did, which kept the container alive", a->idle_line)) ;
      plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "it does not run as long as line %u does, which keeps the container alive", a->idle_line)) ;
    }
    else if (!main) add_ordinary(a, statement) ;
    else if (is_end_call(a, main, statement)) mark_other_code(a, statement, walk_end_call(a, statement)) ;
    else
    {
      char const *asked = asked_first(a, main) ;
      char const *work = text_at_end(a, main, statement) ;
      char const *text = asked ? pool_printf(a->pool, "%s && {\n%s\n}", asked, work) : work ;
      struct claim *claim = claim_statement(a, statement, service_where(a->plan, main, "finish"),
        main->is_main && is_script_end(a, statement) && !may_end(a, statement) ? "what was done at the end; the container's exit code is the main service's, and no more that of this"
        : main->is_main ? "what was done at the end" : pool_printf(a->pool, "what was done at the end; it is done each time that %s has ended", main->name)) ;
      if (asked && !a->on_success) claim->what = pool_printf(a->pool, "%s; only when %s had ended without a failure%s", claim->what, main->name, exits_on_failure(a) ? "" : ", by set -e") ;
      find_late_start(a, main, statement) ;
      tell_status(a, main, claim, statement) ;
      mark_repeated(a, main, statement, statement_text(a, statement), claim) ;
      mark_other_code(a, statement, claim) ;
      if (!end_each(a, main, claim, statement, text))
      {
        texts_add(a->pool, &main->finish, text) ;
        tell_stop(a, main, claim, statement) ;
      }
      end_alike(a, main, claim, statement, text) ;
    }
  }
}

