/* Daemons that an init script started, and those of which no foreground form is known. */

#include <string.h>

#include "migrate/command/image.h"
#include "migrate/command/initscript.h"
#include "migrate/shell/shell.h"

/* What the init scripts of these programs also do, and a service may need. */
static struct
{
  char const *program ;
  char const *does ;
} const init_scripts[] =
{
  { "mysqld", "makes /run/mysqld for the user mysql" },
  { "mariadbd", "makes /run/mysqld for the user mysql, and upgrades the tables" },
  { "postgres", "makes /run/postgresql for the user postgres" },
  { "sshd", "makes /run/sshd, and the host's keys if there are none" },
  { "dbus-daemon", "makes /run/dbus, and the machine's id" },
  { "apache2", "reads /etc/apache2/envvars, and makes /run/apache2 and /run/lock/apache2" },
  { "apache2ctl", "makes /run/apache2 and /run/lock/apache2" },
  { "rabbitmq-server", "makes /run/rabbitmq, and runs it as rabbitmq" },
  { "memcached", "reads its options from /etc/memcached.conf" },
  { "named", "makes /run/named, and runs it as bind" },
  { "redis-server", "makes /run/redis for the user redis" },
  { "valkey-server", "makes /run/valkey for the user valkey" },
} ;

/* Those that make their daemon another user, which that does not do by itself. Others have an option for it in the
   table of daemons, or in their configuration, or are still executed by run. */
static struct
{
  char const *names ;
  char const *user ;
} const users[] =
{
  { "redis-server redis", "redis:redis" },
  { "valkey-server valkey", "valkey:valkey" },
  { "mongodb mongod", "mongodb:mongodb" },
  { "transmission-daemon", "debian-transmission" },
  { "privoxy", "privoxy" },
  { "cassandra", "cassandra" }, /* which refuses to be root */
  { "apt-cacher-ng", "apt-cacher-ng" },
} ;

/* Init scripts that are not called as their program, or start several. */
static struct
{
  char const *names ;
  char const *starts ; /* with the words for the foreground */
} const starting[] =
{
  { "samba", "smbd --foreground --no-process-group and nmbd --foreground --no-process-group: make a service of each" },
  { "xrdp", "xrdp-sesman --nodaemon and xrdp --nodaemon: make a service of each" },
  { "postgresql", "each cluster in /etc/postgresql: make a service of each, postgres -D DATA -c config_file=FILE as the user postgres" },
  { "nfs-kernel-server nfs-server", "the kernel's threads by rpc.nfsd, which is setup, and rpc.mountd -F" },
  { "munge", "munged -F as the user munge" },
  { "slurmctld", "slurmctld -D" },
  { "slurmd", "slurmd -D" },
  { "slurmdbd", "slurmdbd -D" },
  { "opendmarc", "opendmarc -f" },
  { "spamassassin spamd", "spamd, with the options of /etc/default, without -d" },
  { "coturn", "turnserver" },
  { "autofs", "automount -f" },
  { "tftpd-hpa", "in.tftpd -L" },
  { "nagios-nrpe-server nrpe", "nrpe -f -c /etc/nagios/nrpe.cfg" },
  { "smartmontools", "smartd -n" },
  { "pdns-recursor", "pdns_recursor --daemon=no" },
  { "haveged", "haveged -F" },
  { "minidlna", "minidlnad -S" },
  { "gearman-job-server", "gearmand" },
  { "ganglia-monitor", "gmond -f" },
} ;

static char const *starts_of (char const *name)
{
  for (size_t i = 0 ; i < ROWS(starting) ; i++)
    if (shell_one_of(name, starting[i].names)) return starting[i].starts ;
  return 0 ;
}

static char const *user_of (char const *name)
{
  for (size_t i = 0 ; i < ROWS(users) ; i++)
    if (shell_one_of(name, users[i].names)) return users[i].user ;
  return 0 ;
}

/* Where the image's own init script is not there to be read. */
static void set_user (struct plan *plan, struct service *service, struct foreground const *foreground)
{
  char const *name = shell_basename(foreground->init_script) ;
  char const *user = user_of(name) ;
  if (!strcmp(name, "tor"))
    plan_todo(plan, service, service->claim, service->line, "its init script ran it with --defaults-torrc /usr/share/tor/tor-service-defaults-torrc, by which it is the user debian-tor "
      "and has its data in /var/lib/tor: write that option into run, if the image has the file; without it, it runs as root") ;
  if (!user || texts_has(&service->options, "--user") || service->user.first) return ;
  if (plan->image_user)
  {
    plan_todo(plan, service, service->claim, service->line, pool_printf(plan->pool, "its init script ran it as the user %s, which only root may become: run does not", user)) ;
    return ;
  }
  texts_add(plan->pool, &service->options, "--user") ;
  texts_add(plan->pool, &service->options, user) ;
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "%s: its init script ran it as the user %s, and so does run: if it was another one in this image, change that there", service->name, user)) ;
}

void initscript_note (struct plan *plan, struct service const *service, uint32_t line, struct foreground const *foreground)
{
  char const *program = foreground->argv[0] ? shell_basename(foreground->argv[0]) : "" ;
  char const *does = "what else it does besides its daemon (folders in /run, users, keys) is in that file: do it in the setup, where it is needed" ;
  if (!foreground->is_init_script || !foreground->argv[0] || foreground->init_is_known) return ; /* of a form that is not known, run still executes it */
  for (size_t i = 0 ; i < sizeof(init_scripts) / sizeof(*init_scripts) ; i++)
    if (!strcmp(program, init_scripts[i].program)) does = pool_printf(plan->pool, "it also %s: do that in the setup, if the image does not have it", init_scripts[i].does) ;
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "line %u: %s was started by its init script: %s", line, service->name, does)) ;
}

/* What the image's files say of an init script. */
void initscript_look (struct plan *plan, struct service *service, struct foreground *foreground)
{
  struct image_daemon found ;
  if (!foreground->init_script) return ;
  image_init_script(plan, foreground->init_script, &found) ;
  if (found.argv)
  {
    unsigned int n = 0 ;
    for (; n < COMMAND_WORDS_MAX - 1 && found.argv[n] ; n++) foreground->argv[n] = found.argv[n] ;
    foreground->argv[n] = 0 ;
    for (struct text *one = found.before.first ; one ; one = one->next) texts_add(plan->pool, &service->before, one->text) ;
    if (found.user)
    {
      texts_add(plan->pool, &service->options, "--user") ;
      texts_add(plan->pool, &service->options, found.user) ;
    }
  }
  else if (!found.starts && foreground->argv[0]) set_user(plan, service, foreground) ;
  else
  {
    if (!found.starts) found.starts = starts_of(shell_basename(foreground->init_script)) ;
    if (found.starts && !foreground->mend) foreground->mend = pool_printf(plan->pool, "its init script starts %s", found.starts) ;
  }
  foreground->init_is_known = found.before.first || found.also ;
  if (found.also) texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "%s: what its init script does as well: %s", service->name, found.also)) ;
}

void forks_on (struct plan *plan, struct service *service, uint32_t line, struct foreground const *foreground)
{
  service_set(plan, service, "flag-forks", "") ;
  plan_todo(plan, service, service->claim, line, pool_printf(plan->pool,
    foreground->is_supposed ? "the script went on behind it, so its configuration, which is not here, may put it into the background: %s, and remove flag-forks, "
      "which follows it until then (with a pidfile, if it leaves several processes)"
    : foreground->may_stay && !service->is_daemon ? "unless its configuration, which is not here, keeps it in the foreground, it puts itself into the background: %s, and remove flag-forks, "
      "which follows it until then (with a pidfile, if it leaves several processes)"
    : foreground->is_guess ? "by its letter -D or -d it may put itself into the background: if it does, %s; until then flag-forks follows it (with a pidfile, if it leaves several processes)"
    : "it puts itself into the background: %s; until then flag-forks follows it (with a pidfile, if it leaves several processes)",
    foreground->mend ? foreground->mend : "its foreground form is not known: look it up in its manual")) ;
}
