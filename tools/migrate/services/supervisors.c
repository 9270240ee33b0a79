/* A service that starts and watches others: what to give reeve-migrate next. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static struct
{
  char const *programs ;
  char const *advice ;
} const supervisors[] =
{
  { "supervisord foreman honcho forego goreman overmind hivemind nf",
    "migrate what it reads next (reeve-migrate reads a supervisord.conf and a Procfile), and take it out" },
  { "s6-svscan runsvdir runsvdir-start svscan", "Reeve reads its service directories as they are: COPY them to /etc/services.d, and take it out" },
  { "pm2 pm2-runtime pm2-docker forever circusd monit god bluepill multirun immortal process-compose",
    "write a service for each program that it starts, and take it out" },
} ;

#define RUNNERS "bundle bundler npx yarn pnpm npm bunx python python3 ruby poetry pipenv uv env exec run -m -y -- dlx"

static char const *advice_for (char const *program)
{
  for (size_t i = 0 ; i < sizeof(supervisors) / sizeof(*supervisors) ; i++)
    if (shell_one_of(program, supervisors[i].programs)) return supervisors[i].advice ;
  return 0 ;
}

/* The program that the command leads to: npx pm2-runtime, python -m honcho. */
static char const *led_to (struct analysis *a, char const *command)
{
  char const *word = "" ;
  for (char const *p = command ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    word = shell_basename(pool_copy(a->pool, p, strcspn(p, " "))) ;
    if (!shell_one_of(word, RUNNERS)) break ;
  }
  return word ;
}

void tell_supervisor (struct analysis *a, struct service const *service, char const *program, int is_last)
{
  char const *advice ;
  if (!advice_for(program)) program = led_to(a, service->command ? service->command : "") ;
  advice = advice_for(program) ;
  if (!advice) return ;
  if (is_last && shell_one_of(program, supervisors[0].programs))
    advice = pool_printf(a->pool, "give reeve-migrate its %s in place of this script, which then stays ahead of /init", strcmp(program, "supervisord") != 0 ? "Procfile" : "supervisord.conf") ;
  texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool, "TODO: services.d/%s: %s starts and watches processes of its own: %s", service->name, program, advice)) ;
}
