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
} ;

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
  else if (found.starts) foreground->mend = pool_printf(plan->pool, "its init script starts %s", found.starts) ;
  foreground->init_is_known = found.before.first || found.also ;
  if (found.also) texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "%s: what its init script does as well: %s", service->name, found.also)) ;
}

void forks_on (struct plan *plan, struct service *service, uint32_t line, struct foreground const *foreground)
{
  service_set(plan, service, "flag-forks", "") ;
  plan_todo(plan, service, service->claim, line, pool_printf(plan->pool,
    "it puts itself into the background: %s; until then flag-forks follows it (with a pidfile, if it leaves several processes)",
    foreground->mend ? foreground->mend : "its foreground form is not known: look it up in its manual")) ;
}
