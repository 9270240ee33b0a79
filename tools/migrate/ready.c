/* What the script's order said without words: a daemon's parent ended when the daemon was ready,
   and a command that failed ended the script, also where nothing else depends on it. */

#include <string.h>

#include "migrate/analysis.h"

/* How a daemon is asked whether it serves, where it listens if nobody told it otherwise. */
static struct
{
  char const *program ;
  char const *check ;
} const checks[] =
{
  { "mysqld", "mysqladmin --silent ping" },
  { "mariadbd", "mariadb-admin --silent ping" },
  { "postgres", "pg_isready -q" },
  { "redis-server", "redis-cli ping" },
  { "rabbitmq-server", "rabbitmq-diagnostics -q check_running" },
  { "slapd", "ldapsearch -x -b '' -s base" },
  { "mongod", "mongosh --quiet --eval 'db.adminCommand(\"ping\")'" },
} ;

static char const *text_of (struct analysis *a, struct service const *service)
{
  return pool_printf(a->pool, "%s\n%s\n%s", texts_join(a->pool, &service->run, "\n"), service->command ? service->command : "", service->text) ;
}

/* Is there one that was started when it was ready, and talks to it? */
static struct service const *client_of (struct analysis *a, struct service const *daemon)
{
  for (struct service const *one = daemon->next ; one ; one = one->next)
    if (texts_has(&one->dependencies, daemon->name) && is_client_of(daemon, text_of(a, one))) return one ;
  return 0 ;
}

static void check_daemon (struct analysis *a, struct service *service)
{
  struct service const *client = client_of(a, service) ;
  if (!client || !service->claim) return ;
  for (size_t i = 0 ; i < sizeof(checks) / sizeof(*checks) ; i++)
    if (!strcmp(service->program, checks[i].program) || (service->command && !strcmp(shell_basename(pool_copy(a->pool, service->command, strcspn(service->command, " "))), checks[i].program)))
    {
      service->check = checks[i].check ;
      service->builtin = builtin_check(a->pool, service->check) ;
      service->check_npieces = service->npieces ;
      service->check_claim = service->claim ;
      service->claim->what = pool_printf(a->pool, "%s; it left when it was ready, for %s: its readiness check asks that%s%s%s", service->claim->what, client->name,
        service->builtin ? " (" : "", service->builtin ? service->builtin : "", service->builtin ? ")" : "") ;
      return ;
    }
  plan_todo(a->plan, service, service->claim, service->line,
    pool_printf(a->pool, "it left when it was ready, and %s needs that: write data/check, and run it with reeve-exec --ready ./data/check", client->name)) ;
}

static int leads_to_main (struct analysis *a, struct service const *task, unsigned int depth)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
  {
    if (!texts_has(&one->dependencies, task->name) || depth > 30) continue ;
    if (one->is_main || leads_to_main(a, one, depth + 1)) return 1 ;
  }
  return 0 ;
}

/* Nothing that keeps the container alive depends on it. */
static void end_with (struct analysis *a, struct service *task)
{
  texts_add(a->pool, &task->finish, "# The script ended when this failed: so does the container.") ;
  texts_add(a->pool, &task->finish, "case $1 in 0) ;; 256) exec reeve shutdown $((128 + $2)) ;; *) exec reeve shutdown \"$1\" ;; esac") ;
  task->claim->what = pool_printf(a->pool, "%s; when it fails, the container ends (finish), as the script did", task->claim->what) ;
}

void settle_ready (struct analysis *a)
{
  struct service const *main = a->plan->services ;
  while (main && !main->is_main) main = main->next ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (service->is_daemon && !service->check) check_daemon(a, service) ;
    if (service->is_oneshot && main && service->claim && !service->is_forgiven && service->must_succeed && !leads_to_main(a, service, 0))
      end_with(a, service) ;
  }
}
