/* ./broker, python collector.py, alone on its line in the setup or in a task: nothing says that it ends. If it stays, what is
   behind it never starts; if it leaves a process in the background, nobody supervises that. And scripts in the background that
   cannot be read. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct unknown
{
  struct analysis *a ;
  struct file const *files ;
  int in_function ; /* its line says nothing about when it runs */
  int has_ended ; /* it is ahead of &&: it came back, so only a daemon may have stayed */
} ;

/* Or is something waited for behind it? */
static int starts_behind (struct unknown const *unknown, struct statement const *statement)
{
  uint32_t line = line_of(unknown->a, statement) ;
  if (unknown->a->waited_line > line) return 1 ;
  for (struct service const *one = unknown->a->plan->services ; one ; one = one->next)
    if (!one->is_oneshot && (unknown->in_function || one->line > line || (one->line == line && one->claim && one->claim->range.start >= statement->range.end))) return 1 ;
  return 0 ;
}

/* What the image brings has a known name there, and is known. */
static int is_of_system (char const *path)
{
  return !strncmp(path, "/bin/", 5) || !strncmp(path, "/sbin/", 6) || !strncmp(path, "/usr/bin/", 9) || !strncmp(path, "/usr/sbin/", 10) ;
}

/* The word of the file that it executes, by itself or by way of an interpreter; nwords: none. */
static unsigned int word_of_file (struct statement const *statement, unsigned int first)
{
  unsigned int i = first ;
  if (i >= statement->nwords || !command_is_interpreter(shell_basename(statement_word(statement, i)))) return i ;
  if (runs_code(statement, i)) return statement->nwords ;
  for (i++ ; i < statement->nwords && *statement_word(statement, i) == '-' ; ) i++ ;
  return i ;
}

/* ./worker create-queues, ./gateway --once: a word behind the program says that it ends. */
static int says_end (struct statement const *statement, unsigned int i)
{
  for (i++ ; i < statement->nwords ; i++)
  {
    char const *word = statement_word(statement, i) ;
    if (names_deed(word) || says_task(word) || shell_one_of(word, "version help once oneshot status -V -h --version --help --once --oneshot --init --setup --migrate --check --dry-run --status")) return 1 ;
  }
  return 0 ;
}

/* --port 80, -p 8080, -status_port 9001: a port of its own; a client asks another's. */
static int has_port (struct pool *pool, struct statement const *statement, unsigned int i)
{
  for (i++ ; i < statement->nwords ; i++)
  {
    char const *word = statement_word(statement, i) ;
    char const *next = statement_word(statement, i + 1) ;
    char const *option = word + strspn(word, "-") ;
    size_t len = strcspn(option, "=") ;
    if (option > word && len < 20 && shell_one_of(pool_copy(pool, option, len), "port http-port http.port server-port server.port listen-port status_port web-port bind-port")) return 1 ;
    if (!strcmp(word, "-p") && next[0] && next[1] && strspn(next, "0123456789") == strlen(next)) return 1 ;
  }
  return 0 ;
}

/* java -cp X org.tool.QueueServer */
static int is_serving_class (char const *name)
{
  static char const *const ends[] = { "Server", "Worker", "Daemon", "Broker", "Gateway" } ;
  for (size_t i = 0 ; i < ROWS(ends) ; i++)
    if (strlen(name) > strlen(ends[i]) && !strcmp(name + strlen(name) - strlen(ends[i]), ends[i])) return 1 ;
  return 0 ;
}

/* The name of what it executes, if nothing says that it ends; 0: something does. */
static char const *what_may_stay (struct analysis *a, struct statement *statement)
{
  struct statement *inside = command_inside(a, statement) ;
  struct launch launch ;
  char const *path ;
  char const *name ;
  unsigned int i ;
  int is_own ;
  if (called_function(a, statement) || called_function(a, inside) || is_question(statement) || surely_ends(a, statement) || is_script_here(a, statement)) return 0 ;
  command_unwrap(a->pool, inside, &launch) ;
  i = word_of_file(inside, launch.first) ;
  path = i < inside->nwords && inside->words[i].value ? inside->words[i].value : "" ;
  if (!*path || says_end(inside, i)) return 0 ;
  name = shell_basename(path) ;
  if (names_daemon(name)) return name ;
  if (is_of_system(path)) return 0 ;
  is_own = i > launch.first || strchr(path, '/') ;
  if (!strcmp(name, "java"))
  {
    char const *started = task_name(a, statement) ;
    for (unsigned int j = i + 1 ; j + 1 < inside->nwords ; j++)
      if (!strcmp(statement_word(inside, j), "-jar")) started = shell_basename(statement_word(inside, j + 1)) ;
    return is_serving_class(started) || (has_port(a->pool, inside, i) && !names_deed(started) && !says_task(started)) ? started : 0 ;
  }
  if (!names_deed(name) && !says_task(name) && is_own && (says_serve(inside, launch.first) || has_port(a->pool, inside, i))) return name ;
  return names_what_stays(name, is_own) || (is_own && i + 1 == inside->nwords && names_nothing(name)) ? name : 0 ;
}

/* Is it in the setup, or in a task? cd /app && ./broker: the directory is a service's, too. */
static int is_in_what_ends (struct unknown const *unknown, struct claim const *claim)
{
  return !strncmp(claim->where, "cont-init.d/", 12) || audited_ending(unknown->a, unknown->files, claim) ;
}

static void look_at_command (struct unknown *unknown, struct statement *statement)
{
  struct analysis *a = unknown->a ;
  struct claim *claim = claim_of(a, statement) ;
  char const *text = claim && !claim->todo.first ? audited_ending(a, unknown->files, claim) : 0 ;
  char const *name = claim && !claim->todo.first && is_in_what_ends(unknown, claim) && starts_behind(unknown, statement) ? what_may_stay(a, statement) : 0 ;
  if (unknown->has_ended && name && !names_daemon(name)) return ;
  if (name && text && unknown->in_function && audit_stops(text)) return ; /* a server for the setup, which another function ends */
  if (name)
    audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool,
      "nothing says that %s ends: if it stays, what is behind it never starts, and if it leaves a process in the background, nobody supervises that: then make it a service", name)) ;
}

/* start.sh, start-api.sh, run_worker.sh, docker-entrypoint.sh, connect-standalone.sh; but run.sh may be anything: what goes on running */
static int names_started (char const *name)
{
  static char const *const begins[] = { "start", "run", "launch", "serve" } ;
  for (size_t i = 0 ; i < ROWS(begins) ; i++)
    if (!strncmp(name, begins[i], strlen(begins[i])) && name[strlen(begins[i])] && strchr(*begins[i] == 'r' ? "-_" : "-_.", name[strlen(begins[i])])) return 1 ;
  return names_what_stays(name, 1) || strstr(name, "entrypoint") || strstr(name, "standalone") || strstr(name, "distributed") ;
}

/* report-status, app-report, app sync: a word of what is done. */
static int tells_deed (struct statement const *statement, unsigned int first)
{
  unsigned int i = word_of_file(statement, first) ;
  char const *name = shell_basename(statement_word(statement, i)) ;
  char const *word = statement_word(statement, i + 1) ;
  char const *last = name + strlen(name) ;
  char const *argv[COMMAND_WORDS_MAX] ;
  command_argv(statement, first, argv) ;
  if (command_goes_on(argv) || command_serves(argv) || says_serve(statement, first) || names_going_on(name) || names_going_on(word) || shell_one_of(word, "mount helper") || shell_one_of(name, "helper")) return 0 ;
  while (last > name && !strchr("-_", last[-1])) last-- ;
  return names_deed(name) || shell_one_of(last, "report send push") || (*word && *word != '-' && strspn(word, "abcdefghijklmnopqrstuvwxyz-:") == strlen(word) && names_deed(word)) ;
}

/* /projects/autorun.sh & ahead of what is main: as a service it is started again whenever it has ended. */
static void look_at_hook (struct analysis *a, struct statement *statement)
{
  struct claim *claim = claim_of(a, statement) ;
  struct service const *service = claim && !claim->todo.first ? audited_service(a, claim) : 0 ;
  struct service const *main = a->plan->services ;
  struct statement *inside = service ? command_inside(a, statement) : 0 ;
  struct launch launch ;
  char const *name ;
  unsigned int i ;
  int is_code = 0 ;
  if (!service || service->is_oneshot || service->is_main || service->is_waited || service->serves || service->check || service->todo.first || called_function(a, inside) || is_script_here(a, statement)) return ;
  while (main && !main->is_main) main = main->next ;
  command_unwrap(a->pool, inside, &launch) ;
  i = statement_of_shell(inside, launch.first, &is_code) ;
  name = shell_basename(statement_word(inside, i ? i : launch.first)) ;
  if (!main || is_code || (!i && !strstr(name, ".sh") && !tells_deed(inside, launch.first)) || names_started(name)) return ;
  audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "nothing says whether %s ends: if it does, give it flag-oneshot, as a service is started again", command_is_interpreter(name) ? service->name : name)) ;
}

/* || exit 1, && echo done */
static int only_ends_or_talks (struct analysis *a, struct statement *statement)
{
  return only_talks(a, statement) || is_message(a, statement) || shell_one_of(statement_command(statement), "exit return true :")
   || (statement->kind == STATEMENT_GROUP && statement->body && only_ends_or_talks(a, statement->body) && (!statement->body->next || only_ends_or_talks(a, statement->body->next))) ;
}

/* Those whose end the list waits for, whatever it is: no conditions, and no loops. */
static void look_at_list (struct unknown *unknown, struct statement *list)
{
  for (; list ; list = list->next)
  {
    struct statement *one = list ;
    if (is_and_or(one) && !one->background && only_ends_or_talks(unknown->a, one->body->next)) one = one->body ; /* node x.js || exit 1 */
    if (one->background && one->kind == STATEMENT_COMMAND) look_at_hook(unknown->a, one) ;
    if (one->background || temporary_end(unknown->a, one)) continue ; /* a server for the setup, which that ends */
    if (one->kind == STATEMENT_COMMAND) look_at_command(unknown, one) ;
    else if (one->kind == STATEMENT_AND)
    {
      struct statement left = *one->body ;
      left.next = 0 ;
      unknown->has_ended++ ;
      look_at_list(unknown, &left) ;
      unknown->has_ended-- ;
      look_at_list(unknown, one->body->next) ; /* cd /app && ./broker */
    }
    else if (one->kind == STATEMENT_GROUP || one->kind == STATEMENT_SUBSHELL || one->kind == STATEMENT_FUNCTION)
    {
      unknown->in_function += one->kind == STATEMENT_FUNCTION ;
      look_at_list(unknown, one->body) ;
      unknown->in_function -= one->kind == STATEMENT_FUNCTION ;
    }
    else if (one->kind == STATEMENT_IF || one->kind == STATEMENT_CASE)
      for (struct branch *branch = one->branches ; branch ; branch = branch->next) look_at_list(unknown, branch->body) ;
  }
}

void audit_unknown (struct analysis *a, struct statement *first, struct file const *files)
{
  struct unknown unknown = { .a = a, .files = files } ;
  look_at_list(&unknown, first) ;
}
