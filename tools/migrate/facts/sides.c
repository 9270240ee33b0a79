/* What a command is for: does it ask, work and end, or serve? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

int is_short (char const *program)
{
  return shell_one_of(program, "mkdir chown chmod ln cp mv rm touch sed awk cat echo printf test [ sleep kill true false : id date ls env find grep tar install " 
     "useradd usermod groupadd adduser addgroup groupmod sysctl mount umount envsubst openssl ssh-keygen initdb createuser createdb unset export set "
     "ldconfig update-ca-certificates update-ca-trust locale-gen a2enmod a2dismod a2ensite a2dissite a2enconf a2disconf update-alternatives htpasswd rsync gzip mktemp sync chsh chpasswd passwd setcap ssh-keyscan seq jq yq shuf nproc basename dirname") ;
}

/* What ends by itself, also in the background. */
int is_task_program (char const *program)
{
  return shell_one_of(program, "curl wget http https xh psql mysql mariadb mysqldump redis-cli mongo mongosh rsync cp mv rm mkdir chown chmod touch echo tar gzip gunzip zcat xzcat bzcat unzip find sed awk pg_dump ssh-keygen sshd-keygen htpasswd openssl envsubst update-ca-certificates "
    "rabbitmqctl rabbitmqadmin kcadm.sh kcadm mysqladmin mariadb-admin pg_restore mongorestore mongoimport mongodump sqlcmd cypher-shell awslocal aws influx "
    "clickhouse-client cqlsh nodetool etcdctl kafka-topics.sh ldapadd ldapmodify createdb createuser valkey-cli alembic flyway liquibase") ;
}

int says_stop (struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "stop quit shutdown --stop --shutdown --quit -stop")) return 1 ;
  return 0 ;
}

int is_called_stop (char const *command)
{
  char const *name = shell_basename(command) ;
  size_t len = strcspn(name, ".") ;
  return !strncasecmp(name, "stop", 4) || strcasestr(name, "-stop") || strcasestr(name, "_stop") || strcasestr(name, "shutdown")
    || (len > 4 && !strncasecmp(name + len - 4, "stop", 4)) ;
}

int is_plain_command (struct statement const *statement)
{
  return statement->kind == STATEMENT_COMMAND && !is_short(command_behind_env(statement, 0)) ;
}

/* What the script may end with: no program that ends by itself. */
int is_server (struct analysis *a, struct statement const *statement)
{
  struct foreground foreground ;
  if (!is_plain_command(statement)) return 0 ;
  foreground_inside(a->plan, statement, &foreground) ;
  return !foreground.ends && !foreground.works ;
}

#define SERVE "server serve serves daemon runserver listen listener gateway proxy"
#define GO_ON SERVE " worker workers watch watcher monitor agent api web www app apps loop queue scheduler cron bot bridge foreground frontend backend ui jar exporter main run start"

/* Is a word of the name (my-server, web.py) one of these? */
static int has_word (char const *name, char const *words)
{
  for (char const *p = name ; *p ; p += strspn(p, "-_.:=,@"))
  {
    char word[32] ;
    size_t len = strcspn(p, "-_.:=,@") ;
    if (len && len < sizeof(word))
    {
      memcpy(word, p, len) ;
      word[len] = 0 ;
      if (shell_one_of(word, words)) return 1 ;
    }
    p += len ;
  }
  return 0 ;
}

/* server, serve, http.server; an option, as in --login-server URL, says it only if it is --serve. */
static int is_serve (char const *word)
{
  return (*word != '-' || !strcmp(word, "--serve")) && has_word(shell_basename(word), SERVE) ;
}

int says_serve (struct statement const *statement, unsigned int first)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "--once --oneshot once -1")) return 0 ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
    if (is_serve(statement_word(statement, i))) return 1 ;
  command_argv(statement, first, argv) ;
  return argv[0] && command_serves(argv) ;
}

int says_server (struct statement const *statement)
{
  if (statement->kind != STATEMENT_COMMAND || statement->nwords < 2 || is_short(command_behind_env(statement, 0))) return 0 ; /* echo The server has ended */
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (shell_one_of(raw, "server serve runserver start listen daemon") || strstr(raw, "0.0.0.0") || !strncmp(raw, "--port", 6) || !strncmp(raw, "--bind", 6) || !strncmp(raw, "--listen", 8)) return 1 ;
  }
  return 0 ;
}

int says_listen (struct statement const *statement)
{
  for (unsigned int i = 1 ; statement->kind == STATEMENT_COMMAND && i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (!strncmp(raw, "--listen", 8) || !strncmp(raw, "-listen", 7) || !strncmp(raw, "--bind", 6) || strstr(raw, "0.0.0.0")) return !is_short(command_behind_env(statement, 0)) ;
  }
  return 0 ;
}

int names_server (struct statement const *statement, unsigned int first)
{
  char const *name = shell_basename(statement_word(statement, first)) ;
  if (command_is_interpreter(name))
  {
    if (runs_code(statement, first)) return 0 ;
    while (statement_word(statement, ++first)[0] == '-') ;
    name = shell_basename(statement_word(statement, first)) ;
  }
  if (!*name || names_deed(name)) return 0 ;
  return has_word(name, SERVE) || shell_one_of(statement_word(statement, first + 1), "serve server runserver daemon listen run-server start-server") ;
}

int says_start (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *program ;
  unsigned int word = 0 ;
  unsigned int n = 1 ;
  if (statement->kind != STATEMENT_COMMAND || called_function(a, statement)) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  foreground_of(a->plan, statement, launch.first, &foreground) ;
  command_argv(statement, launch.first, argv) ;
  for (; argv[0] && argv[n] ; n++)
    if (!word && shell_one_of(argv[n], "start restart") && (!argv[n + 1] || *argv[n + 1] == '-')) word = n ;
  if (!word || (word != n - 1 && word > 2)) return 0 ;
  program = shell_basename(argv[0]) ;
  return !foreground.is_daemon && !foreground.ends && !foreground.works && !command_serves(argv) && !is_short(program) && !is_task_program(program) && !names_deed(program)
   && !shell_one_of(program, "npm yarn pnpm bun npx node nest ng next strapi gatsby pm2-runtime rails bundle foreman forego overmind hivemind honcho symfony php python python3 log msg logger info") ;
}

/* nginx -t: a daemon's program that ends. */
int only_checks (struct analysis *a, struct statement const *statement)
{
  struct foreground foreground ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  foreground_inside(a->plan, statement, &foreground) ;
  return foreground.ends ;
}

/* ---- does it surely end? ---- */

/* What nobody knows, with a name that says it: ./app migrate, tools/init-db.sh */
static int says_work (struct pool *pool, char const *const *argv)
{
  argv = command_behind_runners(pool, argv) ;
  if (command_ends(argv)) return 1 ;
  for (unsigned int i = 0 ; i < 3 && argv[i] && argv[i][0] != '-' ; i++)
    if (says_task(shell_basename(argv[i])) || !strcmp(argv[i], "upgrade") || !strncmp(argv[i], "db:", 3)) return 1 ;
  return 0 ;
}

int sends_input (char const *name, char const *const *argv)
{
  if (!strcmp(name, "timeout")) /* timeout 5 nc HOST PORT */
  {
    while (*argv && !shell_one_of(shell_basename(*argv), "nc ncat netcat telnet")) argv++ ;
    name = *argv ? shell_basename(*argv) : "" ;
  }
  if (!shell_one_of(name, "nc ncat netcat telnet")) return 0 ;
  for (argv++ ; *argv ; argv++)
    if (!strncmp(*argv, "--", 2) ? shell_one_of(*argv, "--listen --keep-open --exec --sh-exec") : **argv == '-' && strpbrk(*argv, "lkecL")) return 0 ;
  return 1 ;
}

static int may_go_on (struct statement *statement, void *data) ;

/* while true, while [ 1 ]: nothing in the loop changes it. */
static int is_constant (struct analysis *a, struct branch const *loop)
{
  char const *text = condition_text(a, loop) ;
  if (shell_one_of(statement_command(loop->condition), "true : false sleep")) return 1 ;
  return loop->condition->kind == STATEMENT_TEST && !strpbrk(text, "$`/") ;
}

static int code_may_go_on (struct analysis *a, char const *raw)
{
  struct source code ;
  struct source *outer = a->source ;
  struct statement *one = shell_parse_text(a->pool, &code, shell_unquote(a->pool, raw) ? shell_unquote(a->pool, raw) : *raw == '"' ? shell_without_quotes(a->pool, raw) : raw) ;
  int result = !one || a->depth > 10 ;
  a->depth++ ;
  a->source = &code ;
  for (; one && !result ; one = one->next) result = one->background || statement_walk(one, &may_go_on, a) ;
  a->source = outer ;
  a->depth-- ;
  return result ;
}

static int function_may_go_on (struct analysis *a, struct function *function)
{
  if (!function->statement->body || function->asked == a->questions) return 0 ;
  function->asked = a->questions ;
  return statement_walk(function->statement->body, &may_go_on, a) ;
}

/* May the statement, which may be inside another one, go on for ever? */
static int may_go_on (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  struct foreground foreground ;
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *name ;
  unsigned int of_shell ;
  int is_code ;
  if (statement->background || statement->kind == STATEMENT_DAMAGED || statement->kind == STATEMENT_OTHER) return 1 ;
  if (statement->kind == STATEMENT_LOOP) return is_constant(a, statement->branches) ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  if (called_function(a, statement)) return function_may_go_on(a, called_function(a, statement)) ;
  command_unwrap(a->pool, statement, &launch) ;
  if (launch.code) return code_may_go_on(a, launch.code) ;
  command_argv(statement, launch.first, argv) ;
  if (!argv[0]) return 1 ;
  name = command_behind_env(statement, launch.first) ;
  of_shell = statement_of_shell(statement, launch.first, &is_code) ;
  if (of_shell && is_code) return code_may_go_on(a, statement->words[of_shell].raw) ;
  foreground_of(a->plan, statement, launch.first, &foreground) ;
  if (!strcmp(name, "sleep")) return argv[1] && shell_one_of(argv[1], "infinity inf") ;
  if (foreground.is_daemon && !foreground.ends) return 1 ;
  return !(foreground.ends || foreground.works || is_short(name) || is_task_program(name) || is_question(statement) || says_work(a->pool, argv)
    || asks_status_of_service(statement) || sends_input(name, argv)
    || shell_one_of(name, "cd source . read exit wait shift umask ulimit pg_isready xdpyinfo xset")) ;
}

int surely_ends (struct analysis *a, struct statement *statement)
{
  a->questions++ ;
  return !statement_walk(statement, &may_go_on, a) ;
}

int is_known_server (struct analysis *a, struct statement *statement)
{
  struct foreground foreground ;
  statement = command_inside(a, statement) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  foreground_inside(a->plan, statement, &foreground) ;
  return foreground.is_daemon && !foreground.ends ;
}

int leaves_by_itself (struct analysis *a, struct statement const *statement, int surely)
{
  struct foreground foreground ;
  if (statement->kind != STATEMENT_COMMAND || statement->background) return 0 ;
  foreground_inside(a->plan, statement, &foreground) ;
  return foreground.in_background && !foreground.ends && !(surely && foreground.by_configuration) ;
}

int serves_surely (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  statement = command_inside(a, statement) ;
  command_unwrap(a->pool, statement, &launch) ;
  return is_known_server(a, statement) || (is_server(a, statement) && says_serve(statement, launch.first)) ;
}

struct statement *staying_part (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  struct statement *found = 0 ;
  struct statement *inside ;
  if (is_and_or(statement) || statement->kind == STATEMENT_GROUP || statement->kind == STATEMENT_SUBSHELL)
    for (struct statement *one = statement->body ; one && !found ; one = one->next)
      if (!one->background) found = staying_part(a, one) ;
  if (statement->kind != STATEMENT_COMMAND) return found ;
  inside = command_inside(a, statement) ;
  command_unwrap(a->pool, inside, &launch) ;
  foreground_of(a->plan, inside, launch.first, &foreground) ;
  return foreground.is_daemon && !foreground.ends && !foreground.in_background && !launch.detached ? statement : 0 ;
}

int may_end_soon (struct analysis *a, struct statement *statement, unsigned int first, char const *name)
{
  char const *program = command_behind_env(statement, first) ;
  size_t len = strlen(program) ;
  if (says_task(name) || surely_ends(a, statement)) return 1 ;
  if (!len || says_serve(statement, first) || is_known_server(a, statement) || (says_server(statement) && !names_deed(program))) return 0 ;
  if (!strncmp(program, "python", 6) || !strncmp(program, "php", 3) || shell_one_of(program, "node java ruby perl dotnet deno bun npm npx yarn pnpm bundle sh bash "
    "haproxy caddy traefik envoy prometheus grafana minio vault consul etcd nats squid unbound named varnishd jupyter chromium firefox streamlit socat")) return 0 ;
  for (unsigned int i = first + 1 ; i < statement->nwords && !strcmp(program, "ssh") ; i++)
    if (shell_one_of(statement_word(statement, i), "-N -NT -TN -nNT -NL -NR -ND")) return 0 ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
    if (has_word(shell_basename(statement_word(statement, i)), GO_ON)) return 0 ;
  return !(len > 6 && !strcmp(program + len - 6, "server")) && program[len - 1] != 'd' ;
}
