/* Does a program of a supervisord.conf use another one? A priority alone says only which was
   started first. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/order.h"

/* What speaks to whom, in a command or its environment. */
static struct
{
  char const *mark ;
  char const *programs ;
} const uses[] =
{
  { "redis://localhost redis://127.0.0.1 redis://@localhost REDIS_HOST=localhost REDIS_HOST=127.0.0.1 redis-cli valkey-cli", "redis-server valkey-server keydb-server" },
  { "postgres://localhost postgresql://localhost @localhost:5432 @127.0.0.1:5432 pg_isready psql PGHOST=localhost PGHOST=127.0.0.1 POSTGRES_HOST=localhost POSTGRES_HOST=127.0.0.1 DB_HOST=localhost DB_HOST=127.0.0.1 pgbouncer", "postgres postmaster pg_ctl docker-entrypoint.sh" },
  { "mysql://localhost @localhost:3306 @127.0.0.1:3306 MYSQL_HOST=localhost MYSQL_HOST=127.0.0.1 DB_HOST=localhost DB_HOST=127.0.0.1 mysqladmin mariadb-admin", "mysqld mariadbd mysqld_safe mariadbd-safe" },
  { "amqp://localhost amqp://127.0.0.1 @localhost:5672 @127.0.0.1:5672 rabbitmqctl", "rabbitmq-server" },
  { "mongodb://localhost mongodb://127.0.0.1 mongosh", "mongod" },
  { "DISPLAY= -display x11vnc fluxbox openbox xterm xrandr xset xsetroot xdpyinfo xdotool wmctrl xhost xfce4-session startxfce4 xrdp-sesman", "Xvfb Xvnc Xorg Xtigervnc" },
  { "websockify novnc_proxy launch.sh", "x11vnc Xvnc Xtigervnc vncserver" },
  { "dbus-launch DBUS_SYSTEM_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS avahi-daemon", "dbus-daemon" },
  { "pulseaudio PULSE_SERVER", "dbus-daemon pulseaudio" },
} ;

/* The ports that these listen on when nobody says another. */
static struct
{
  char const *port ;
  char const *programs ;
} const ports[] =
{
  { "6379", "redis-server valkey-server keydb-server" },
  { "5432", "postgres postmaster pg_ctl docker-entrypoint.sh" },
  { "3306", "mysqld mariadbd mysqld_safe mariadbd-safe" },
  { "5672", "rabbitmq-server" },
  { "27017", "mongod" },
  { "11211", "memcached" },
  { "9200", "elasticsearch opensearch" },
  { "2379", "etcd" },
  { "2181", "zkServer.sh zookeeper-server-start.sh" },
  { "9092", "kafka-server-start.sh" },
  { "5900", "x11vnc Xvnc Xtigervnc" },
} ;

/* A word of the list that the text has, as a name of its own. */
static int has_any (struct pool *pool, char const *text, char const *names)
{
  for (char const *p = names ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    char const *name = pool_copy(pool, p, strcspn(p, " ")) ;
    size_t len = strlen(name) ;
    for (char const *at = text ; (at = strstr(at, name)) ; at++)
      if ((at == text || strchr(" /\"'=\n,;@(", at[-1]) || strchr("@-", *name)) && (name[len - 1] == '=' || !at[len] || strchr(" /:\"'\n,;)", at[len]))) return 1 ;
  }
  return 0 ;
}

/* ---- what a program serves ---- */

/* A word of a command, or of a line of its environment. */
struct said
{
  char const *word ;
  char const *before ; /* the word before it */
  int is_client ; /* of a command that only speaks to a server */
} ;

static char const *const clients = "redis-cli valkey-cli psql pg_isready pg_dump createdb createuser mysql mariadb mysqladmin mariadb-admin mysqldump mongo mongosh "
  "docker supervisorctl curl wget chown chgrp install useradd adduser usermod id getent pgrep pidof pkill killall" ; /* also what only names users, or processes */
static char const *const separators = " \t\n\"'`();|&" ;

/* The next word at `at`; 0: there is none. The first time, `said` is zero. */
static char const *next_said (struct pool *pool, char const *at, struct said *said)
{
  for ( ; *at && strchr(separators, *at) ; at++)
    if (strchr("\n();|&", *at)) said->is_client = 0 ;
  if (!*at) return 0 ;
  said->before = said->word ? said->word : "" ;
  said->word = pool_copy(pool, at, strcspn(at, separators)) ;
  if (shell_one_of(shell_basename(said->word), clients)) said->is_client = 1 ;
  return at + strlen(said->word) ;
}

/* --port, --http.port, -b, LISTEN_ADDR: does it say where the program itself serves? Not REDIS_PORT, --db-port. */
static int says_where (struct pool *pool, char const *name)
{
  static char const *const others[] = { "redis", "db", "database", "postgres", "pg", "mysql", "mongo", "rabbit", "amqp", "broker", "cache", "memcached", "elastic",
    "kafka", "etcd", "zookeeper", "backend", "upstream", "remote", "target", "peer", "connect", "client" } ;
  int is_option = *name == '-' ;
  char *lower = (char *)pool_printf(pool, "%s", name + strspn(name, "-")) ;
  size_t len ;
  if (is_option && shell_one_of(lower, "p P b l a s S H u")) return 1 ;
  for (char *p = lower ; *p ; p++) if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + ('a' - 'A')) ;
  for (size_t i = 0 ; i < ROWS(others) ; i++) if (!strncmp(lower, others[i], strlen(others[i]))) return 0 ;
  if (strstr(lower, "listen") || strstr(lower, "bind")) return 1 ;
  if (!is_option) return shell_one_of(lower, "port http_port https_port server_port http.port server.port") ;
  len = strlen(lower) ;
  return (len >= 4 && !strcmp(lower + len - 4, "port")) || (len >= 6 && !strcmp(lower + len - 6, "socket"))
    || shell_one_of(lower, "addr address http https http-address uds unix sock") ;
}

/* What the word, which has the port or socket at `at`, says about it: does the program serve it? */
static int is_serving (struct pool *pool, struct said const *said, char const *at)
{
  char const *equals = memchr(said->word, '=', (size_t)(at - said->word)) ;
  char const *name = equals ? pool_copy(pool, said->word, (size_t)(equals - said->word)) : *said->word == '-' ? pool_copy(pool, said->word, 2) : *said->before == '-' ? said->before : "" ;
  char const *host = equals ? equals + 1 : *said->word == '-' ? said->word + 2 : said->word ;
  size_t len = (size_t)(at - host) ;
  if (said->is_client) return 0 ;
  if (strstr(pool_copy(pool, said->word, (size_t)(at - said->word)), "LISTEN:")) return 1 ; /* socat */
  if (*name) return says_where(pool, name) ;
  if (!len) return *at != '/' && !shell_one_of(said->before, "localhost 127.0.0.1 ::1") ;
  if (shell_one_of(pool_copy(pool, host, len), "0.0.0.0: *: : [::]:")) return 1 ;
  return shell_one_of(said->before, "runserver serve server") ;
}

/* The port or the socket's path, as a name of its own */
static char const *find_place (char const *word, char const *place)
{
  size_t len = strlen(place) ;
  for (char const *at = word ; (at = strstr(at, place)) ; at++)
    if ((at == word || *place == '/' || !strchr("0123456789./", at[-1])) && (!at[len] || strchr("/:,?]", at[len]))) return at ;
  return 0 ;
}

static int serves_place (struct pool *pool, char const *words, char const *place)
{
  struct said said = { 0 } ;
  while ((words = next_said(pool, words, &said)))
  {
    char const *at = find_place(said.word, place) ;
    if (at && is_serving(pool, &said, at)) return 1 ;
  }
  return 0 ;
}

/* Does the command execute one of the programs? The word may also be a user's name. */
static int runs_any (struct pool *pool, char const *command, char const *programs)
{
  struct said said = { 0 } ;
  while ((command = next_said(pool, command, &said)))
    if (shell_one_of(shell_basename(said.word), programs) && !said.is_client && !shell_one_of(said.before, "-u -U --user --username -l --login - -g --group gosu su su-exec runuser sudo chpst setuidgid"))
      return 1 ;
  return 0 ;
}

static int serves_port (struct pool *pool, struct service const *service, char const *words, char const *port)
{
  if (serves_place(pool, words, port)) return 1 ;
  for (size_t i = 0 ; i < ROWS(ports) ; i++)
    if (!strcmp(ports[i].port, port) && runs_any(pool, service->text, ports[i].programs)) return 1 ;
  return 0 ;
}

/* ---- who uses whom ---- */

/* The whole of what a service is executed with, without what all of them have. */
static char const *words_of (struct pool *pool, struct service const *service, struct texts const *inherited)
{
  struct texts words = { 0 } ;
  texts_add(pool, &words, service->text) ;
  for (struct text const *one = service->before.first ; one ; one = one->next)
    if (!texts_has(inherited, one->text)) texts_add(pool, &words, one->text) ;
  return texts_join(pool, &words, "\n") ;
}

/* localhost:8080 here, where the other one serves 8080 */
static int uses_port (struct pool *pool, struct service const *later, char const *words, struct service const *earlier, char const *others)
{
  static char const *const hosts[] = { "localhost:", "127.0.0.1:", "[::1]:" } ;
  for (size_t i = 0 ; i < ROWS(hosts) ; i++)
    for (char const *at = words ; (at = strstr(at, hosts[i])) ; )
    {
      size_t len ;
      char const *port ;
      at += strlen(hosts[i]) ;
      len = strspn(at, "0123456789") ;
      if (len < 2 || len > 5) continue ;
      port = pool_copy(pool, at, len) ;
      if (serves_port(pool, earlier, others, port) && !serves_port(pool, later, words, port)) return 1 ;
    }
  return 0 ;
}

/* /run/app.sock here, where the other one serves it */
static int uses_socket (struct pool *pool, char const *words, char const *others)
{
  for (char const *at = words ; (at = strstr(at, ".sock")) ; at++)
  {
    char const *begin = at ;
    char const *path ;
    while (begin > words && !strchr(" \"'=:\n,", begin[-1])) begin-- ;
    if (at - begin <= 2) continue ;
    while (!strncmp(begin, "//", 2)) begin++ ; /* unix:///run/app.sock */
    path = pool_copy(pool, begin, (size_t)(at - begin) + 5) ;
    if (serves_place(pool, others, path) && !serves_place(pool, words, path)) return 1 ;
  }
  return 0 ;
}

/* Is it this machine, by the variable PREFIX_HOST or the like beside PREFIX_PORT? 1 also where there is none. */
static int host_is_here (struct pool *pool, char const *words, char const *prefix)
{
  struct said said = { 0 } ;
  size_t len = strlen(prefix) ;
  while ((words = next_said(pool, words, &said)))
  {
    char const *equals = strchr(said.word, '=') ;
    if (!equals || strncasecmp(said.word, prefix, len) != 0) continue ;
    if (shell_one_of(pool_copy(pool, said.word + len, (size_t)(equals - said.word) - len), "HOST HOSTNAME ADDR ADDRESS SERVER host hostname")) return shell_one_of(equals + 1, "localhost 127.0.0.1 ::1 0.0.0.0") ;
  }
  return 1 ;
}

/* REDIS_PORT=6379, --db-port 5432: the port of another program, where that serves it */
static int uses_named_port (struct pool *pool, struct service const *later, char const *words, struct service const *earlier, char const *others)
{
  struct said said = { 0 } ;
  for (char const *at = words ; (at = next_said(pool, at, &said)) ; )
  {
    char const *equals = strchr(said.word, '=') ;
    char const *name = equals ? pool_copy(pool, said.word, (size_t)(equals - said.word)) : *said.before == '-' ? said.before : "" ;
    char const *port = equals ? equals + 1 : said.word ;
    size_t len = strspn(port, "0123456789") ;
    size_t n = strlen(name) ;
    if (len < 2 || len > 5 || port[len] || n < 5 || strcasecmp(name + n - 4, "port") != 0 || says_where(pool, name)) continue ;
    if (*name != '-' && !host_is_here(pool, words, pool_copy(pool, name, n - 4))) continue ;
    if (serves_port(pool, earlier, others, port) && !serves_port(pool, later, words, port)) return 1 ;
  }
  return 0 ;
}

int order_uses (struct pool *pool, struct service const *later, struct service const *earlier, struct texts const *inherited)
{
  char const *words = words_of(pool, later, inherited) ;
  char const *others = words_of(pool, earlier, inherited) ;
  if (uses_port(pool, later, words, earlier, others) || uses_named_port(pool, later, words, earlier, others) || uses_socket(pool, words, others)) return 1 ;
  for (size_t i = 0 ; i < ROWS(uses) ; i++)
    if (has_any(pool, words, uses[i].mark) && runs_any(pool, earlier->text, uses[i].programs) && !runs_any(pool, later->text, uses[i].programs)) return 1 ;
  return 0 ;
}
