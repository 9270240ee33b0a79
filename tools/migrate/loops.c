/* Loops, and commands, that keep the container alive, watch processes, restart them,
   or do their work every now and then. */

#include <stdlib.h>
#include <string.h>

#include "migrate/analysis.h"

void script_waits (struct analysis *a, uint32_t line)
{
  if (!a->waited_line) a->waited_line = line ;
}

/* ---- what only keeps the container alive ---- */

void drop_keeping_alive (struct analysis *a, struct statement *statement)
{
  char const *logs = "" ;
  struct claim *claim ;
  drop_remarks(a, statement) ;
  if (statement->background) a->last_is_idle = a->has_idle = 1 ;
  if (statement->kind == STATEMENT_COMMAND)
    for (unsigned int i = 1 ; i < statement->nwords ; i++)
    {
      char const *raw = statement->words[i].raw ;
      if (*raw == '-' || !strcmp(raw, "tail") || strspn(raw, "0123456789+") == strlen(raw) || !strcmp(raw, "/dev/null") || sleeps_for_ever(statement)) continue ;
      logs = pool_printf(a->pool, "%s %s", logs, raw) ;
    }
  claim = claim_statement(a, statement, "dropped", *logs
    ? pool_printf(a->pool, "kept the container alive and showed its logs; no service writes to the container's output what it writes to:%s", logs)
    : "kept the container alive: the scanner does") ;
  if (!a->plan->services && !statement->background && a->plan->nsetup)
    plan_todo(a->plan, 0, claim, line_of(a, statement), "the container was kept alive for something: if a line above starts it, and goes on, make that a service") ;
  if (*logs) texts_add(a->pool, &a->plan->notes,
    pool_printf(a->pool, "log files that `docker logs` does not show any more:%s (let the program write to stdout, or to a link to /dev/stdout)", logs)) ;
  if (!statement->background && !a->conditions.first && statement->kind == STATEMENT_COMMAND && !strcmp(statement_command(statement), "exec"))
    a->replaced_line = line_of(a, statement) ;
  if (!statement->background) script_waits(a, line_of(a, statement)) ;
}

/* ---- loops that watch, restart, or work ---- */

#define WATCHERS "ps pgrep pidof jobs kill supervisorctl"

struct watching
{
  struct statement const *whole ; /* the loop, which may be in the background */
  struct analysis *a ;
  char const *asked ; /* the words of what it asks, and waits for */
  int watches ;
  int works ; /* something else than watching, sleeping, talking and ending */
  int starts ;
} ;

static void add_asked (struct watching *watching, struct statement const *statement)
{
  watching->asked = pool_printf(watching->a->pool, "%s %s", watching->asked, statement_text(watching->a, statement)) ;
}

/* kill -0: it only asks */
static int only_asks_whether (struct statement const *kill)
{
  return !strcmp(statement_word(kill, 1), "-0") || (shell_one_of(statement_word(kill, 1), "-s -n") && !strcmp(statement_word(kill, 2), "0")) ;
}

static int looks_at_processes (struct statement *statement, void *data)
{
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (shell_one_of(one->text, WATCHERS)) return 1 ;
  if (!strcmp(statement_command(statement), "kill")) return only_asks_whether(statement) ;
  if (statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test ["))
    return strstr(source_copy(((struct analysis *)data)->source, statement->range), "/proc/") != 0 ;
  return statement->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement), WATCHERS) ;
}

static int does_work (struct statement *statement, void *data)
{
  (void)data ;
  return statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement),
    WATCHERS " grep egrep awk wc sleep echo printf exit return true false : test [ wait date logger local read cut tr head tail sed") ;
}

static int asks_only (struct analysis *a, struct statement *body, unsigned int depth) ;

struct asking
{
  struct analysis *a ;
  unsigned int depth ;
  int asks ;
} ;

/* Stops at what is neither a question nor part of one. */
static int is_no_question (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  struct function *function = find_function(asking->a, statement_command(statement)) ;
  if (looks_at_processes(statement, asking->a))
  {
    asking->asks = 1 ;
    return 0 ;
  }
  if (function && function->statement->body && asking->depth < 5 && asks_only(asking->a, function->statement->body, asking->depth + 1))
  {
    function->walked = asking->asks = 1 ;
    return 0 ;
  }
  return does_work(statement, 0) ;
}

/* Does the body of a function ask after processes, and do nothing else? */
static int asks_only (struct analysis *a, struct statement *body, unsigned int depth)
{
  struct asking asking = { .a = a, .depth = depth } ;
  return !statement_walk(body, &is_no_question, &asking) && asking.asks ;
}

/* alive "$API": a function that asks, itself or by others, and does nothing else */
static int asks_by_function (struct watching *watching, struct statement *statement)
{
  struct function *function = find_function(watching->a, statement_command(statement)) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || !asks_only(watching->a, body, 0)) return 0 ;
  add_asked(watching, body) ;
  function->walked = watching->watches = 1 ;
  return 1 ;
}

static int ends_more (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement),
    "kill pkill killall wait exit return echo printf true false : test [ sleep date logger local read trap")) ;
}

/* cleanup: a function that ends the processes, and perhaps the script. */
int only_ends_processes (struct analysis *a, struct statement *statement)
{
  struct function *function = find_function(a, statement_command(statement)) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || statement_walk(body, &ends_more, 0)) return 0 ;
  function->walked = 1 ;
  return 1 ;
}

static int look_for_watching (struct statement *statement, void *data)
{
  struct watching *watching = data ;
  char const *command = statement_command(statement) ;
  if (statement->background && statement != watching->whole) watching->starts = 1 ;
  if (statement->kind == STATEMENT_TEST)
  {
    char const *text = statement_text(watching->a, statement) ;
    add_asked(watching, statement) ;
    if (strstr(text, "/proc/") || shell_mentions(text, "pgrep") || shell_mentions(text, "pidof")) watching->watches = 1 ;
  }
  for (struct text const *one = statement->programs.first ; one ; one = one->next)
    if (shell_one_of(one->text, WATCHERS)) watching->watches = 1 ;
  if (statement->programs.first || (statement->kind == STATEMENT_PIPELINE && statement_walk(statement, &looks_at_processes, watching->a))) add_asked(watching, statement) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (shell_one_of(command, WATCHERS))
  {
    watching->watches = 1 ;
    if (strcmp(command, "kill") != 0 || only_asks_whether(statement)) add_asked(watching, statement) ;
  }
  else if (!strcmp(command, "wait")) add_asked(watching, statement) ;
  else if (asks_by_function(watching, statement)) add_asked(watching, statement) ;
  else if (only_ends_processes(watching->a, statement)) return 0 ;
  else if (find_function(watching->a, command) && starts_something(watching->a, find_function(watching->a, command)->statement->body)) watching->starts = 1 ;
  else if (shell_one_of(command, "service") && shell_one_of(statement_word(statement, 2), "status")) watching->watches = 1 ;
  else if (shell_one_of(command, "service") && shell_one_of(statement_word(statement, 2), "start restart")) watching->starts = 1 ;
  else if (!shell_one_of(command, "grep egrep awk wc sleep echo printf exit break continue true false : test [ wait date logger") && !statement->background) watching->works = 1 ;
  return 0 ;
}

int watches_processes (struct analysis *a, struct statement *statement)
{
  struct watching watching = { .a = a, .whole = statement, .asked = "" } ;
  char const *text = statement_text(a, statement) ;
  statement_walk(statement, &look_for_watching, &watching) ;
  if (!watching.watches && (strstr(text, "$(ps ") || strstr(text, "$(pgrep") || strstr(text, "$(pidof") || strstr(text, "`ps ") || strstr(text, "/proc/$")))
    watching.watches = 1 ;
  return watching.watches && (!watching.works || watching.starts) ;
}

/* Does the loop name it, by its pid or its program? */
static int is_watched (struct analysis *a, struct service const *service, char const *text)
{
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service == service && shell_mentions(text, pid->name)) return 1 ;
  return (*service->program && shell_mentions(text, service->program)) || shell_mentions(text, service->name) ;
}

/* Is the condition a function that asks? */
static int condition_asks (struct analysis *a, struct statement *condition)
{
  struct watching watching = { .a = a, .asked = "" } ;
  if (!condition) return 0 ;
  statement_walk(condition, &look_for_watching, &watching) ;
  return watching.watches ;
}

/* if ! kill -0 "$API"; then api & API=$!; fi: what it asks before it starts something again. */
static int find_restart (struct statement *statement, void *data)
{
  struct watching *watching = data ;
  struct analysis *a = watching->a ;
  struct function *function = find_function(a, statement_command(statement)) ;
  if (function && function->statement->body && starts_something(a, function->statement->body)) function->walked = 1 ;
  if (statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR)
  {
    struct statement *right = statement->body->next ;
    if (starts_something(a, right) && !may_end(a, right)) add_asked(watching, statement->body) ;
  }
  for (struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ; branch ; branch = branch->next)
  {
    int starts = 0 ;
    int ends = 0 ;
    for (struct statement *one = branch->body ; one ; one = one->next)
    {
      starts |= starts_something(a, one) && strcmp(statement_command(one), "wait") != 0 ;
      ends |= may_end(a, one) ;
    }
    if (starts && !ends && branch->condition)
      watching->asked = pool_printf(a->pool, "%s %s", watching->asked, source_copy(a->source, branch->condition_range)) ;
  }
  return 0 ;
}

static void drop_watching (struct analysis *a, struct statement *statement)
{
  struct watching watching = { .a = a, .asked = "" } ;
  struct watching restarts = { .a = a, .asked = "" } ;
  struct texts again = { 0 } ;
  char const *text = statement_text(a, statement) ;
  char const *condition = statement->branches ? source_copy(a->source, statement->branches->condition_range) : "" ;
  int ends = may_end(a, statement) || shell_mentions(text, "break") || shell_mentions(condition, "kill")
   || shell_mentions(condition, "pgrep") || shell_mentions(condition, "pidof")
   || shell_mentions(condition, "jobs") || shell_mentions(condition, "ps") || (statement->branches && condition_asks(a, statement->branches->condition)) ;
  int named = 0 ;
  struct texts names = { 0 } ;
  struct claim *claim ;
  statement_walk(statement, &look_for_watching, &watching) ;
  statement_walk(statement, &find_restart, &restarts) ;
  text = watching.asked ; /* whom it only ends does not count */
  drop_remarks(a, statement) ;
  for (struct service *service = a->plan->services ; service ; service = service->next) named |= is_watched(a, service, text) ;
  for (struct service *service = a->plan->services ; ends && service ; service = service->next)
  {
    if (service->is_oneshot || (named && !is_watched(a, service, text))) continue ;
    if (is_watched(a, service, restarts.asked))
    {
      texts_add(a->pool, &again, service->name) ;
      continue ;
    }
    service->is_main = 1 ;
    texts_add(a->pool, &names, service->name) ;
  }
  claim = claim_statement(a, statement, "dropped", names.first
    ? pool_printf(a->pool, "a loop that watched processes and ended with them: supervision replaces it, and these are main: %s", texts_join(a->pool, &names, ", "))
    : "a loop that watched processes: supervision replaces it") ;
  if (again.first) claim->what = pool_printf(a->pool, "%s; it started these again, as their supervisors do: %s", claim->what, texts_join(a->pool, &again, ", ")) ;
  script_waits(a, line_of(a, statement)) ;
}

static int breaks (struct statement *statement, void *data)
{
  (void)data ;
  return shell_one_of(statement_command(statement), "break") ;
}

static int does_more (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background || (statement->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(statement), "break exit echo printf test [ rm true")) ;
}

/* [ -e /tmp/stop ] && break; if [ ... ]; then break; fi */
static int only_leaves (struct statement *statement)
{
  return (statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR || statement->kind == STATEMENT_IF)
   && statement_walk(statement, &breaks, 0) && !statement_walk(statement, &does_more, 0) ;
}

static int waits_in (struct statement const *list)
{
  for (; list ; list = list->next)
    if (shell_one_of(statement_command(list), "wait")) return 1 ;
  return 0 ;
}

/* while true; do PROGRAM; sleep 1; done: a supervisor in the small. */
static struct statement *restarted_program (struct analysis *a, struct statement *statement)
{
  struct statement *program = 0 ;
  struct statement *condition = statement->branches->condition ;
  int sleeps = 0 ;
  char const *text = statement_text(a, statement) ;
  int says_so = strcasestr(text, "restart") || strcasestr(text, "respawn") || strcasestr(text, "crash") || strcasestr(text, "died") || strcasestr(text, "exited") ;
  struct foreground foreground ;
  struct launch launch ;
  if (statement->kind != STATEMENT_LOOP || !condition || condition->next) return 0 ;
  if (statement->until && condition->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(condition), "false true :")) return says_so ? condition : 0 ;
  if (!is_always_true(condition) && !(statement->until && !strcmp(statement_command(condition), "false"))) return 0 ;
  for (struct statement *one = statement->branches->body ; one ; one = one->next)
  {
    sleeps |= shell_one_of(statement_command(one), "sleep") ;
    if (shell_one_of(statement_command(one), "sleep echo printf : true date") || one->kind == STATEMENT_COMMENT) continue ;
    if (one->kind == STATEMENT_ASSIGNMENT || only_leaves(one) || only_talks(one)) continue ;
    if (program && program->background && shell_one_of(statement_command(one), "wait")) continue ;
    if (program || one->kind != STATEMENT_COMMAND || shell_one_of(statement_command(one), "wait kill break exit")) return 0 ;
    program = one ;
  }
  if (!program) return 0 ;
  if (program->background) return waits_in(statement->branches->body) ? program : 0 ;
  command_unwrap(a->pool, program, &launch) ;
  command_foreground(program, launch.first, &foreground) ;
  /* Without a pause, it must be something that stays. */
  return says_so || foreground.is_daemon || !sleeps ? program : 0 ;
}

static void start_restarted (struct analysis *a, struct statement *loop, struct statement *program, int is_background)
{
  struct claim *claim ;
  struct service *service ;
  int was_background = program->background ;
  program->background = 0 ;
  service = start_service(a, program, is_background ? START_BACKGROUND : START_MAIN) ;
  program->background = was_background ;
  /* until PROGRAM: its success was the end. */
  service->is_main = !is_background && loop->until && program == loop->branches->condition ;
  service_set(a->plan, service, "restart", loop->until && program == loop->branches->condition ? "on-failure" : "always") ;
  if (!is_background) script_waits(a, line_of(a, loop)) ;
  claim = claim_statement(a, loop, "dropped", pool_printf(a->pool, "the loop that restarted %s: its supervisor does", service->name)) ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (only_leaves(one))
      plan_todo(a->plan, service, claim, line_of(a, loop), pool_printf(a->pool, "the loop that started it again ended here: %s: ask that in run, or in finish (exit 125: no restart)", statement_text(a, one))) ;
}

int walk_restarting (struct analysis *a, struct statement *statement)
{
  struct statement *program = statement->kind == STATEMENT_LOOP && statement->branches ? restarted_program(a, statement) : 0 ;
  if (!program) return 0 ;
  start_restarted(a, statement, program, 1) ;
  return 1 ;
}

static int works_for_ever (struct statement *statement)
{
  struct statement *condition = statement->branches->condition ;
  return statement->kind == STATEMENT_LOOP && condition && (is_always_true(condition) || (statement->until && !strcmp(statement_command(condition), "false"))) ;
}

int walk_loop (struct analysis *a, struct statement *statement)
{
  struct statement *program ;
  char const *probe ;
  if (!statement->branches) return 0 ;
  if (keeps_alive(statement))
  {
    drop_keeping_alive(a, statement) ;
    return 1 ;
  }
  program = restarted_program(a, statement) ;
  if (program)
  {
    start_restarted(a, statement, program, 0) ;
    return 1 ;
  }
  if (a->plan->services && watches_processes(a, statement))
  {
    drop_watching(a, statement) ;
    return 1 ;
  }
  probe = loop_probe(a, statement) ;
  if (probe && walk_probe(a, statement, probe)) return 1 ;
  /* What can leave a loop lets something come behind it. */
  if (!works_for_ever(statement) || probe || statement_walk(statement, &breaks, 0)) return 0 ;
  start_service(a, statement, START_MAIN) ;
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}
