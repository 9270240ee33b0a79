/* What the script's order said without words: a daemon's parent ended when the daemon was ready,
   and a command that failed ended the script, also where nothing else depends on it. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* Readiness checks of daemons, at their default ports. */
static struct row
{
  char const *program ;
  char const *check ; /* for who talks to it; 0: none */
  char const *other ; /* for later services: works without a client program, which the image may lack; 0: the same */
  char const *options ; /* the check holds with these options alone; 0: with all that move no port */
} const checks[] =
{
  { "mysqld", "mysqladmin --silent ping", 0, 0 },
  { "mariadbd", "mariadb-admin --silent ping", "mariadb-admin --silent ping || mysqladmin --silent ping", 0 },
  { "mysqld_safe", "mysqladmin --silent ping", 0, 0 },
  { "mariadbd-safe", "mariadb-admin --silent ping", "mariadb-admin --silent ping || mysqladmin --silent ping", 0 },
  { "postgres", "pg_isready -q", 0, 0 },
  { "pg_ctlcluster", "pg_isready -q", 0, 0 },
  { "redis-server", "redis-cli ping", 0, 0 },
  { "rabbitmq-server", "rabbitmq-diagnostics -q check_running", "nc -z 127.0.0.1 5672", 0 },
  { "slapd", "ldapsearch -x -b '' -s base", "nc -z 127.0.0.1 389", 0 },
  { "mongod", "mongosh --quiet --eval 'db.adminCommand(\"ping\")' || mongo --quiet --eval 'db.adminCommand(\"ping\")'", "nc -z 127.0.0.1 27017", 0 },
  /* Other daemons talk to these, too. */
  { "dbus-daemon", "[ -S /run/dbus/system_bus_socket ] || [ -S /var/run/dbus/system_bus_socket ]", 0,
    "--system --nofork --nopidfile --nosyslog --syslog --syslog-only --print-pid --print-address "
    "--config-file=/usr/share/dbus-1/system.conf --config-file=/etc/dbus-1/system.conf" },
  { "rpcbind", "[ -S /run/rpcbind.sock ] || [ -S /var/run/rpcbind.sock ]", 0, "-f -w -i -s -r" },
  { "avahi-daemon", "[ -S /run/avahi-daemon/socket ] || [ -S /var/run/avahi-daemon/socket ]", 0, "--no-chroot --no-drop-root --no-rlimits --no-proc-title --debug -s" },
  /* They stay what they are (flag-forks). */
  { "pg_ctl", 0, 0, 0 },
  { "postgresql", 0, 0, 0 },
} ;

static char const *text_of (struct analysis *a, struct service const *service)
{
  return pool_printf(a->pool, "%s\n%s\n%s", texts_join(a->pool, &service->run, "\n"), service->command ? service->command : "", service->text) ;
}

/* They serve the machine, and need no database. */
#define NEEDS_NONE "cron crond sshd rsyslogd syslogd syslog-ng memcached"

static int needs_none (struct analysis *a, struct service const *one)
{
  return shell_one_of(one->name, NEEDS_NONE)
   || (one->command && shell_one_of(shell_basename(pool_copy(a->pool, one->command, strcspn(one->command, " "))), NEEDS_NONE)) ;
}

/* Does a later service or task talk to it? */
static struct service const *client_of (struct analysis *a, struct service const *daemon)
{
  for (struct service const *one = daemon->next ; one ; one = one->next)
    if (texts_has(&one->dependencies, daemon->name) && (is_client_of(daemon, text_of(a, one)) || (!needs_none(a, daemon) && works_with(a, daemon, one)))) return one ;
  return 0 ;
}

/* Or may one? */
static struct service const *perhaps_client_of (struct analysis *a, struct service const *daemon)
{
  struct service const *one = daemon->next ;
  while (one && !(texts_has(&one->dependencies, daemon->name) && may_work_with(a, daemon, one))) one = one->next ;
  return one ;
}

static struct row const *row_of (struct analysis *a, struct service const *service)
{
  for (size_t i = 0 ; i < sizeof(checks) / sizeof(*checks) ; i++)
    if (!strcmp(service->program, checks[i].program) || (!checks[i].check && !strcmp(service->name, checks[i].program)) || (service->command && !strcmp(shell_basename(pool_copy(a->pool, service->command, strcspn(service->command, " "))), checks[i].program)))
      return checks + i ;
  return 0 ;
}

/* redis-server --port 7000: the client is told so, too, and the check is not. A database's client asks its socket. */
static int has_other_port (struct service const *service)
{
  static struct { char const *program ; char const *port ; } const usual[] = { { "redis-server", "6379" }, { "postgres", "5432" }, { "mongod", "27017" } } ;
  static char const *const options[] = { "--port", " -p" } ;
  for (size_t i = 0 ; i < sizeof(usual) / sizeof(*usual) ; i++)
    for (size_t j = 0 ; j < 2 && service->command && !strcmp(service->program, usual[i].program) ; j++)
    {
      char const *p = strstr(service->command, options[j]) ;
      size_t len = strlen(usual[i].port) ;
      if (!p) continue ;
      p += strlen(options[j]) ;
      p += strspn(p, " =") ;
      if (strncmp(p, usual[i].port, len) != 0 || (p[len] && p[len] != ' ')) return 1 ;
    }
  return !strcmp(service->program, "pg_ctlcluster") && service->command && (!strstr(service->command, " main ") || strstr(service->command, "-p")) ; /* Debian's first cluster is called so */
}

/* If a file or an option moves it to another port, a check of the default port never succeeds. */
static int may_listen_elsewhere (struct service const *service)
{
  static char const *const marks[] = { "port", " -p", "socket", "bind", " -h", "listen", "conf", "defaults-file", "skip-networking", " -f ", " -c ", " -k", "$" } ;
  char const *command = service->command ? service->command : "$" ;
  /* The packages' own. */
  if (!strcmp(command, "redis-server /etc/redis/redis.conf --daemonize no") || strstr(command, "config_file=/etc/postgresql/")) return 0 ;
  if (has_other_port(service)) return 1 ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(command, marks[i])) return 1 ;
  return 0 ;
}

/* Is it as the row knows it? dbus-daemon without --system is another bus. */
static int has_only (struct analysis *a, struct service const *service, char const *options)
{
  char const *p = service->command ? service->command : "$" ;
  int is_system = !!strstr(p, "system") ;
  for (p += strcspn(p, " ") ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (!shell_one_of(pool_copy(a->pool, p, strcspn(p, " ")), options)) return 0 ;
  return is_system || strcmp(service->program, "dbus-daemon") != 0 ;
}

/* tail -F LOG: it waits for nobody. */
static int only_shows (struct service const *one)
{
  return !strcmp(one->program, "tail") ;
}

/* What was started behind a database may need it, and was started when that was ready. When it was
   not, the script went on, unless by set -e. Another database does not need it. */
static int may_need (struct analysis *a, struct service const *one, struct service const *daemon, struct row const *row)
{
  return !only_shows(one) && (!one->is_daemon || (row && (row->options || (!row_of(a, one) && !needs_none(a, one))))) && !texts_has(&one->dependencies, daemon->name) && !are_exclusive(a, one, daemon) ;
}

static int has_behind (struct analysis *a, struct service const *daemon, struct row const *row)
{
  struct service const *one = daemon->next ;
  while (one && !may_need(a, one, daemon, row)) one = one->next ;
  return !!one ;
}

/* By && or a sleep: what depends on it already was started when it was ready. */
int is_needed (struct service const *daemon)
{
  struct service const *one = daemon->next ;
  while (one && !texts_has(&one->dependencies, daemon->name)) one = one->next ;
  return !!one ;
}

/* Other daemons are started behind it, and nothing else: they may well do without it. */
static int only_daemons_behind (struct analysis *a, struct service const *daemon)
{
  struct service const *one = daemon->next ;
  while (one && (one->is_daemon || only_shows(one) || are_exclusive(a, one, daemon))) one = one->next ;
  return !one ;
}

/* Nothing tells when it is ready: the order is lost, and the report says so. */
static void tell_beside (struct analysis *a, struct service const *daemon)
{
  struct texts names = { 0 } ;
  for (struct service *one = daemon->next ; one ; one = one->next)
    if (!texts_has(&one->dependencies, daemon->name) && !are_exclusive(a, one, daemon) && !only_shows(one)) texts_add(a->pool, &names, one->name) ;
  if (names.first) daemon->claim->what = pool_printf(a->pool, "%s; it left when it was ready, and %s came behind it: nothing tells here when it is ready, so they start beside it",
    daemon->claim->what, texts_join(a->pool, &names, ", ")) ;
}

static void order_behind (struct analysis *a, struct service *daemon, struct row const *row, char const *why)
{
  int needs = daemon->must_succeed && !daemon->conditions.first ;
  struct texts names = { 0 } ;
  struct texts beside = { 0 } ;
  for (struct service *one = daemon->next ; one ; one = one->next)
  {
    if (!may_need(a, one, daemon, row)) continue ;
    texts_add(a->pool, &one->dependencies, daemon->name) ;
    if (!needs) texts_add(a->pool, &one->optional, daemon->name) ;
    texts_add(a->pool, &names, one->name) ;
  }
  if (names.first) daemon->claim->what = pool_printf(a->pool, "%s; it left when it was ready, and %s came behind it%s", daemon->claim->what, texts_join(a->pool, &names, ", "), why) ;
  for (struct service *one = daemon->next ; one ; one = one->next)
    if (!texts_has(&one->dependencies, daemon->name) && !are_exclusive(a, one, daemon) && !only_shows(one)) texts_add(a->pool, &beside, one->name) ;
  if (names.first && beside.first) daemon->claim->what = pool_printf(a->pool, "%s (not waiting: %s)", daemon->claim->what, texts_join(a->pool, &beside, ", ")) ;
}

static int knows_check (struct analysis *a, struct service const *service, struct row const *row, int has_client)
{
  return row && row->check && (row->options ? has_only(a, service, row->options) : has_client ? !has_other_port(service) : !may_listen_elsewhere(service)) ;
}

static void set_check (struct service *service, char const *check, char const *builtin)
{
  service->check = check ;
  service->builtin = builtin ;
  service->check_npieces = service->npieces ;
  service->check_claim = service->claim ;
}

static void set_daemon_check (struct analysis *a, struct service *service, struct row const *row, int has_client)
{
  char const *check = has_client || !row->other ? row->check : row->other ;
  set_check(service, check, builtin_check(a->pool, check)) ;
}

/* `ollama list` asks where OLLAMA_HOST says. */
int set_known_check (struct analysis *a, struct service *service)
{
  struct row const *row = service->is_daemon || service->is_oneshot || service->check ? 0 : row_of(a, service) ;
  char const *command = service->command ? service->command : "" ;
  char const *program = shell_basename(pool_copy(a->pool, command, strcspn(command, " "))) ;
  char const *display = display_of(a, command) ;
  char const *socket = shell_one_of(program, "redis-server valkey-server") ? redis_socket(a, command) : 0 ;
  char const *check = !strcmp(program, "docker-entrypoint.sh") ? entrypoint_check(a, command) : 0 ;
  if (service->is_daemon || service->is_oneshot || service->check) return 0 ;
  if (row && !row->options && knows_check(a, service, row, 0))
  {
    set_daemon_check(a, service, row, !!client_of(a, service)) ;
    return 1 ;
  }
  if (!strcmp(program, "ollama") && !strcmp(command + strcspn(command, " "), " serve")) service->check = "ollama list" ;
  else if (display && *display) service->check = display ;
  else if (check) service->check = check ;
  else if (socket) service->check = pool_printf(a->pool, "[ -S %s ]", socket) ;
  else return 0 ;
  service->builtin = builtin_check(a->pool, service->check) ;
  service->check_npieces = service->npieces ;
  service->check_claim = service->claim ;
  return 1 ;
}

/* Work behind a daemon that it does not talk to was done also when the daemon had not come up, unless by set -e. */
static void forgive_daemon (struct analysis *a, struct service const *daemon)
{
  if (daemon->must_succeed && !daemon->conditions.first) return ;
  for (struct service *one = daemon->next ; one ; one = one->next)
    if (texts_has(&one->assumed, daemon->name) && !is_client_of(daemon, text_of(a, one)))
      texts_add_once(a->pool, &one->optional, daemon->name) ;
}

/* supervisorctl start web, behind supervisord: it needs the socket, which only the configuration names. Old
   versions of supervisorctl exit 0 in any case. */
static char const *supervisor_check (struct analysis *a, struct service const *service, struct service const *client)
{
  char const *command = service->command ? service->command : "" ;
  char const *option = strstr(command, " -c ") ;
  if (!client || !is_client_of(service, "supervisorctl")) return 0 ;
  if (option) option += 4 ;
  else if ((option = strstr(command, " --configuration"))) option += 17 ;
  return pool_printf(a->pool, "supervisorctl%s%s pid 2>/dev/null | grep -q '^[0-9]'", option ? " -c " : "", option ? pool_copy(a->pool, option, strcspn(option, " ")) : "") ;
}

/* "": which display it is, only its start tells */
static void check_display (struct analysis *a, struct service *service, char const *display)
{
  static struct row const row = { .options = "" } ; /* also daemons need a display */
  if (!service->next) return ;
  if (*display)
  {
    set_check(service, display, builtin_check(a->pool, display)) ;
    service->claim->what = pool_printf(a->pool, "%s; its readiness check asks for its display", service->claim->what) ;
    order_behind(a, service, &row, "") ;
  }
  else
  {
    service->check_is_told = 1 ;
    plan_todo(a->plan, service, service->claim, service->line,
      "it left when its display was there, and what comes later may need that: name the display (:1), write data/check ([ -S /tmp/.X11-unix/X1 ]), and run it with reeve-exec --ready ./data/check") ;
  }
}

void check_daemon (struct analysis *a, struct service *service)
{
  struct service const *client = client_of(a, service) ;
  struct row const *row = row_of(a, service) ;
  int knows = knows_check(a, service, row, !!client) ;
  char const *display = service->command ? display_of(a, service->command) : 0 ;
  if (!service->claim) return ;
  if (display)
  {
    check_display(a, service, display) ;
    return ;
  }
  if (supervisor_check(a, service, client))
  {
    set_check(service, supervisor_check(a, service, client), 0) ;
    service->claim->what = pool_printf(a->pool, "%s; it left when it was ready, for %s: its readiness check asks that", service->claim->what, client->name) ;
    return ;
  }
  if (!client && !knows && !row && perhaps_client_of(a, service))
  {
    tell_beside(a, service) ;
    service->check_is_told = 1 ;
    plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "it left when it was ready, and %s may need that: if so, write data/check, and run it with reeve-exec --ready ./data/check",
      perhaps_client_of(a, service)->name)) ;
    return ;
  }
  if (!client && !(knows && is_needed(service)) && (!has_behind(a, service, row) || (!knows && only_daemons_behind(a, service))))
  {
    tell_beside(a, service) ;
    return ;
  }
  if (!knows)
  {
    if (!row || row->options) tell_beside(a, service) ;
    service->check_is_told = client || (row && row->check && !row->options) ;
    if (service->check_is_told)
      plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "it left when it was ready, and %s %s that: write data/check, and run it with reeve-exec --ready ./data/check",
        client ? client->name : "what comes later", client ? "needs" : "may need")) ;
    if (row && !row->options) order_behind(a, service, row, "") ;
    return ;
  }
  set_daemon_check(a, service, row, !!client) ;
  if (client) service->claim->what = pool_printf(a->pool, "%s; it left when it was ready, for %s: its readiness check asks that%s%s%s", service->claim->what, client->name,
    service->builtin ? " (" : "", service->builtin ? service->builtin : "", service->builtin ? ")" : "") ;
  order_behind(a, service, row, client ? "" : ": its readiness check asks that") ;
  forgive_daemon(a, service) ;
}
