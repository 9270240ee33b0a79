#include <string.h>

#include "migrate/analysis.h"
#include "migrate/script.h"

/* Programs that end by themselves: none of them is what a container is for. */
#define SHORT "mkdir chown chmod ln cp mv rm touch sed awk cat echo printf test [ sleep kill true false : id date ls env find grep tar install " \
  "useradd usermod groupadd adduser addgroup groupmod sysctl mount umount envsubst openssl ssh-keygen initdb createuser createdb unset export set"

struct function *find_function (struct analysis *a, char const *name)
{
  struct function *function = *name ? a->functions : 0 ;
  while (function && strcmp(function->name, name) != 0) function = function->next ;
  return function ;
}

/* ---- what is still to come ---- */

static int matters (struct statement const *statement)
{
  return statement->kind != STATEMENT_COMMENT && statement->kind != STATEMENT_FUNCTION
   && !shell_one_of(statement_command(statement), "echo printf exit return true : trap kill pkill killall")
   && !only_talks((struct statement *)statement) ;
}

int is_last (struct frame const *frame)
{
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (matters(one)) return 0 ;
  return 1 ;
}

int starts_later (struct analysis *a, struct frame const *frame)
{
  for (; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (one->kind != STATEMENT_FUNCTION && starts_something(a, one)
       && strcmp(statement_command(one), "wait") != 0 && !keeps_alive(one)) return 1 ;
  return 0 ;
}

static int starts_among (struct analysis *a, struct statement *list)
{
  for (struct statement *one = list ; one ; one = one->next)
  {
    struct statement *end = one->background ? temporary_end(a, one) : 0 ;
    if (end) one = end ;
    else if (starts_something(a, one)) return 1 ;
  }
  return 0 ;
}

/* su app -c 'server &', su app -c 'server --daemonize': does the code leave something behind? */
static int code_leaves (struct analysis *a, struct launch const *launch)
{
  struct source code ;
  char const *value = launch->code ? shell_unquote(a->pool, launch->code) : 0 ;
  if (launch->code && !value && *launch->code == '"' && launch->code[1]) value = pool_copy(a->pool, launch->code + 1, strlen(launch->code) - 2) ;
  for (struct statement *one = value ? shell_parse_text(a->pool, &code, value) : 0 ; one ; one = one->next)
  {
    struct foreground foreground = { 0 } ;
    struct launch inner ;
    if (one->background) return 1 ;
    if (one->kind != STATEMENT_COMMAND) continue ;
    command_unwrap(a->pool, one, &inner) ;
    command_foreground(one, inner.first, &foreground) ;
    if (foreground.in_background || inner.detached) return 1 ;
  }
  return 0 ;
}

static int command_starts (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  struct function *function ;
  char const *command = statement_command(statement) ;
  if (!strcmp(command, "wait") || keeps_alive(statement)) return 1 ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.replaced) return launch.first < statement->nwords || launch.code ;
  if (launch.detached || code_leaves(a, &launch)) return 1 ;
  command_foreground(statement, launch.first, &foreground) ;
  if (foreground.is_daemon) return 1 ;
  function = find_function(a, command) ;
  return function && function->statement->body && starts_something(a, function->statement->body) ;
}

int starts_something (struct analysis *a, struct statement *statement)
{
  int r = 0 ;
  if (statement->kind == STATEMENT_FUNCTION) return 0 ;
  if (statement->background) return 1 ;
  if (a->depth > 60) return 0 ;
  a->depth++ ;
  if (statement->kind == STATEMENT_COMMAND) r = command_starts(a, statement) ;
  r = r || starts_among(a, statement->body) ;
  for (struct branch *branch = statement->branches ; !r && branch ; branch = branch->next)
    r = starts_among(a, branch->condition) || starts_among(a, branch->body) ;
  a->depth-- ;
  return r ;
}

/* ---- single commands ---- */

static void drop (struct analysis *a, struct statement *statement, char const *why)
{
  drop_remarks(a, statement) ;
  claim_statement(a, statement, "dropped", why) ;
}

/* exec "$0" "$@" as another user: the whole script runs as that user. */
static int starts_itself (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  struct claim *claim ;
  if (launch->first >= statement->nwords || !strpbrk(statement->words[launch->first].raw, "0B")) return 0 ;
  if (!shell_one_of(statement->words[launch->first].raw, "\"$0\" $0 \"${0}\" \"$BASH_SOURCE\" \"${BASH_SOURCE[0]}\" \"${BASH_SOURCE}\"")) return 0 ;
  for (struct text *one = launch->options.first ; one ; one = one->next)
    if (!strcmp(one->text, "--user") && one->next) a->user = one->next->text ;
  claim = claim_statement(a, statement, "dropped", a->user ? pool_printf(a->pool, "the script started itself again as %s: so do the services", a->user)
    : "the script started itself again") ;
  if (a->plan->nsetup) texts_add(a->pool, &claim->todo, "the setup behind it ran as that user, and runs as root now: look at who owns what it makes") ;
  return 1 ;
}

/* The last line of many scripts, for `docker run -it`. */
static int drop_shell (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  char const *name = shell_basename(statement_word(statement, launch->first)) ;
  if (!shell_one_of(name, "sh bash ash dash zsh") || launch->options.first || statement->nredirects) return 0 ;
  for (unsigned int i = launch->first + 1 ; i < statement->nwords ; i++)
    if (!shell_one_of(statement->words[i].raw, "-i -l -li -il --login")) return 0 ;
  drop(a, statement, pool_printf(a->pool, "a shell for whoever has a terminal, which a service has not: docker exec -it CONTAINER %s", name)) ;
  return 1 ;
}

static void walk_exec (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  command_unwrap(a->pool, statement, &launch) ;
  if (starts_itself(a, statement, &launch)) return ;
  if (drop_shell(a, statement, &launch)) script_waits(a, line_of(a, statement)) ;
  else start_service(a, statement, START_MAIN)->is_exec = 1 ;
  if (!a->conditions.first) a->replaced_line = line_of(a, statement) ;
}

/* service nginx restart, when it has been started already */
static int starts_again (struct analysis *a, struct statement *statement, struct foreground const *foreground, char const *const *argv)
{
  struct service *service ;
  struct claim *claim ;
  char const *name ;
  if (!foreground->is_init_script || !argv[0] || !argv[1] || (!strstr(argv[1], "restart") && !(argv[2] && strstr(argv[2], "restart")))) return 0 ;
  name = foreground->argv[0] ? foreground->argv[0] : !strncmp(argv[0], "/etc/", 5) ? argv[0] : argv[1] ;
  service = same_daemon(a, shell_basename(name)) ;
  if (!service) return 0 ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "%s was started again: its service starts once", service->name)) ;
  plan_todo(a->plan, service, claim, line_of(a, statement), "it was started again here: what was done in between has to be done before it starts") ;
  return 1 ;
}

/* A program that the script waits for by itself. */
static void walk_program (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct launch launch ;
  struct foreground foreground ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *name ;
  command_unwrap(a->pool, statement, &launch) ;
  command_foreground(statement, launch.first, &foreground) ;
  command_argv(statement, launch.first, argv) ;
  name = argv[0] ? shell_basename(argv[0]) : "" ;
  if (starts_again(a, statement, &foreground, argv)) return ;
  if (foreground.in_background || launch.detached || code_leaves(a, &launch))
  {
    start_service(a, statement, launch.detached ? START_BACKGROUND : START_DAEMON) ;
    return ;
  }
  if (is_last(frame) && drop_shell(a, statement, &launch))
  {
    script_waits(a, line_of(a, statement)) ;
    return ;
  }
  if (foreground.is_daemon || (is_last(frame) && !foreground.ends && !shell_one_of(name, SHORT)))
  {
    start_service(a, statement, START_MAIN) ;
    script_waits(a, line_of(a, statement)) ;
    return ;
  }
  add_ordinary(a, statement) ;
}

static void walk_command (struct analysis *a, struct statement *statement, struct frame *frame)
{
  char const *command = statement_command(statement) ;
  char const *second = statement_word(statement, 1) ;
  if (!strcmp(command, "trap")) walk_trap(a, statement) ;
  else if (!strcmp(command, "wait")) walk_wait(a, statement, frame) ;
  else if (keeps_alive(statement)) drop_keeping_alive(a, statement) ;
  else if (!strcmp(command, "exec") && statement->nwords > 1) walk_exec(a, statement) ;
  else if (shell_one_of(command, "disown jobs bg")) drop(a, statement, pool_printf(a->pool, "%s: the supervisor, not a shell, has the processes", command)) ;
  else if (!strcmp(command, "fg"))
  {
    drop(a, statement, "fg: the service is main instead") ;
    if (a->last) a->last->is_main = 1 ;
    script_waits(a, line_of(a, statement)) ;
  }
  else if (!strcmp(command, "set") && shell_one_of(second, "-m +m -b +b -o") && (*second != '-' || second[1] != 'o' || shell_one_of(statement_word(statement, 2), "monitor notify")))
    drop(a, statement, "job control: the supervisor, not a shell, has the processes") ;
  else if (a->waited_line && !starts_later(a, frame) && !starts_something(a, statement)) walk_after(a, statement) ;
  else if (!strcmp(command, "exit") && a->conditions.first && a->last != a->branch_last)
    drop(a, statement, "the script's end: the container's exit code is the main service's") ;
  else if (a->conditions.first && a->last == a->branch_last && (!strcmp(command, "exit") || is_message(a, statement))) add_ordinary(a, statement) ;
  else if (!strcmp(command, "exit") && !a->conditions.first)
  {
    drop(a, statement, "the script's end: the container's exit code is the main service's") ;
    if (!a->in_function) a->replaced_line = line_of(a, statement) ;
  }
  else if (!strcmp(command, "sleep")) walk_sleep(a, statement) ;
  else if (a->plan->services && shell_one_of(command, "kill")) drop(a, statement, "kill: ending services is the supervisor's work") ;
  else if (walk_wait_program(a, statement, frame)) return ;
  else if (walk_call(a, statement, frame)) return ;
  else if (add_context(a, statement)) return ;
  else if (a->plan->services && is_message(a, statement)) claim_statement(a, statement, "dropped", "a message about the start") ;
  else walk_program(a, statement, frame) ;
}

/* ---- statements ---- */

/* ( until pg_isready; do sleep 1; done; migrate ) & : a task that depends on it. */
static int is_waiting_task (struct analysis *a, struct statement *statement)
{
  if ((statement->kind != STATEMENT_GROUP && statement->kind != STATEMENT_SUBSHELL) || !a->last || !statement->body) return 0 ;
  return statement->body->kind == STATEMENT_LOOP && statement->body->next && statement->body->branches
   && statement->body->branches->condition && is_probe(source_copy(a->source, statement->body->branches->condition_range)) ;
}

/* [ -n "$X" ] && start & : asks before it starts. */
static int is_question (struct statement const *statement)
{
  if (statement->kind == STATEMENT_NOT || statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR)
    return statement->body && is_question(statement->body) ;
  return statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test [ command which type grep") ;
}

static void walk_background (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (keeps_alive(statement))
  {
    drop_keeping_alive(a, statement) ;
    return ;
  }
  if (statement->kind == STATEMENT_LOOP && watches_processes(a, statement))
  {
    drop(a, statement, "a loop that watches processes: supervision replaces it") ;
    return ;
  }
  if (statement->kind == STATEMENT_AND && statement->body && statement->body->next
   && (is_question(statement->body) || starts_something(a, statement->body)))
  {
    statement->background = 0 ;
    statement->body->next->background = 1 ;
    walk_and_or(a, statement, frame) ;
    return ;
  }
  if (walk_restarting(a, statement)) return ;
  if (is_waiting_task(a, statement))
  {
    struct texts ready = a->ready ;
    close_task(a) ;
    statement->background = 0 ;
    a->in_function++ ;
    for (struct statement *one = statement->body ; one ; one = one->next)
    {
      struct frame inner = { .rest = statement, .up = frame } ;
      if (one->next || one->kind == STATEMENT_LOOP) walk_statement(a, one, &inner) ;
      else add_task(a, one) ;
    }
    a->in_function-- ;
    close_task(a) ;
    a->ready = ready ;
    claim_statement(a, statement, "dropped", "the shell around a task") ;
    return ;
  }
  start_service(a, statement, START_BACKGROUND) ;
}

static void walk_function (struct analysis *a, struct statement *statement)
{
  if (statement->body && starts_something(a, statement->body))
    plan_piece(a->plan, statement_text(a, statement), names_defined(a, statement))->is_function = 1 ; /* claimed where it is called, or at the end */
  else add_context(a, statement) ;
}

static void walk_group (struct analysis *a, struct statement *statement, struct frame *frame)
{
  walk_list(a, statement->body, frame) ;
  claim_statement(a, statement, "dropped", "what was around its parts") ;
}

/* What no shell could execute either is kept as comments, a line each. */
static void keep_damaged (struct analysis *a, struct statement *statement)
{
  struct service *last = a->plan->services ;
  struct claim *claim ;
  while (last && last->next) last = last->next ;
  claim = claim_statement(a, statement, last ? service_where(a->plan, last, "run") : plan_setup_where(a->plan),
    "damaged: the parser finds no sense in it; kept as a comment") ;
  for (uint32_t line = line_of(a, statement) ; line <= source_last_line(a->source, statement->range) ; line++)
  {
    char const *text = source_copy(a->source, source_line_range(a->source, line)) ;
    plan_todo(a->plan, last, 0, line, pool_printf(a->pool, "damaged: %s", text + strspn(text, " \t"))) ;
  }
  texts_add(a->pool, &claim->todo, "write it anew") ;
}

/* The parts that make sense by themselves; the rest is left unclaimed, hence a TODO. */
static void walk_damaged (struct analysis *a, struct statement *statement, struct frame *frame)
{
  for (struct statement *one = statement->body ; one ; one = one->next)
  {
    struct frame inner = { .rest = one->next, .up = frame } ;
    if (one->kind <= STATEMENT_DECLARATION || one->kind == STATEMENT_COMMENT || one->kind == STATEMENT_FUNCTION || one->kind == STATEMENT_DAMAGED
     || starts_something(a, one)) walk_statement(a, one, &inner) ;
  }
}

void walk_statement (struct analysis *a, struct statement *statement, struct frame *frame)
{
  if (a->depth > 60) return ; /* left unclaimed: a TODO */
  a->depth++ ;
  if (statement->kind == STATEMENT_COMMENT) hold_remark(a, statement) ;
  else if (a->replaced_line)
  {
    find_dead_code(a, line_of(a, statement)) ;
    drop(a, statement, pool_printf(a->pool, "never runs, behind line %u", a->replaced_line)) ;
  }
  else if (statement->kind == STATEMENT_DAMAGED) walk_damaged(a, statement, frame) ;
  else if (statement->damaged && statement->kind != STATEMENT_FUNCTION && !statement->background && !starts_something(a, statement)) keep_damaged(a, statement) ;
  else if (statement->background) walk_background(a, statement, frame) ;
  else if (statement->kind == STATEMENT_FUNCTION) walk_function(a, statement) ;
  else if (takes_pid(a, statement)) ;
  else if (a->plan->services && walk_talk(a, statement)) ;
  else if (statement->kind == STATEMENT_COMMAND) walk_command(a, statement, frame) ;
  else if ((statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR) && walk_loop(a, statement)) ;
  else if (a->waited_line && !starts_later(a, frame) && !starts_something(a, statement)) walk_after(a, statement) ;
  else if (starts_something(a, statement) || (is_last(frame) && !a->waited_line && !is_repeatable(a, statement)))
  {
    if (statement->kind == STATEMENT_IF) walk_if(a, statement, frame) ;
    else if (statement->kind == STATEMENT_CASE) walk_case(a, statement, frame) ;
    else if (statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR) walk_and_or(a, statement, frame) ;
    else if (statement->kind == STATEMENT_FOR) walk_for(a, statement, frame) ;
    else if (statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL) walk_group(a, statement, frame) ;
    else
    {
      start_service(a, statement, START_MAIN) ;
      script_waits(a, line_of(a, statement)) ;
    }
  }
  else if (!add_context(a, statement)) add_ordinary(a, statement) ;
  a->depth-- ;
}

void walk_list (struct analysis *a, struct statement *list, struct frame *up)
{
  for (struct statement *one = list ; one && !a->plan->refused ; one = one->next)
  {
    struct frame frame = { .rest = one->next, .up = up } ;
    struct statement *end = a->replaced_line ? 0 : temporary_end(a, one) ;
    struct frame behind = { .rest = end ? end->next : 0, .up = up } ;
    if (end && starts_later(a, &behind))
    {
      add_ordinary(a, temporary_part(a, one, end)) ;
      one = end ;
    }
    else walk_statement(a, one, &frame) ;
  }
}
