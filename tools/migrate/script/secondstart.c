/* Does a command start again what is a service already? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

/* haproxy -f FILE -sf $(pidof haproxy), behind its start; its init script does the same: service haproxy reload */
static int takes_over (struct analysis *a, char const *const *argv)
{
  int is_new = 0 ;
  int is_script = strstr(argv[0], "init.d/") || !strcmp(shell_basename(argv[0]), "service") ;
  for (unsigned int i = 1 ; argv[i] ; i++) is_new |= shell_one_of(argv[i], is_script ? "reload force-reload" : "-sf -st") ;
  return is_new && (!strcmp(shell_basename(argv[0]), "haproxy") || (is_script && argv[1] && !strcmp(argv[1], "haproxy"))) && same_daemon(a, "haproxy") ;
}

static int has_words (char const *text, char const *words)
{
  char const *at = strstr(text, words) ;
  return at && at > text && strchr(" /", at[-1]) ;
}

/* By the same init script: service webmin start, /etc/init.d/webmin restart. 0: there is none. */
static struct service *started_by_script (struct analysis *a, char const *script)
{
  char const *start = pool_printf(a->pool, "%s start", shell_basename(script)) ;
  char const *restart = pool_printf(a->pool, "%s restart", shell_basename(script)) ;
  struct service *one = a->plan->services ;
  while (one && (one->is_oneshot || !one->text || (!has_words(one->text, start) && !has_words(one->text, restart)))) one = one->next ;
  return one ;
}

#define RELOADS "reload force-reload reload-or-restart try-reload-or-restart"

/* service nginx reload, systemctl reload nginx, /etc/init.d/nginx force-reload: the daemon whose init script it is; 0: another command */
static char const *reloaded (char const *const *argv)
{
  if (!argv[0] || !argv[1]) return 0 ;
  if (!strncmp(argv[0], "/etc/init.d/", 12)) return shell_one_of(argv[1], RELOADS) ? argv[0] + 12 : 0 ;
  if (!argv[2]) return 0 ;
  if (!strcmp(shell_basename(argv[0]), "systemctl")) return shell_one_of(argv[1], RELOADS) ? argv[2] : 0 ;
  return shell_one_of(shell_basename(argv[0]), "service invoke-rc.d rc-service") && shell_one_of(argv[2], RELOADS) ? argv[1] : 0 ;
}

/* service nginx restart, apachectl restart, after its service was started */
int starts_again (struct analysis *a, struct statement *statement, struct foreground const *foreground, char const *const *argv)
{
  struct service *service ;
  struct claim *claim ;
  char const *name ;
  if (argv[0] && takes_over(a, argv))
  {
    service = same_daemon(a, "haproxy") ;
    claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "a new process that took over from %s: its service starts once", service->name)) ;
    plan_todo(a->plan, service, claim, line_of(a, statement), "it was started again here: what was done in between has to be done before it starts") ;
    return 1 ;
  }
  name = a->is_beside ? 0 : reloaded(argv) ;
  service = name ? same_daemon(a, name) : 0 ;
  if (service && !service->is_oneshot && !is_excluded_here(a, service))
  {
    claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "%s reads its configuration when it starts", service->name)) ;
    plan_todo(a->plan, service, claim, line_of(a, statement), 
      pool_printf(a->pool, "it was told here to read its configuration anew: what was done in between has to be done before it starts; where that needs it, write `reeve reload %s` behind that", service->name)) ;
    return 1 ;
  }
  if ((!foreground->is_init_script && !foreground->is_daemon) || !argv[0] || !argv[1] || (!strstr(argv[1], "restart") && !(argv[2] && strstr(argv[2], "restart")))) return 0 ;
  name = !foreground->is_init_script ? argv[0] : foreground->argv[0] ? foreground->argv[0] : !strncmp(argv[0], "/etc/", 5) ? argv[0] : argv[1] ;
  service = same_daemon(a, shell_basename(name)) ;
  if (!service && foreground->is_init_script) service = started_by_script(a, foreground->init_script) ;
  if (!service || service->is_oneshot || is_excluded_here(a, service)) return 0 ;
  claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "%s was started again: its service starts once", service->name)) ;
  plan_todo(a->plan, service, claim, line_of(a, statement), "it was started again here: what was done in between has to be done before it starts") ;
  return 1 ;
}
