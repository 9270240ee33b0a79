/* A server that the script starts and stops again: where it is stopped. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

struct stopping
{
  struct analysis *a ;
  char const *pid ; /* the variable that holds it; "" if none */
  char const *pidfile ; /* the file that the script wrote it to; "" if none */
  char const *program ; /* the first word of what starts it */
  char const *name ; /* of the program that this runs in the end */
  char const *text ;
  char const *behind ; /* all that follows where it is stopped */
  int is_given ; /* the pid, to the function that is looked into, as an argument */
  int at_end ; /* rabbitmqctl stop_app is one, too; elsewhere the server goes on, and start_app follows */
} ;

/* pkill mysqld, behind mysqld_safe & */
static int is_name_of (struct stopping const *stopping, char const *word)
{
  if (!*word || *word == '-') return 0 ;
  word = shell_basename(word) ;
  if (!strcmp(word, stopping->program) || !strcmp(word, stopping->name)) return 1 ;
  return family_of(word) && (family_of(word) == family_of(stopping->program) || family_of(word) == family_of(stopping->name)) ;
}

/* pkill -f 'manage.py runserver', pkill -f [m]ysqld: part of the command line */
static int is_part_of (struct stopping const *stopping, char const *pattern)
{
  char *plain = pool_alloc(stopping->a->pool, strlen(pattern) + 1) ;
  char *out = plain ;
  if (*pattern == '-') return 0 ;
  for (; *pattern ; pattern++)
    if (!strchr("[]^$\\", *pattern)) *out++ = *pattern ;
  *out = 0 ;
  return (out - plain > 2 && strstr(stopping->text, plain)) || is_name_of(stopping, plain) ;
}

/* $(pidof mysqld), `pgrep -f server`, $(cat /run/mysqld/mysqld.pid), or $(cat FILE) of server --pidfile FILE */
static int is_pid_of (struct stopping const *stopping, char const *raw)
{
  struct service const server = { .text = stopping->text } ;
  char *words ;
  if ((*stopping->pidfile && strstr(raw, stopping->pidfile)) || reads_pid_of(stopping->a, &server, raw)) return 1 ;
  if (!strstr(raw, "$(") && *raw != '`' && raw[*raw == '"'] != '`') return 0 ;
  words = pool_alloc(stopping->a->pool, strlen(raw) + 1) ;
  memcpy(words, raw, strlen(raw) + 1) ;
  for (char *p = words ; *p ; p++)
    if (strchr("$()`\"'<. \t", *p)) *p = ' ' ;
  if (!strcasestr(words, "pid") && !strstr(words, "pgrep") && !strstr(words, "ps ") && !strstr(words, "lsof") && !strstr(words, "fuser")) return 0 ; /* N=$(mysql -e ...) */
  for (char const *p = words ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (is_name_of(stopping, pool_copy(stopping->a->pool, p, strcspn(p, " ")))) return 1 ;
  return (strstr(words, "pgrep") || strstr(words, "ps ")) && strstr(words, " -f ") && is_part_of(stopping, pool_copy(stopping->a->pool, strstr(words, " -f ") + 4, strcspn(strstr(words, " -f ") + 4, " "))) ;
}

/* kafka-server-start.sh and kafka-server-stop.sh */
static int is_its_stop (struct stopping const *stopping, char const *command)
{
  char const *start = strstr(stopping->program, "start") ;
  return start && *command && !strcmp(command, pool_printf(stopping->a->pool, "%.*sstop%s", (int)(start - stopping->program), stopping->program, start + 5)) ;
}

/* Is it one of the words that start the service, or the file that one of them names? nginx-exporter is no nginx, nor is a
   program below /opt/nginx. */
static int is_among_words (struct stopping const *stopping, char const *word)
{
  if (!*word || *word == '-') return 0 ;
  for (char const *p = stopping->text ; *(p += strspn(p, " \t\n\"'")) ; p += strcspn(p, " \t\n\"'"))
  {
    char const *one = pool_copy(stopping->a->pool, p, strcspn(p, " \t\n\"'")) ;
    if (!strcmp(one, word) || (!family_of(word) && !strcmp(shell_basename(one), word))) return 1 ;
  }
  return 0 ;
}

/* Does a word of the text name the service (2), or is it one of those that start it (1)? */
static int names_service (struct stopping const *stopping, char const *text)
{
  int mentions = 0 ;
  for (char const *p = text ; *p ; p += strspn(p, " \t\n/\"'"))
  {
    size_t len = strcspn(p, " \t\n/\"'") ;
    char const *word = pool_copy(stopping->a->pool, p, len) ;
    p += len ;
    if (shell_one_of(word, "stop graceful-stop quit shutdown service systemctl invoke-rc.d rc-service su sudo gosu init.d etc usr sbin bin")) continue ;
    if (is_name_of(stopping, word)) return 2 ;
    mentions |= is_among_words(stopping, word) ;
  }
  return mentions ;
}

/* What a script of another name may start: ./start-db & ...; mysqladmin shutdown */
static struct { char const *commands ; char const *marks ; } const hints[] =
{
  { "mysqladmin mariadb-admin mysql mariadb", "sql maria db entrypoint" }, { "redis-cli valkey-cli", "redis valkey" }, { "rabbitmqctl", "rabbit" }, { "mongo mongosh mongod", "mongo db entrypoint" },
  { "jboss-cli.sh", "standalone domain jboss wildfly" }, { "pg_ctl pg_ctlcluster", "pg postgres sql db entrypoint" }, { "apache2ctl apachectl httpd", "apache httpd" }, { "rndc", "named bind" }, { "supervisorctl", "supervisord" },
} ;

/* Is the stop for this server? mysqladmin shutdown ends no worker. */
static int is_for (struct stopping const *stopping, struct statement const *statement)
{
  struct service const server = { .program = stopping->program, .name = stopping->name, .text = stopping->text } ;
  char const *text = statement_text(stopping->a, statement) ;
  if (names_service(stopping, text) || is_client_of(&server, text)) return 1 ;
  for (size_t i = 0 ; i < ROWS(hints) ; i++)
    for (char const *p = shell_one_of(statement_command(statement), hints[i].commands) ? hints[i].marks : "" ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
      if (strcasestr(stopping->text, pool_copy(stopping->a->pool, p, strcspn(p, " ")))) return 1 ;
  return 0 ;
}

/* --pidfile /run/x.pid, -F "$PIDFILE", --exec /opt/x/bin/x, of which what starts it has the same word */
static int is_its_file (struct stopping const *stopping, char const *raw)
{
  char const *plain = *raw == '"' ? pool_copy(stopping->a->pool, raw + 1, strcspn(raw + 1, "\"")) : raw ;
  return strpbrk(plain, "/$") && strlen(plain) > 2 && *plain != '-' && strstr(stopping->text, plain) ;
}

/* mc admin service stop, nodetool stopdaemon, consul leave, curl -X POST http://localhost/shutdown: stops a server, whichever; it
   is this one where the same is started again behind it. */
static int stops_before_again (struct stopping const *stopping, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  int says = says_stop(statement) || is_called_stop(command) ;
  if (stopping->at_end || shell_one_of(command, "service systemctl invoke-rc.d rc-service docker kill pkill killall echo printf") || !strncmp(command, "/etc/init.d/", 12)) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords && !says ; i++)
    says = strcasestr(statement->words[i].raw, "shutdown") || shell_one_of(statement_word(statement, i), "stopdaemon leave") ;
  return says && shell_mentions(stopping->behind, stopping->name) ;
}

static int stops (struct statement *statement, struct stopping const *stopping)
{
  char const *command = statement_command(statement) ;
  int is_kill = !strcmp(command, "kill") ;
  int by_name = shell_one_of(command, "pkill killall killall5") || (!strcmp(command, "start-stop-daemon") && (strstr(statement_text(stopping->a, statement), " --stop") || strstr(statement_text(stopping->a, statement), " -K"))) ;
  if (asks_whether_alive(statement, 0) || kill_only_tells(statement)) return 0 ;
  if (is_its_stop(stopping, command)) return 1 ;
  if (*command && !strcmp(command, stopping->program) && shell_one_of(statement_word(statement, 1), !strcmp(command, "pulseaudio") ? "-k --kill" : "stop shutdown quit kill --kill -kill")) return 1 ; /* overmind start -D; overmind quit */
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *value = shell_unquote(stopping->a->pool, raw) ;
    if (is_kill && ((*stopping->pid && shell_mentions(raw, stopping->pid)) || shell_one_of(raw, "%1 %% %+") || strstr(raw, "$!") || is_pid_of(stopping, raw) || (stopping->is_given && strchr(raw, '$')))) return 1 ;
    if (by_name && is_its_file(stopping, raw)) return 1 ;
    if (by_name && value && (is_name_of(stopping, value) || (!strcmp(command, "pkill") && is_part_of(stopping, value)))) return 1 ;
    if (shell_one_of(command, "mysqladmin mariadb-admin mysql mariadb redis-cli valkey-cli rabbitmqctl mongo mongosh mongod jboss-cli.sh supervisorctl") && (strcasestr(raw, "shutdown") || (!strcmp(raw, "stop") && strcmp(command, "supervisorctl") != 0) || (stopping->at_end && !strcmp(raw, "stop_app")))) return is_for(stopping, statement) ;
    if (shell_one_of(command, "pg_ctl pg_ctlcluster service invoke-rc.d rc-service systemctl apache2ctl apachectl httpd rndc") && shell_one_of(raw, "stop graceful-stop")) return is_for(stopping, statement) ;
    if (shell_one_of(command, "nginx") && shell_one_of(raw, "quit stop")) return is_for(stopping, statement) ;
  }
  if (stops_before_again(stopping, statement)) return 1 ;
  return !strncmp(statement_word(statement, 0), "/etc/init.d/", 12) && !strcmp(statement_word(statement, 1), "stop") && is_for(stopping, statement) ;
}

static int list_stops (struct statement *list, struct stopping *stopping) ;

/* su postgres -c "pg_ctl stop", gosu postgres pg_ctl stop: what it runs. */
static int stops_as_other (struct statement *statement, struct stopping const *stopping)
{
  struct launch launch ;
  struct source code ;
  struct statement inner = *statement ;
  char const *value ;
  command_unwrap(stopping->a->pool, statement, &launch) ;
  if (!launch.code)
  {
    if (!launch.first || launch.first >= statement->nwords) return 0 ;
    inner.words += launch.first ;
    inner.nwords -= launch.first ;
    return stops(&inner, stopping) ;
  }
  value = shell_unquote(stopping->a->pool, launch.code) ;
  if (!value && *launch.code == '"' && launch.code[1]) value = shell_without_quotes(stopping->a->pool, launch.code) ;
  for (struct statement *one = value ? shell_parse_text(stopping->a->pool, &code, value) : 0 ; one ; one = one->next)
    if (one->kind == STATEMENT_COMMAND && stops(one, stopping)) return 1 ;
  return 0 ;
}

/* stop_it "$PID" */
static int given_pid (struct stopping const *stopping, struct statement const *call)
{
  for (unsigned int i = 1 ; i < call->nwords ; i++)
    if ((*stopping->pid && shell_mentions(call->words[i].raw, stopping->pid)) || strstr(call->words[i].raw, "$!")) return 1 ;
  return 0 ;
}

/* Does it stop the server whenever it is reached? Not in the body of a function that only
   stands there, nor in a branch that gives up. */
static int always_stops (struct statement *statement, struct stopping *stopping)
{
  struct function *function ;
  int was = stopping->is_given ;
  int stopped ;
  if (statement->kind == STATEMENT_FUNCTION) return 0 ;
  if (statement->kind == STATEMENT_COMMAND)
  {
    if (stops(statement, stopping) || stops_as_other(statement, stopping)) return 1 ;
    function = called_function(stopping->a, statement) ;
    if (!function || !function->statement->body || function->asked == stopping->a->questions) return 0 ;
    function->asked = stopping->a->questions ;
    stopping->is_given = was || given_pid(stopping, statement) ;
    stopped = always_stops(function->statement->body, stopping) ;
    stopping->is_given = was ;
    return stopped ;
  }
  if (list_stops(statement->body, stopping)) return 1 ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
  {
    int gives_up = 0 ;
    if (list_stops(branch->condition, stopping)) return 1 ;
    for (struct statement *one = branch->body ; one ; one = one->next) gives_up |= statement_has(one, "exit return") ;
    if (!gives_up && list_stops(branch->body, stopping)) return 1 ;
  }
  return 0 ;
}

static int list_stops (struct statement *list, struct stopping *stopping)
{
  int gives_up = 0 ;
  for (struct statement *one = list ; one ; one = one->next) gives_up |= shell_one_of(statement_command(one), "exit") ;
  for (; list && !gives_up ; list = list->next)
    if (always_stops(list, stopping)) return 1 ;
  return 0 ;
}

/* PID=$!, PID=$(pidof mysqld), echo $! >FILE */
static int finds_pid (struct statement *statement, void *data)
{
  struct stopping *stopping = data ;
  char const *text = statement_text(stopping->a, statement) ;
  if (shell_one_of(statement_command(statement), "echo printf") && strstr(text, "$!"))
    for (unsigned int i = 0 ; i < statement->nredirects ; i++)
      if (statement->redirects[i].is_output && *statement->redirects[i].target) stopping->pidfile = statement->redirects[i].target ;
  for (unsigned int i = 0 ; i < statement->nredirects && statement->nwords > 1 && !strcmp(statement_command(statement), "read") ; i++)
    if (!statement->redirects[i].is_output && is_its_file(stopping, statement->redirects[i].target)) stopping->pid = statement->words[statement->nwords - 1].raw ;
  if (statement->kind != STATEMENT_ASSIGNMENT || statement->nassignments || !strchr(text, '=')) return 0 ;
  if (!strstr(text, "$!") && !is_pid_of(stopping, strchr(text, '=') + 1)) return 0 ;
  stopping->pid = pool_copy(stopping->a->pool, text, strcspn(text, "=")) ;
  return 1 ;
}

/* trap - EXIT */
static int takes_off_trap (struct statement const *statement)
{
  return !strcmp(statement_command(statement), "trap") && !strcmp(statement_word(statement, 1), "-") ;
}

int trap_taken_off (struct statement const *trap)
{
  for (struct statement const *one = trap->next ; one ; one = one->next)
    for (unsigned int i = 2 ; takes_off_trap(one) && i < one->nwords ; i++)
      if (!strcmp(statement_word(one, i), statement_word(trap, 2))) return 1 ;
  return 0 ;
}

/* trap 'kill "$PID"' EXIT, for as long as this server runs: a trap of a variable that gets another pid later is that one's, too. */
static int is_its_trap (struct statement const *trap, struct stopping const *stopping)
{
  struct pool *pool = stopping->a->pool ;
  char const *value = trap->nwords > 2 ? shell_unquote(pool, trap->words[1].raw) : 0 ;
  char const *set = source_uncommented(stopping->a->source) ;
  struct source code ;
  int stops_it = 0 ;
  if (!*stopping->pid) return 0 ;
  if (!value && trap->nwords > 2 && *trap->words[1].raw == '"') value = shell_without_quotes(pool, trap->words[1].raw) ;
  for (struct statement *one = value ? shell_parse_text(pool, &code, value) : 0 ; one ; one = one->next)
  {
    struct function *function = one->kind == STATEMENT_COMMAND ? called_function(stopping->a, one) : 0 ;
    stops_it |= one->kind == STATEMENT_COMMAND && (stops(one, stopping) || (function && function->statement->body && list_stops(function->statement->body, (struct stopping *)stopping))) ;
  }
  if (stops_it && trap_taken_off(trap)) return 1 ;
  set = strstr(set, pool_printf(pool, "%s=$!", stopping->pid)) ;
  return stops_it && set && !strstr(set + 1, pool_printf(pool, "%s=$!", stopping->pid)) ;
}

/* wait, where no service is there that this waits for, too; wait $PID, tail --pid=$PID -f /dev/null */
static int waits_for_stopped (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct service const *beside = a->plan->services ;
  while (beside && !runs_beside(beside)) beside = beside->next ;
  if (!strcmp(statement_command(statement), "wait")) return statement->nwords > 1 || !beside ;
  for (unsigned int i = 1 ; i < statement->nwords && !strcmp(statement_command(statement), "tail") ; i++)
    if (!strncmp(statement->words[i].raw, "--pid", 5)) return 1 ;
  return waits_for_end(a, statement) ;
}

static int is_beside (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background ;
}

/* Behind the stop, the script waits until it has ended: wait $PID || true, sleep 5, while pgrep mysqld; do sleep 1; done */
struct statement *behind_stop (struct analysis *a, struct statement *stop)
{
  struct statement *end = stop ;
  int errexit = 0 ; /* set +e; wait $PID; set -e: all of that, or nothing */
  for (struct statement *one = stop->next ; one && !statement_walk(one, &is_beside, 0) ; one = one->next)
  {
    int sets = statement_sets_errexit(one) ;
    errexit += sets ;
    if (sets || shell_one_of(statement_command(one), "sleep sync") || takes_off_trap(one) || statement_walk(one, &waits_for_stopped, a)) end = errexit ? end : one ;
    else if (one->kind != STATEMENT_COMMENT && !shell_one_of(statement_command(one), "rm true :") && !is_message(a, one)) break ;
  }
  return end ;
}

struct statement *stopped_at (struct analysis *a, struct statement *first)
{
  struct statement *starting = first->kind == STATEMENT_PIPELINE && first->body ? first->body : first ;
  struct stopping stopping = { .a = a, .pid = "", .pidfile = "", .program = statement_command(starting), .name = name_of(a, first), .text = statement_text(a, first) } ;
  struct function *function = find_function(a, stopping.program) ;
  if (function && function->statement->body) statement_walk(function->statement->body, &finds_pid, &stopping) ;
  for (struct statement *one = first->next ; one ; one = one->next)
  {
    finds_pid(one, &stopping) ;
    if (one->background || shell_one_of(statement_command(one), "exec wait exit")) return 0 ;
    a->questions++ ;
    if (!strcmp(statement_command(one), "trap") && !is_its_trap(one, &stopping)) return 0 ;
    stopping.behind = a->source->text + one->range.end ;
    if (always_stops(one, &stopping)) return behind_stop(a, one) ;
  }
  return 0 ;
}

/* ---- what stops a service of the script ---- */

/* redis-cli -h db shutdown: not here */
static int is_elsewhere (struct statement const *statement)
{
  for (unsigned int i = 1 ; i + 1 < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "-h --host -host") && !shell_one_of(statement_word(statement, i + 1), "localhost 127.0.0.1 ::1")) return 1 ;
  return 0 ;
}

void add_stopped (struct analysis *a, struct statement *statement, char const *text, struct texts *names)
{
  struct texts mentioned = { 0 } ; /* nginx -s quit: tail -f /var/log/nginx/error.log, if there is no nginx */
  if (is_elsewhere(statement)) return ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    int named ;
    struct stopping stopping = { .a = a, .at_end = 1, .pid = "", .pidfile = "", .program = service->program ? service->program : "", .name = service->name, .text = service->text ? service->text : "" } ;
    if (service->is_oneshot || (!says_stop(statement) && !stops(statement, &stopping) && !stops_as_other(statement, &stopping))) continue ;
    if (!strcmp(stopping.program, "tail") && strcmp(statement_command(statement), "tail") != 0) continue ; /* of its file, whatever that is called */
    named = names_service(&stopping, text) ;
    if (named > 1 || is_client_of(service, text) || is_its_stop(&stopping, statement_command(statement))) texts_add(a->pool, names, service->name) ;
    else if (named) texts_add(a->pool, &mentioned, service->name) ;
  }
  if (!names->first) *names = mentioned ;
}

static int stops_a_service (struct analysis *a, struct statement *statement)
{
  struct texts names = { 0 } ;
  add_stopped(a, statement, statement_text(a, statement), &names) ;
  return !!names.first ;
}

static int list_only_stops (struct analysis *a, struct statement *list, int *any) ;

static int only_stops (struct analysis *a, struct statement *statement, int *any)
{
  struct function *function = called_function(a, statement) ;
  switch (statement->kind)
  {
    case STATEMENT_COMMENT :
    case STATEMENT_TEST : return 1 ;
    case STATEMENT_COMMAND :
      if (statement->background) return 0 ;
      if (function && function->asked == a->questions) return 1 ;
      if (function)
      {
        function->asked = a->questions ;
        return list_only_stops(a, function->statement->body, any) ;
      }
      if (stops_a_service(a, statement)) return *any = 1 ;
      return is_message(a, statement) || is_question(statement) || is_probe(statement_text(a, statement)) || shell_one_of(statement_command(statement), "true : sleep return") ;
    case STATEMENT_NOT :
    case STATEMENT_AND :
    case STATEMENT_OR :
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL : return !statement->background && list_only_stops(a, statement->body, any) ;
    case STATEMENT_IF :
      for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
        if (!list_only_stops(a, branch->condition, any) || !list_only_stops(a, branch->body, any)) return 0 ;
      return 1 ;
    default : return 0 ;
  }
}

static int list_only_stops (struct analysis *a, struct statement *list, int *any)
{
  for (; list ; list = list->next)
    if (!only_stops(a, list, any)) return 0 ;
  return 1 ;
}

int only_stops_services (struct analysis *a, struct statement *statement)
{
  int any = 0 ;
  a->questions++ ;
  return a->plan->services && only_stops(a, statement, &any) && any ;
}
