/* Does a condition ask a service, or for something that a service makes? */

#include <string.h>

#include "migrate/facts/facts.h"

static char const *const probes[] =
{
  "pg_isready", "psql", "nc", "ncat", "netcat", "curl", "wget", "mysqladmin", "mariadb-admin", "mysql", "mariadb", "redis-cli", "valkey-cli", "mongo", "mongosh",
  "rabbitmqctl", "rabbitmq-diagnostics", "ping", "nslookup", "getent", "dig", "ss", "netstat", "lsof", "grpc_health_probe", "docker", "kafka-topics.sh",
  "etcdctl", "consul", "vault", "cqlsh", "nodetool", "ldapsearch", "pgrep", "pidof", "http", "telnet", "socat", "xdpyinfo", "xset", "wget", "test", "grep", "isready",
  "healthcheck", "health", "nginx", "clickhouse-client", "influx", "zkServer.sh", "memcached-tool", "s6-svstat", "rndc", "kinit", "tcpcheck", "wait-for-port"
} ;

/* Does a word of the text name that program? Not a part of a path: /etc/nginx/conf.d */
static int names_program (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
    if ((p == text || !strchr(NAME_LETTERS, p[-1])) && (!p[len] || !strchr(NAME_LETTERS "/", p[len]))) return 1 ;
  return 0 ;
}

/* while inotifywait -e modify /etc/nginx: it waits for an event, which is no answer. */
int waits_for_event (char const *condition)
{
  static char const *const waiting[] = { "inotifywait", "inotifywatch", "fswatch", "entr", "watchmedo" } ;
  for (size_t i = 0 ; i < ROWS(waiting) ; i++)
    if (names_program(condition, waiting[i])) return 1 ;
  return 0 ;
}

/* test $n -lt 30 */
static int only_counts (char const *condition)
{
  static char const *const marks[] = { " -lt ", " -le ", " -gt ", " -ge ", " -eq ", " -ne " } ;
  if (strstr(condition, "$(") || strchr(condition, '`') || (strncmp(condition, "test ", 5) != 0 && *condition != '[')) return 0 ;
  for (size_t i = 0 ; i < ROWS(marks) ; i++)
    if (strstr(condition, marks[i])) return 1 ;
  return 0 ;
}

int asks_status_of_service (struct statement const *statement)
{
  if (shell_one_of(statement_command(statement), "service rc-service supervisorctl systemctl"))
    return shell_one_of(statement_word(statement, 1), "status is-active") || !strcmp(statement_word(statement, 2), "status") ;
  return !strncmp(statement_word(statement, 0), "/etc/init.d/", 12) && !strcmp(statement_word(statement, 1), "status") ;
}

int asks_for_life (struct statement const *statement)
{
  if (!strcmp(statement_command(statement), "pg_isready")) return 1 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i), "ping status")) return 1 ;
  return 0 ;
}

int is_probe (char const *condition)
{
  if (only_counts(condition) || waits_for_event(condition)) return 0 ;
  if (strstr(condition, "/dev/tcp/") || strstr(condition, "/dev/udp/")) return 1 ;
  if ((shell_mentions(condition, "supervisorctl") || shell_mentions(condition, "service") || strstr(condition, "/etc/init.d/")) && shell_mentions(condition, "status")) return 1 ;
  if ((shell_mentions(condition, "pkill") || shell_mentions(condition, "killall")) && (strstr(condition, " -0") || strstr(condition, "signal 0") || strstr(condition, "signal=0"))) return 1 ;
  if (shell_mentions(condition, "systemctl") && strstr(condition, "is-active")) return 1 ;
  for (size_t i = 0 ; i < ROWS(probes) ; i++)
    if (names_program(condition, probes[i])) return 1 ;
  /* a file or a socket that has to appear: [ -S /run/x.sock ] */
  if (*condition == '[' || strstr(condition, "! ["))
    for (char const *p = condition ; (p = strchr(p, '-')) ; p++)
      if (p > condition && (p[-1] == ' ') && p[1] && strchr("Sefsdpx", p[1]) && p[2] == ' ') return 1 ;
  return 0 ;
}
