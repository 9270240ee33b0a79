/* A program that the script waits for by itself: what does it become? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

/* Does the program leave by itself, so that the script goes on? */
static int leaves (struct analysis *a, struct statement *statement, struct launch const *launch, struct foreground const *foreground, struct frame *frame)
{
  return foreground->in_background || launch->detached || code_leaves(a, statement, launch) || ((foreground->may_leave || code_may_leave(a, statement, launch)) && !ran_nothing_behind(a, frame) && (starts_later(a, frame) || !is_last(a, frame))) ;
}

int walk_daemon_in_pipeline (struct analysis *a, struct statement *pipeline, struct frame *frame)
{
  struct statement *first = pipeline->body ;
  struct launch launch ;
  struct foreground foreground ;
  if (is_last(a, frame) || a->waited_line || !first || first->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, first, &launch) ;
  foreground_of(a->plan, first, launch.first, &foreground) ;
  if (!leaves(a, first, &launch, &foreground, frame)) return 0 ;
  start_service(a, pipeline, START_DAEMON) ;
  return 1 ;
}

/* redis-server --daemonize yes & app; wait: all that was started in the background has left long before that. */
static int waits_for_left (struct analysis *a, struct statement const *closing)
{
  int left = 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if ((runs_beside(one) && !one->is_leaving) || one->is_job) return 0 ;
    else left |= runs_beside(one) ;
  return left && closing && !strcmp(statement_command(closing), "wait") ;
}

/* What puts itself into the background, so that the script goes on behind it. 1: it was that */
static int start_leaving (struct analysis *a, struct statement *statement, struct launch const *launch, struct foreground const *foreground, struct frame *frame)
{
  if (leaves(a, statement, launch, foreground, frame))
  {
    int ends = is_last(a, frame) && !a->waited_line && !launch->detached && foreground->in_background && !foreground->is_init_script ;
    /* The script ended with this program, so its configuration kept it in the foreground. */
    start_service(a, statement, ends ? START_MAIN : launch->detached ? START_BACKGROUND : START_DAEMON) ;
    if (ends) script_waits(a, line_of(a, statement)) ;
    return 1 ;
  }
  if (!foreground->is_daemon && !is_known_server(a, statement) && !foreground->ends && !called_function(a, statement) && starts_by_word(a, statement, launch))
  {
    struct service *service = start_service(a, statement, START_DAEMON) ;
    service_set(a->plan, service, "flag-forks", "") ;
    plan_todo(a->plan, service, service->claim, service->line, "by its word start, and as the script has it stop, or asks for its status, it puts itself into the background: "
      "look up how it stays in the foreground; until then flag-forks follows it (with a pidfile, if it leaves several processes)") ;
    return 1 ;
  }
  return 0 ;
}

/* A program that the script waits for by itself. */
void walk_program (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct launch launch ;
  struct foreground foreground ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *name ;
  struct claim *claim ;
  int ran_nothing ;
  int may_serve ;
  int serves ;
  int says ; /* that it serves */
  int tests ;
  int ahead_of_work ;
  int behind_left ;
  struct statement *closing ;
  struct statement *inside = command_inside(a, statement) ;
  struct launch inner ;
  command_unwrap(a->pool, inside, &inner) ;
  command_unwrap(a->pool, statement, &launch) ;
  foreground_of(a->plan, statement, launch.first, &foreground) ;
  command_argv(statement, launch.first, argv) ;
  name = command_behind_env(statement, launch.first) ;
  serves = is_known_server(a, statement) ;
  says = says_serve(inside, inner.first) ;
  tests = is_last(a, frame) && command_tests(argv) ; /* it is what the container is for */
  if (tests) foreground.works = 0 ;
  if (starts_again(a, statement, &foreground, argv)) return ;
  if (start_leaving(a, statement, &launch, &foreground, frame)) return ;
  if (is_last(a, frame) && !a->waited_line && start_console(a, statement))
  {
    script_waits(a, line_of(a, statement)) ;
    return ;
  }
  ran_nothing = !a->in_function && ran_nothing_behind(a, frame) ;
  may_serve = !a->waited_line && (ran_nothing || only_kept_alive(a, frame, says)) && may_serve_at_end(a, statement) && !may_end_soon(a, statement, launch.first, task_name(a, statement)) ;
  if (!foreground.ends && !foreground.works && !is_last(a, frame) && walk_looked_for(a, statement, frame, foreground.is_daemon || serves || (command_is_interpreter(name) && !foreground.is_guess))) return ;
  closing = !a->waited_line && is_plain_command(inside) ? closing_behind(a, frame) : 0 ;
  if (closing && closing->kind == STATEMENT_LOOP && watches_processes(a, closing) && !a->plan->services && !a->in_function && !foreground.is_daemon && may_close(a, inside, &inner))
  {
    struct service *service = start_service(a, statement, START_BACKGROUND) ;
    service->claim->what = pool_printf(a->pool, "service %s, behind which the script only watched processes", service->name) ;
    service->watching_is_told = 1 ;
    plan_todo(a->plan, service, service->claim, service->line, "behind it the script only watched processes: if it prepares something, and ends, give it flag-oneshot") ;
    return ;
  }
  ahead_of_work = !foreground.is_daemon && !serves && serves_ahead_of_work(a, inside, &inner, frame) ;
  behind_left = !foreground.ends && !foreground.works && waits_for_left(a, closing) && may_close(a, inside, &inner) ;
  if (ahead_of_work || behind_left || foreground.is_daemon || serves || (is_last(a, frame) && !foreground.ends && !foreground.works && !is_short(name) && (a->plan->services || !is_task_program(name))) || (may_serve && says))
  {
    int is_middle = !is_last(a, frame) && !a->waited_line && !behind_left ;
    struct service *service = start_service(a, statement, START_MAIN) ;
    if (!serves && !tests && !foreground.may_leave && a->plan->services->next && !service->todo.first && !ends_with_kept_status(a, frame) && may_end_soon(a, statement, launch.first, service->name))
      plan_todo(a->plan, service, service->claim, service->line, a->plan->goes_on
        ? "the script ended with this, which may serve, or end; the container went on then, and ends now: take flag-main off; if it only prepares something, give it flag-oneshot"
        : "the script ended with this, which may serve, or end: when it ends, the container does, as before; if it only prepares something, give it flag-oneshot in place of flag-main") ;
    if (ahead_of_work)
      plan_todo(a->plan, service, service->claim, service->line, "behind it the script only did work that ends, so this is taken for what serves: "
        "if it ends by itself, it is no service, and what is behind it is no work of a finish") ;
    waits_for_success(a, line_of(a, statement)) ;
    if (stays_in_branch(a, frame, serves) || (ran_nothing && a->conditions.first)) a->branch_replaced = 1 ;
    else if (is_middle) a->foreground_line = a->waited_line ;
    if (is_middle) mark_start_word(a, service, statement) ;
    return ;
  }
  claim = add_ordinary(a, statement) ;
  if (!a->in_function && ((says && names_server(inside, inner.first)) || says_listen(inside)) && may_serve_at_end(a, statement)
   && !may_end_soon(a, statement, launch.first, task_name(a, statement)))
    mark_serving(a, statement, claim, "by its words it serves: if it goes on running, what is behind it never starts: make it a service (flag-main), and let its finish do that") ;
  if (is_shell_for_person(statement))
    mark_serving(a, statement, claim, "somebody worked in this shell, and what follows came when it had ended: make it a service (flag-console, flag-main), and what follows its finish") ;
  else if (is_session(a->pool, statement))
    mark_serving(a, statement, claim, "without a query, and without a file of them, somebody worked in this client, and what follows came when it had ended; there is no terminal here: take it out, or make it a service (flag-console, flag-main)") ;
  if (may_serve)
    mark_serving(a, statement, claim, pool_printf(a->pool, "%s%s", advice_if_it_serves(a, frame, ran_nothing), a->task && task_has_more(a) ? ", and make a task of what is ahead of it here" : "")) ;
  else if (!says && (closing || ran_nothing) && may_close(a, inside, &inner))
    mark_serving(a, statement, claim, advice_if_it_serves(a, frame, ran_nothing)) ;
  else if (called_function(a, statement) && !a->waited_line && only_kept_alive(a, frame, 0) && may_stay(a, called_function(a, statement)->statement->body))
    mark_serving(a, statement, claim, advice_if_it_serves(a, frame, 0)) ; /* start_api() { cd /api; ./api-server; } */
  if (may_be_server(a, frame, name, !a->waited_line && may_serve_at_end(a, statement) && !may_end_soon(a, statement, launch.first, task_name(a, statement))) && a->task)
  {
    a->end_is_told = 1 ;
    plan_todo(a->plan, a->task, task_claim(a), line_of(a, statement),
      "if it goes on running, it is what the script waited for: give it flag-main in place of flag-oneshot, and let its finish do what is behind it (the exit code is $1)") ;
  }
}

void start_last (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  struct service const *service = start_service(a, statement, START_MAIN) ;
  int serves = 0 ;
  for (struct statement *one = statement->kind == STATEMENT_PIPELINE ? statement->body : 0 ; one ; one = one->next) serves |= is_known_server(a, one) ;
  waits_for_success(a, line_of(a, statement)) ;
  if (stays_in_branch(a, frame, serves)) a->branch_replaced = 1 ;
  /* server | tee LOG: without pipefail, tee's status is that of both. */
  if (statement->kind == STATEMENT_PIPELINE && service->logger.first && !has_pipefail(a)) a->ends_waiting = 0 ;
}
