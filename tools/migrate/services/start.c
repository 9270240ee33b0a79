#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/become.h"
#include "migrate/services/services.h"

/* ---- services ---- */

/* while :; do [ -e /tmp/maintenance ] && break; work; sleep 9; done &: it works until somebody ends it. */
static int ends_on_file (struct analysis *a, struct statement const *loop)
{
  int asks = 0 ;
  int works = 0 ;
  for (struct statement const *one = loop->branches ? loop->branches->body : 0 ; one ; one = one->next)
  {
    struct statement const *condition = one->kind == STATEMENT_AND ? one->body : one->kind == STATEMENT_IF ? one->branches->condition : 0 ;
    char const *text = condition && (condition->kind == STATEMENT_TEST || shell_one_of(statement_command(condition), "test [")) ? statement_text(a, condition) : "" ;
    asks |= strstr(text, " -e ") || strstr(text, " -f ") ;
    works |= one->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(one), "sleep echo printf true : rm date test [") ;
  }
  return asks && works ;
}

/* while :; do load && break; sleep 9; done &, perhaps at the end of a group. */
static int can_be_left (struct analysis *a, struct statement const *statement)
{
  struct statement const *last = statement_last(statement->body) ;
  if (statement->kind == STATEMENT_LOOP) return loop_breaks(statement) && !ends_on_file(a, statement) ;
  if (statement->kind == STATEMENT_AND) return can_be_left(a, statement->body->next) ;
  if ((statement->kind != STATEMENT_GROUP && statement->kind != STATEMENT_SUBSHELL) || !last) return 0 ;
  return can_be_left(a, last) ;
}

/* wait-for-it db:5432 -- echo there & */
static int is_waiter (struct statement const *statement)
{
  unsigned int i = 1 ;
  if (!shell_one_of(statement_command(statement), "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4ports")) return 0 ;
  while (i < statement->nwords && strcmp(statement->words[i].raw, "--") != 0) i++ ;
  return i + 1 >= statement->nwords || is_short(shell_basename(statement_word(statement, i + 1))) ;
}

/* sh -c CODE, su app -c CODE */
static int has_code (struct statement const *statement, struct launch const *launch)
{
  int is_code = 0 ;
  return launch->code || (statement_of_shell(statement, launch->first, &is_code) && is_code) ;
}

/* nc HOST PORT <FILE & */
static int sends_file (struct statement const *statement, char const *const *argv)
{
  if (!argv[0] || !sends_input(shell_basename(argv[0]), argv)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!statement->redirects[i].is_output && strncmp(statement->redirects[i].target, "/dev/", 5) != 0) return 1 ;
  return 0 ;
}

/* (sleep 5; echo ready) &, sleep 5 && ollama pull MODEL &: none of its programs goes on running. */
static int ends_soon (struct analysis *a, struct statement const *statement)
{
  struct statement waited = *statement ;
  struct launch launch ;
  struct foreground foreground ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *const *behind ;
  waited.background = 0 ;
  if (is_waiter(statement)) return 1 ;
  if (can_be_left(a, statement)) return 1 ;
  if (ends_with_input(a, &waited)) return 1 ;
  if (statement->kind == STATEMENT_COMMAND)
  {
    command_unwrap(a->pool, statement, &launch) ;
    command_argv(statement, launch.first, argv) ;
    foreground_of(a->plan, &waited, launch.first, &foreground) ;
    if (foreground.ends || foreground.works) return 1 ; /* nginx -s reload & */
    if (argv[0] && shell_one_of(shell_basename(argv[0]), "printf date touch true false :")) return 1 ;
    if (script_ends(a, statement)) return 1 ;
    behind = command_behind_runners(a->pool, argv) ;
    if (behind[0] && !strchr(behind[0], '/') && is_short(behind[0]) && !shell_one_of(behind[0], "env cat sed awk grep find")) return 1 ;
    if (argv[0] && argv[1] && !strcmp(shell_basename(argv[0]), "ollama") && !strcmp(argv[1], "run")) return 1 ; /* without a terminal it ends with its input */
    if (!launch.code && command_ends(command_behind_runners(a->pool, argv))) return 1 ;
    if (sends_file(statement, argv)) return 1 ;
  }
  if (statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_PIPELINE || (statement->kind == STATEMENT_COMMAND && !called_function(a, statement) && !has_code(statement, &launch))) return 0 ;
  return surely_ends(a, &waited) ;
}

/* nginx -g 'daemon off;' && report: a server that is not what run becomes by exec. 0: there is none. */
static struct statement *stays_before_end (struct analysis *a, struct statement *statement)
{
  struct statement *end = statement ;
  struct statement *server = staying_part(a, statement) ;
  while ((end->kind == STATEMENT_AND || end->kind == STATEMENT_GROUP || end->kind == STATEMENT_SUBSHELL) && end->body)
    for (end = end->body ; end->next ;) end = end->next ;
  return end == statement || end == server || end->kind == STATEMENT_OR ? 0 : server ;
}

struct rounds
{
  struct analysis *a ;
  int pause ;
} ;

/* Is it no loop of equal rounds: does it end processes, or start some only at times? */
static int differs (struct statement *statement, void *data)
{
  struct rounds *rounds = data ;
  int is_choice = statement->kind == STATEMENT_IF || statement->kind == STATEMENT_CASE || is_and_or(statement) ;
  rounds->pause |= !strcmp(statement_command(statement), "sleep") ;
  return sends_signal(statement, 0)
   || (is_choice && !statement->background && starts_something(rounds->a, statement)) ;
}

/* while true; do php artisan schedule:run & sleep 60; done: what it starts in each round, and never ends, ends by itself. */
static int has_rounds (struct analysis *a, struct statement *loop)
{
  struct rounds rounds = { .a = a } ;
  if (loop->branches->condition) walk_with_calls(a, loop->branches->condition, &differs, &rounds) ; /* while sleep 60 */
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (walk_with_calls(a, one, &differs, &rounds)) return 0 ;
  return rounds.pause ;
}

struct starts_in_loop
{
  struct analysis *a ;
  struct service const *service ; /* of the loop */
  int with_rounds ;
  struct texts names ;
  int waits ;
} ;

static int is_job_of_round (struct starts_in_loop const *starts, struct statement *start)
{
  struct service const *same = plan_find(starts->a->plan, name_of(starts->a, start)) ;
  return starts->with_rounds && (!same || same == starts->service) && !is_known_server(starts->a, start) ;
}

/* nginx; service nginx restart: it leaves a daemon in the background that is a service already. */
static char const *starts_daemon_again (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct service *same ;
  if (statement->kind != STATEMENT_COMMAND || statement->background) return 0 ;
  if (shell_one_of(statement_command(statement), "service rc-service systemctl invoke-rc.d"))
  {
    int is_systemctl = !strcmp(statement_command(statement), "systemctl") ;
    same = shell_one_of(statement_word(statement, is_systemctl ? 1 : 2), "start restart") ? same_daemon(a, statement_word(statement, is_systemctl ? 2 : 1)) : 0 ;
    return same ? same->name : 0 ;
  }
  if (!starts_something(a, statement)) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  for (same = a->plan->services ; same ; same = same->next)
    if (same->is_daemon && !strcmp(shell_basename(same->program), shell_basename(statement_word(statement, launch.first)))) return same->name ;
  return 0 ;
}

static int add_start_in_loop (struct statement *statement, void *data)
{
  struct starts_in_loop *starts = data ;
  starts->waits |= calls_wait(statement, 0) ;
  if (statement->background && statement->kind == STATEMENT_COMMAND && !is_short(command_behind_env(statement, 0)) && !is_job_of_round(starts, statement))
    texts_add_once(starts->a->pool, &starts->names, name_of(starts->a, statement)) ;
  if (starts_daemon_again(starts->a, statement)) texts_add_once(starts->a->pool, &starts->names, starts_daemon_again(starts->a, statement)) ;
  return 0 ;
}

/* while inotifywait /src; do pkill web; web & done */
static void mark_starts_in_loop (struct analysis *a, struct service *service, struct statement *loop)
{
  struct starts_in_loop starts = { .a = a, .service = service, .with_rounds = loop->branches && has_rounds(a, loop) } ;
  for (struct statement *one = loop->branches ? loop->branches->body : 0 ; one ; one = one->next) walk_with_calls(a, one, &add_start_in_loop, &starts) ;
  if (starts.names.first && (!starts.waits || waits_for_event(service->text)))
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "it starts %s in the background, which nobody supervises: "
      "write `reeve restart NAME` in place of that, and of what ends it, where it is one of the services; else make it one", texts_join(a->pool, &starts.names, ", "))) ;
}

/* su app -c 'cd /app && server --daemonize': does what run executes leave, in code that stayed as it is? */
static int still_leaves (struct analysis *a, struct service const *service, struct foreground *inside)
{
  struct source code ;
  struct statement *one = service->command && strstr(service->command, "-c ") && !service_has(service, "flag-forks") ? shell_parse_text(a->pool, &code, service->command) : 0 ;
  return one && one->kind == STATEMENT_COMMAND && leaves_inside(a, one, inside) ;
}

/* curl -N URL & */
static int is_stream (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  char const *argv[COMMAND_WORDS_MAX] ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  command_argv(statement, launch.first, argv) ;
  return command_goes_on(argv) ;
}

/* while true; do sleep 3600; ./dump-db; done & : it works from time to time, and never ends. */
static int never_ends (struct analysis *a, struct statement *statement)
{
  if ((statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL) && statement->body && !statement->body->next) statement = statement->body ;
  return statement->kind == STATEMENT_LOOP && !loop_end(a, statement) ;
}

/* consul-cli, appctl: it tells a server something. */
static int is_client_by_name (char const *name)
{
  size_t len = strlen(name) ;
  return len > 4 && (!strcmp(name + len - 4, "-cli") || !strcmp(name + len - 3, "ctl")) ;
}

/* client call NAME, ctl node create, topic pub --once, app register: a word of what is done once. */
static int says_once (struct statement const *statement)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "--once --oneshot --one-shot --run-once")) return 1 ;
  command_argv(statement, !strcmp(statement_command(statement), "nohup"), argv) ;
  if (!argv[0] || command_is_interpreter(shell_basename(argv[0])) || command_goes_on(argv)) return 0 ;
  if (argv[1] && *argv[1] != '-' && strspn(argv[1], "abcdefghijklmnopqrstuvwxyz-:") == strlen(argv[1]) && (says_task(argv[1]) || (is_client_by_name(shell_basename(argv[0])) && names_deed(argv[1])))) return 1 ;
  for (unsigned int i = 1 ; i < 3 && argv[i] && *argv[i] != '-' ; i++)
    if (shell_one_of(argv[i], "call set create delete send_goal") && argv[i + 1]) return 1 ;
  return 0 ;
}

/* Its words, or its conditions, are the script's arguments, which nobody knows here. */
static void mark_unknown_arguments (struct analysis *a, struct service *service, struct statement *statement)
{
  if (a->plan->cmd || a->plan->cmd_code || a->sets_arguments || a->positional || a->in_function) return ;
  if (!called_function(a, statement) && service->command && takes_arguments(service->command)
   && !strstr(texts_join(a->pool, &service->todo, "\n"), OF_CMD))
    plan_todo(a->plan, service, service->claim, service->line, "\"$@\" " OF_CMD) ;
  if (mentions_positional(texts_join(a->pool, &service->conditions, " ")))
    plan_todo(a->plan, service, service->claim, service->line,
      "the script's arguments decide whether it is started, and are the image's CMD, which is not known: give --dockerfile, or write set -- WORD ahead of the condition") ;
}

static void becomes_job (struct analysis *a, struct service *service, char const *todo)
{
  service->is_oneshot = service->is_job = 1 ;
  service->is_background = 0 ;
  service->claim->what = pool_printf(a->pool, "task %s, run once, in the background", service->name) ;
  if (todo) plan_todo(a->plan, service, service->claim, service->line, todo) ;
}

/* What is in the background: is it a task, or a service that goes on? */
static void tell_job (struct analysis *a, struct service *service, struct statement *statement, int is_init)
{
  if (!is_init && !is_known_server(a, statement) && ((is_task_program(service->program) && !is_stream(a, statement)) || (ends_soon(a, statement) && !(statement->kind == STATEMENT_OR && says_task(service->name)))))
    becomes_job(a, service, 0) ;
  /* As a service it would run again and again, and do harm. As a task, the worst case is that nobody restarts it. */
  else if (!is_init && !never_ends(a, statement) && (says_task(service->name) || (may_be_task(service->name) && !service->serves) || (called_function(a, statement) && says_task(statement_command(statement)))))
    becomes_job(a, service, "by its name it prepares something, and ends: if it goes on running, remove flag-oneshot") ;
  else if (!is_init && !service->serves && says_once(statement))
    becomes_job(a, service, "by its words it does something once, and ends: if it goes on running, remove flag-oneshot") ;
  else if (strcmp(service->program, "tail") != 0 && (strstr(service->name, "startup") || strstr(service->name, "start_up") || strstr(service->name, "start-up")))
    plan_todo(a->plan, service, service->claim, service->line, "by its name it may start something, and end: if it does, give it flag-oneshot, as a service is started again, and make a service of what it leaves") ;
  else if (loop_end(a, statement))
  {
    char const *restart = loop_ends_badly(statement) ? "no" : "on-failure" ;
    service_set(a->plan, service, "restart", restart) ;
    service->claim->what = pool_printf(a->pool, "%s; the loop ends %s: then it stays down (restart %s)", service->claim->what, loop_end(a, statement), restart) ;
  }
  mark_start_word(a, service, statement) ;
}

/* Where the script came to it only when something else had ended. */
static void mark_late_start (struct analysis *a, struct service *service, int is_end)
{
  if (a->idle_line && a->waited_line == a->idle_line)
  {
    service->is_main = 0 ;
    if (is_end) service->claim->what = pool_printf(a->pool, "service %s, behind what kept the container alive", service->name) ;
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool,
      "the script came here only when line %u had ended, which kept the container alive: is it wanted? It is started now, and is not main", a->idle_line)) ;
  }
  if (is_end && a->ended_with.first && !strcmp(a->ended_where, texts_join(a->pool, &a->conditions, " && ")))
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool,
      "the script came here only when one of these had ended: %s; now it is started beside them: is it wanted?", texts_join(a->pool, &a->ended_with, ", "))) ;
  if (a->foreground_line && a->waited_line == a->foreground_line && !a->waited_in_branch)
  {
    /* In the script it began when that one had ended, if ever. */
    service->is_main = 0 ;
    service->claim->what = pool_printf(a->pool, "service %s, behind a program in the foreground", service->name) ;
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool,
      "the script came here only when the program of line %u had ended: both run now, and this one is not main: is it wanted?", a->foreground_line)) ;
  }
}

struct service *start_service (struct analysis *a, struct statement *statement, enum start_how how)
{
  static char const *const hows[] =
  {
    [START_BACKGROUND] = "started in the background", [START_MAIN] = "what the script ended with: main",
    [START_RESTARTED] = "which a loop restarted", [START_DAEMON] = "a daemon"
  } ;
  int is_end = how == START_MAIN || how == START_RESTARTED ;
  struct statement *ahead = stays_before_end(a, statement) ;
  struct foreground inside ;
  struct service *service ;
  char const *program ;
  int is_init ;
  int by_cmd = is_image_command(a, statement) && a->arguments && a->arguments[0] && !a->shifted && !a->positional ;
  if (has_work(a->pending)) flush_pending(a) ; /* done once, before everything that the branch starts */
  share_pending(a) ;
  close_task(a) ;
  service = plan_service(a->plan, name_of_start(a, statement, by_cmd), line_of(a, statement)) ;
  if (a->template) service_template(a->plan, service, a->template) ;
  service->text = statement_text(a, statement) ;
  service->user = a->user ;
  service->user_if = a->again_if ;
  service->is_main = service->is_waited = is_end ;
  service->is_background = how == START_BACKGROUND ;
  service->is_daemon = how == START_DAEMON ;
  service->must_succeed = service->is_daemon && a->errexit ;
  service->serves = is_known_server(a, statement) ;
  copy_conditions(a, service) ;
  service->positional = a->positional ;
  texts_add_all(a->pool, &service->dependencies, &a->ready) ;
  service->claim = claim_statement(a, statement, service_where(a->plan, service, "run"),
    pool_printf(a->pool, "service %s, %s", service->name, hows[how])) ;
  if (service->conditions.first)
    service->claim->what = pool_printf(a->pool, "%s, only when %s", service->claim->what, texts_join(a->pool, &service->conditions, " && ")) ;
  remarks_to_service(a, service) ;
  take_pending(a, service) ;
  run_lines(a, service, statement) ;
  if (called_function(a, statement) && leaves_inside(a, statement, &inside) && !service_has(service, "flag-forks")) follow_inside(a, service, statement, &inside) ;
  if (how == START_DAEMON && still_leaves(a, service, &inside)) follow_inside(a, service, statement, &inside) ;
  program = ahead ? shell_basename(statement_command(ahead)) : by_cmd ? program_of_cmd(a) : service->program ;
  plan_mark_place(a->plan, service, service->claim, service->text) ;
  if (!by_cmd && !service->is_oneshot && told_at_start(a, statement)) plan_todo(a->plan, service, service->claim, service->line, told_at_start(a, statement)) ;
  mark_unknown_arguments(a, service, statement) ;
  if (shell_one_of(service->program, "mysqld_safe mariadbd-safe"))
    texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool, "line %u: %s ignores SIGTERM, so that the database would not be stopped: run mysqld (or mariadbd) --user=mysql in its place",
      service->line, service->program)) ;
  if (shell_one_of(service->program, "forego foreman") && (shell_mentions(service->text, "start -r") || shell_mentions(service->text, "--restart")))
  {
    /* It never ended by itself. */
    service->is_main = 0 ;
    a->end_is_told = 1 ;
    service->claim->what = pool_printf(a->pool, "%s; not main: -r starts again what ends", service->claim->what) ;
  }
  if (is_end && !service_has(service, "flag-forks")) mark_started_elsewhere(a, service, statement, service->claim, 1) ;
  tell_supervisor(a, service, program, is_end) ;
  is_init = tell_own_init(a, service) ;
  if (how == START_BACKGROUND) tell_job(a, service, statement, is_init) ;
  mark_late_start(a, service, is_end) ;
  if (is_end && statement->kind == STATEMENT_LOOP) mark_starts_in_loop(a, service, statement) ;
  if (event_loop(statement)) mark_starts_in_loop(a, service, event_loop(statement)) ;
  if (service->command && !service->is_oneshot && ahead) service_set(a->plan, service, "flag-down-group", "") ; /* the shell does not hand the signal on */
  if (service->is_main && service->without_signals && !service->todo.first && statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR && strcmp(statement_command(statement), "eval") != 0)
    plan_todo(a->plan, service, service->claim, service->line, "only the shell gets the signals: let its last command be exec, if it is a program") ;
  a->last = service ;
  a->last_is_idle = 0 ;
  return service ;
}
