#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/become.h"
#include "migrate/services/services.h"

static void keep_shell (struct analysis *a, struct service *service, struct statement *statement)
{
  texts_add(a->pool, &service->run, statement_text(a, statement)) ;
  service->without_signals = 1 ;
}

/* server || RC=$?; rm FILE; exit $RC: does `end` give the status of another command than the one ahead of it? */
static int status_is_kept (struct analysis *a, struct statement *list, struct statement const *end)
{
  if (!shell_one_of(statement_command(end), "exit return") || end->nwords != 2) return 0 ;
  for (; list && list != end ; list = list->next)
  {
    struct statement const *kept = list->kind == STATEMENT_OR ? list->body->next : list ;
    if (kept->kind == STATEMENT_ASSIGNMENT && status_kept(a, kept) && shell_mentions(end->words[1].raw, status_kept(a, kept))) return 1 ;
  }
  return 0 ;
}

/* server & trap 'kill $!' TERM; wait $!: behind all that it does, does it wait for what it has started ahead of that? */
static int waits_at_end (struct analysis *a, struct statement const *list, struct statement *last, struct statement const *end)
{
  if (last->background || starts_something(a, last) || !end || strcmp(statement_command(end), "wait") != 0) return 0 ;
  for (; list != last ; list = list->next)
    if (list->background) return 1 ;
  return 0 ;
}

/* A list: the service becomes its last statement. */
static void list_lines (struct analysis *a, struct service *service, struct statement *list)
{
  struct statement *last = 0 ;
  int waits ;
  struct statement *end = list ;
  while (end && end->next) end = end->next ;
  for (struct statement *one = list ; one ; one = one->next)
    if (one->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(one), "exit return wait")) last = one ;
  waits = last && waits_at_end(a, list, last, end) ;
  if (waits)
  {
    last = 0 ;
    service->without_signals = 1 ;
  }
  for (struct statement *one = list ; one && one != last ; one = one->next)
  {
    if (one->background && !shell_one_of(statement_command(one), "sleep tail echo"))
      plan_todo(a->plan, service, service->claim, line_of(a, one), pool_printf(a->pool, waits ? "its run only waits for this, and gets the signals in its place: %s: make that the service, with exec"
        : "it starts this beside itself, which nobody restarts: %s: make that a service", statement_text(a, one))) ;
    texts_add(a->pool, &service->run, one->background
      ? pool_printf(a->pool, "%s &", statement_text(a, one)) : statement_text(a, one)) ;
  }
  if (last && end && end != last && status_is_kept(a, list, end))
  {
    keep_shell(a, service, last) ;
    texts_add(a->pool, &service->run, pool_printf(a->pool, "exit %s", end->words[1].raw)) ;
  }
  else if (last) run_lines(a, service, last) ;
}

static void group_lines (struct analysis *a, struct service *service, struct statement *statement)
{
  if (statement->nredirects)
    texts_add(a->pool, &service->run, pool_printf(a->pool, "exec %s", redirects_of(a, statement, 0, 0))) ;
  list_lines(a, service, statement->body) ;
}

/* A pipeline: the part after the first | is the service's logger, if the first part goes on. A task is the whole pipeline. */
static void pipeline_lines (struct analysis *a, struct service *service, struct statement *statement)
{
  struct statement *first = statement->body ;
  struct statement *last ;
  char const *between ;
  if (event_loop(statement)) /* no logger: it acts on what it reads */
  {
    texts_add(a->pool, &service->run, statement_text(a, statement)) ;
    return ;
  }
  if (starting_part(statement))
  {
    /* printenv | while read x; do $x & done: what the loop has started is waited for where it is known. */
    struct range const loop = starting_part(statement)->range ;
    texts_add(a->pool, &service->run, pool_printf(a->pool, "%s{ %s; wait; }",
      source_copy(source_of(a, statement), (struct range){ statement->range.start, loop.start }), source_copy(a->source, loop))) ;
    return ;
  }
  if (!first || !first->next || first->kind != STATEMENT_COMMAND || service->is_oneshot
   || shell_one_of(statement_command(first), "echo cat printf yes tail find ls ps grep sed awk curl wget") || surely_ends(a, first))
  {
    keep_shell(a, service, statement) ;
    if (!service->is_oneshot && !ends_with_input(a, statement)) plan_todo(a->plan, service, service->claim, line_of(a, statement), "a pipeline: only the shell gets the signals; which of its programs is the service?") ;
    return ;
  }
  run_lines(a, service, first) ;
  between = source_copy(source_of(a, first), (struct range){ first->range.end, first->next->range.start }) ;
  if (strstr(between, "|&"))
  {
    service->redirects = pool_printf(a->pool, "%s%s2>&1", service->redirects, *service->redirects ? " " : "") ;
  }
  for (last = first->next ; last->next ; last = last->next) ;
  /* cd app && server | tee log/server: the logger is in that directory, too. */
  for (struct text const *one = service->run.first ; one ; one = one->next)
    if (!strncmp(one->text, "cd ", 3)) texts_add(a->pool, &service->logger, one->text) ;
  if (first->next == last && last->kind == STATEMENT_COMMAND && !shell_one_of(statement_command(last), "while read exec"))
    texts_add(a->pool, &service->logger, with_exec(a->pool, a->source, last, last->range.end)) ;
  else texts_add(a->pool, &service->logger, source_copy(source_of(a, first), (struct range){ first->next->range.start, last->range.end })) ;
  if (service->claim)
    service->claim->what = pool_printf(a->pool, "%s; what was behind its | is %s", service->claim->what, service_where(a->plan, service, "log/run")) ;
}

/* Where the script only asked, and did not start it. */
static char const *stops_itself (struct analysis *a, struct service const *service)
{
  return pool_printf(a->pool, "exec reeve stop %s", service_has(service, "count") ? pool_printf(a->pool, "\"%s$REEVE_INSTANCE\"", service->name) : service->name) ;
}

/* A of A && B. Where the script only asked, a task that has nothing to do has not failed. */
static void lines_ahead (struct analysis *a, struct service *service, struct statement *statement)
{
  int is_well = service->is_oneshot && !a->must_succeed && (a->errexit || is_question(statement)) ;
  if (statement->kind == STATEMENT_AND && service->is_oneshot)
  {
    lines_ahead(a, service, statement->body) ;
    lines_ahead(a, service, statement->body->next) ;
  }
  else if (!service->is_oneshot && !service->is_main && is_question(statement)) texts_add(a->pool, &service->run, pool_printf(a->pool, "if ! { %s; }; then %s; fi", statement_text(a, statement), stops_itself(a, service))) ;
  else texts_add(a->pool, &service->run, pool_printf(a->pool, statement->kind == STATEMENT_OR ? "{ %s; } || exit%s" : "%s || exit%s", statement_text(a, statement), is_well ? " 0" : "")) ;
}

/* A && B, A || B: B, or A, is the service. A task is all of it: `A || true` does not fail, nor
   does `A && B` under set -e when A does. */
static void and_or_lines (struct analysis *a, struct service *service, struct statement *statement)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  if (statement->kind == STATEMENT_OR && service->is_oneshot)
  {
    keep_shell(a, service, statement) ;
    return ;
  }
  /* [ -f dev ] && A || B */
  if (statement->kind == STATEMENT_OR && left->kind == STATEMENT_AND && is_question(left->body) && is_plain_command(left->body->next) && is_plain_command(right))
  {
    struct statement *program = left->body->next ;
    int has_exec = !strcmp(statement_command(program), "exec") || program->nassignments ;
    texts_add(a->pool, &service->run, pool_printf(a->pool, "if %s; then %s%s; fi", statement_text(a, left->body), has_exec ? "" : "exec ", statement_text(a, program))) ;
    run_lines(a, service, right) ;
    return ;
  }
  if (statement->kind == STATEMENT_OR && is_question(left) && !shell_one_of(statement_command(left), "nc cat curl wget ping")) /* [ -f "$2" ] || $1, in a function */
  {
    texts_add(a->pool, &service->run, pool_printf(a->pool, "if %s; then %s; fi", statement_text(a, left), service->is_main ? "exit 0" : stops_itself(a, service))) ;
    run_lines(a, service, right) ;
    return ;
  }
  if (statement->kind == STATEMENT_OR && serves_surely(a, right))
  {
    keep_shell(a, service, statement) ;
    plan_todo(a->plan, service, service->claim, line_of(a, statement), pool_printf(a->pool, "does `%s` only ask, or does it go on running? If it asks, write: %s || exec %s; else only the shell gets the signals: which of the two is the service?",
      statement_text(a, left), statement_text(a, left), statement_text(a, right))) ;
    return ;
  }
  if (statement->kind == STATEMENT_OR)
  {
    run_lines(a, service, left) ;
    if (!shell_one_of(statement_command(right), "true : echo printf exit"))
      texts_add(a->pool, &service->finish, pool_printf(a->pool, "[ \"" FINISH_CODE "\" -eq 0 ] || { %s; }", statement_text(a, right))) ;
    return ;
  }
  lines_ahead(a, service, left) ;
  run_lines(a, service, right) ;
}

static int call_lines (struct analysis *a, struct service *service, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body ;
  if (!function) return 0 ;
  body = function->statement->body ;
  if (!body || body->kind != STATEMENT_GROUP || statement_has(body, "local return shift declare typeset") || statement->nredirects || a->depth > CALL_DEPTH_MAX)
  {
    keep_shell(a, service, statement) ;
    service->without_signals = !service->is_oneshot && (!body || !ends_with_exec(body)) ;
    if (service->without_signals) plan_todo(a->plan, service, service->claim, line_of(a, statement),
      "a shell function: only the shell gets the signals; let its last command be exec, if it is a program") ;
    return 1 ;
  }
  if (statement->nwords > 1)
    texts_add(a->pool, &service->run, pool_printf(a->pool, "set -- %s",
      source_copy(source_of(a, statement), (struct range){ statement->words[1].range.start, statement->words[statement->nwords - 1].range.end }))) ;
  a->depth++ ;
  a->in_call++ ;
  group_lines(a, service, body) ;
  a->in_call-- ;
  a->depth-- ;
  function->walked = 1 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (!strcmp(a->plan->pieces[i].names, pool_printf(a->pool, " %s ", function->name)))
      texts_add_once(a->pool, &a->plan->pieces[i].used, service_where(a->plan, service, "run")) ;
  return 1 ;
}

/* Files that are sourced for their variables. */
static int is_environment (char const *file)
{
  static char const *const marks[] = { "setup.bash", "activate", "env", "profile", "conf", "vars" } ;
  char const *name = shell_basename(file) ;
  size_t len = strlen(name) ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(name, marks[i])) return 1 ;
  return len >= 2 && !strcmp(name + len - 2, "rc") ;
}

/* Does the text read a file for more than its variables? */
static int reads_code (struct analysis *a, char const *text)
{
  for (char const *file = shell_read_file(text) ; file ; file = shell_read_file(file))
    if (!is_environment(pool_copy(a->pool, file, strcspn(file, " \t\n;&|")))) return 1 ;
  return 0 ;
}

static int any_reads_code (struct analysis *a, struct texts const *lines)
{
  for (struct text const *one = lines->first ; one ; one = one->next)
    if (reads_code(a, one->text)) return 1 ;
  return 0 ;
}

static int has_read_code (struct analysis *a, struct service const *service)
{
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (!a->plan->pieces[i].is_function && reads_code(a, a->plan->pieces[i].text)) return 1 ;
  return any_reads_code(a, &service->before) || any_reads_code(a, &service->run) ;
}

/* _main_loop, start_app: few programs have such names. */
static int is_function_name (char const *name)
{
  static char const *const begins[] = { "start_", "run_", "main_", "launch_", "serve_", "do_", "boot_", "loop_", "wait_", "supervise_", "monitor_" } ;
  static char const *const ends[] = { "_loop", "_main", "_start", "_run", "_all", "_services", "_daemons", "_forever" } ;
  size_t len = strlen(name) ;
  if (*name == '_' || !strchr(name, '_')) return 1 ;
  for (size_t i = 0 ; i < sizeof(begins) / sizeof(*begins) ; i++)
    if (!strncmp(name, begins[i], strlen(begins[i]))) return 1 ;
  for (size_t i = 0 ; i < sizeof(ends) / sizeof(*ends) ; i++)
    if (len > strlen(ends[i]) && !strcmp(name + len - strlen(ends[i]), ends[i])) return 1 ;
  return 0 ;
}

/* start_app, after `source lib.sh`: it may be a function, and exec only finds programs. */
static int may_be_sourced (struct analysis *a, struct service const *service, struct statement const *statement)
{
  char const *name = statement->nwords ? statement->words[0].raw : "" ;
  if (strstr(name, "::")) return 1 ; /* no program has such a name */
  if (sourced_function(a, name)) return 1 ;
  if (!shell_one_of(name, "main start run launch serve startup boot bootstrap entrypoint")
   && (!strchr(name, '_') || strspn(name, NAME_LETTERS) != strlen(name))) return 0 ;
  return has_read_code(a, service) ;
}

/* A task may as well stay in the shell: exec would not find a function. */
static int may_stay (struct analysis *a, struct service const *service, struct statement const *statement)
{
  struct launch launch ;
  char const *name = statement->nwords ? statement->words[0].raw : "" ;
  command_unwrap(a->pool, statement, &launch) ;
  return service->is_oneshot && !launch.first && *name && strspn(name, NAME_LETTERS) == strlen(name) && !is_short(name) && !is_task_program(name)
   && !find_function(a, name) && has_read_code(a, service) ;
}

static int is_shells_own (struct statement const *statement)
{
  return shell_one_of(statement_command(statement), ": true false echo printf exit export cd pushd popd test [ read set eval . source wait unset umask ulimit trap kill return shift") ;
}

void run_lines (struct analysis *a, struct service *service, struct statement *statement)
{
  struct source *outer = a->source ;
  if (a->depth++ > 50)
  {
    keep_shell(a, service, statement) ;
    a->depth-- ;
    return ;
  }
  a->source = source_of(a, statement) ; /* a function's body, a task that was held: perhaps another one */
  switch (statement->kind)
  {
    case STATEMENT_COMMAND :
      if (is_shells_own(statement)) keep_shell(a, service, statement) ;
      else if (!called_function(a, statement) && may_be_sourced(a, service, statement))
      {
        char const *place = sourced_function(a, statement->words[0].raw) ;
        keep_shell(a, service, statement) ;
        service->is_sourced = place || is_function_name(statement->words[0].raw) ;
        if (place && !service->is_oneshot) plan_todo(a->plan, service, service->claim, line_of(a, statement),
          pool_printf(a->pool, "a function (%s): what it starts is the service: put the function into the script, and migrate that", place)) ;
        else if (!service->is_oneshot) plan_todo(a->plan, service, service->claim, line_of(a, statement),
          "a function of a file that is sourced, or a program: what the function starts are the services, so migrate that file; before a program, write exec") ;
        else if (!place && service->is_sourced) plan_todo(a->plan, service, service->claim, line_of(a, statement),
          "by its name, a function of a file that is sourced: what it leaves running ends behind the task: if there is something, migrate that file") ;
      }
      else if (may_stay(a, service, statement)) keep_shell(a, service, statement) ;
      else if (!call_lines(a, service, statement)) become(a, service, statement) ;
      break ;
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL : group_lines(a, service, statement) ; break ;
    case STATEMENT_PIPELINE : pipeline_lines(a, service, statement) ; break ;
    case STATEMENT_AND :
    case STATEMENT_OR : and_or_lines(a, service, statement) ; break ;
    default : keep_shell(a, service, statement) ;
  }
  a->source = outer ;
  a->depth-- ;
}
