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
  { "DISPLAY= -display x11vnc fluxbox openbox xterm xfce4-session startxfce4 xrdp-sesman", "Xvfb Xvnc Xorg Xtigervnc" },
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

/* The whole of what a service is executed with. */
static char const *words_of (struct pool *pool, struct service const *service)
{
  return pool_printf(pool, "%s\n%s", service->text, texts_join(pool, &service->before, "\n")) ;
}

/* localhost:8080 here, 8080 there */
static int shares_port (struct pool *pool, char const *later, struct service const *earlier)
{
  static char const *const hosts[] = { "localhost:", "127.0.0.1:", "[::1]:" } ;
  char const *words = words_of(pool, earlier) ;
  for (size_t i = 0 ; i < ROWS(hosts) ; i++)
    for (char const *at = later ; (at = strstr(at, hosts[i])) ; )
    {
      size_t len ;
      char const *port ;
      at += strlen(hosts[i]) ;
      len = strspn(at, "0123456789") ;
      if (len < 2 || len > 5) continue ;
      port = pool_copy(pool, at, len) ;
      if (shell_mentions(words, port)) return 1 ;
      for (size_t j = 0 ; j < ROWS(ports) ; j++)
        if (!strcmp(ports[j].port, port) && has_any(pool, words, ports[j].programs)) return 1 ;
    }
  return 0 ;
}

/* /run/app.sock in both */
static int shares_socket (struct pool *pool, char const *later, char const *earlier)
{
  for (char const *at = later ; (at = strstr(at, ".sock")) ; at++)
  {
    char const *begin = at ;
    while (begin > later && !strchr(" \"'=:\n,", begin[-1])) begin-- ;
    if (at - begin > 2 && strstr(earlier, pool_copy(pool, begin, (size_t)(at - begin) + 5))) return 1 ;
  }
  return 0 ;
}

int order_uses (struct pool *pool, struct service const *later, struct service const *earlier)
{
  char const *words = words_of(pool, later) ;
  char const *others = words_of(pool, earlier) ;
  char const *program = shell_basename(pool_copy(pool, later->text, strcspn(later->text, " \t\n"))) ;
  if (shares_port(pool, words, earlier) || shares_socket(pool, words, others)) return 1 ;
  for (size_t i = 0 ; i < ROWS(uses) ; i++)
    if (has_any(pool, words, uses[i].mark) && has_any(pool, earlier->text, uses[i].programs) && !shell_one_of(program, uses[i].programs)) return 1 ;
  return 0 ;
}
