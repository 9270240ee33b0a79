/* Names of one daemon: mysqld and mysql. What stops it, asks for it, or is the same once more, may have any of them. */

#include <string.h>

#include "migrate/facts/facts.h"

static char const *const families[] =
{
  "mysqld mysqld_safe mariadbd mariadbd-safe mysql mariadb", "postgres postmaster postgresql pg_ctl pg_ctlcluster", "mongod mongodb mongo", "redis-server redis valkey-server valkey",
  "nginx openresty", "apache2 httpd apache2ctl apachectl", "sshd ssh", "cron", "crond", "rsyslogd rsyslog syslogd", "memcached", "rabbitmq-server", "dbus-daemon dbus",
  "postfix", "dovecot", "exim4 exim", "named bind9", "dnsmasq", "haproxy", "varnishd varnish", "squid", "supervisord supervisor", "dockerd docker", "elasticsearch",
  "fail2ban-server fail2ban", "chronyd ntpd", "vsftpd", "proftpd", "lighttpd",
} ;
/* php-fpm, php8.2-fpm, php-fpm82 */
static int is_fpm (char const *name)
{
  char const *rest ;
  if (strncmp(name, "php", 3) != 0) return 0 ;
  rest = name + 3 + strspn(name + 3, "0123456789.-") ;
  return !strncmp(rest, "fpm", 3) && !rest[3 + strspn(rest + 3, "0123456789.-")] ;
}

char const *family_of (char const *name)
{
  if (is_fpm(name)) return "php-fpm" ;
  for (size_t i = 0 ; i < sizeof(families) / sizeof(*families) ; i++)
    if (shell_one_of(name, families[i])) return families[i] ;
  return 0 ;
}

int is_family_client (char const *name)
{
  return shell_one_of(name, "mysql mariadb mongo docker ssh") ;
}

int mentions_family (struct pool *pool, char const *text, char const *name)
{
  char const *family = family_of(name) ;
  char const *ahead = "" ; /* the word ahead of it that is no option */
  for (char const *p = family ? text : "" ; *p ; )
  {
    size_t len = strspn(p, NAME_LETTERS "-.") ;
    char const *one = pool_copy(pool, p, len) ;
    /* A client's name counts where something asks for a process, or a service, of that name: not $(mysql -e ...). */
    int asks = !*ahead || shell_one_of(ahead, GREPS " pgrep pidof service systemctl rc-service init.d in") ;
    if (len && family_of(one) == family && (asks || !is_family_client(one))) return 1 ;
    if (len && *one != '-') ahead = one ;
    p += len + !len ;
  }
  return 0 ;
}
