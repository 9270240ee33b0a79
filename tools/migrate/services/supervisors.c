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
  { "pm2 pm2-runtime pm2-docker forever circusd monit god bluepill multirun immortal process-compose concurrently npm-run-all run-p mprocs",
    "write a service for each program that it starts, and take it out" },
} ;

/* The image's own PID 1. */
static struct
{
  char const *path ;
  char const *advice ;
} const inits[] =
{
  { "/init", "/init is the image's own, s6-overlay's as a rule, and Reeve's takes its path in the new image: this would start Reeve once more, and fail for ever. Take this service out: what is in "
    "/etc/services.d and /etc/cont-init.d runs as it is, and each service of /etc/s6-overlay/s6-rc.d has to become a directory in /etc/services.d; take s6-overlay out of the image" },
  { "/sbin/my_init", "my_init starts what is in /etc/my_init.d and /etc/service: COPY these to /etc/cont-init.d and /etc/services.d, and take it out" },
  { "/sbin/init", "init boots a whole system, and wants to be PID 1: write a service for each of its units that is needed, and take it out" },
  { "/lib/systemd/systemd", "systemd wants to be PID 1: write a service for each of its units that is needed, and take it out" },
} ;

int tell_own_init (struct analysis *a, struct service *service)
{
  char const *command = service->command ? service->command : service->text ? service->text : "" ;
  char const *word = shell_without_quotes(a->pool, pool_copy(a->pool, command, strcspn(command, " \t\n"))) ;
  for (size_t i = 0 ; i < sizeof(inits) / sizeof(*inits) ; i++)
    if (!strcmp(word, inits[i].path) || (i == 1 && !strcmp(word, shell_basename(inits[i].path))))
    {
      plan_todo(a->plan, service, service->claim, service->line, inits[i].advice) ;
      return 1 ;
    }
  return 0 ;
}

#define RUNNERS "bundle bundler npx yarn pnpm npm bunx python python3 ruby poetry pipenv uv env exec run dlx"

static char const *advice_for (char const *program)
{
  for (size_t i = 0 ; i < sizeof(supervisors) / sizeof(*supervisors) ; i++)
    if (shell_one_of(program, supervisors[i].programs)) return supervisors[i].advice ;
  return 0 ;
}

/* The program that the command leads to: npx pm2-runtime, python -m honcho, env - PATH=/bin runsvdir. */
static char const *led_to (struct pool *pool, char const *command)
{
  char const *word = "" ;
  for (char const *p = command ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
  {
    word = shell_basename(pool_copy(pool, p, strcspn(p, " "))) ;
    if (!shell_one_of(word, RUNNERS) && *word != '-' && !strchr(word, '=')) break ;
  }
  return word ;
}

static void note (struct plan *plan, struct service const *service, char const *program, char const *advice)
{
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: services.d/%s: %s starts and watches processes of its own: %s", service->name, program, advice)) ;
}

/* supervisord -c FILE: the line of the script that writes or changes that; 0: none does. */
static uint32_t line_of_file (struct analysis *a, struct service const *service)
{
  char const *at = service->command ? strstr(service->command, " -c ") : 0 ;
  char const *file = at ? shell_without_quotes(a->pool, pool_copy(a->pool, at + 4, strcspn(at + 4, " "))) : 0 ;
  char const *found = file && strlen(file) > 1 ? text_handles(a->source->text, file) : 0 ;
  uint32_t line = found ? source_line(a->source, (uint32_t)(found - a->source->text)) : 0 ;
  return line == service->line ? 0 : line ;
}

void tell_supervisor (struct analysis *a, struct service const *service, char const *program, int is_last)
{
  char const *advice ;
  if (!advice_for(program)) program = led_to(a->pool, service->command ? service->command : "") ;
  advice = advice_for(program) ;
  if (!advice) return ;
  if (is_last && shell_one_of(program, supervisors[0].programs))
  {
    uint32_t line = line_of_file(a, service) ;
    advice = line ? pool_printf(a->pool, "line %u writes or changes what it reads: take that from a container that runs (docker exec CONTAINER cat FILE), and give it to reeve-migrate in place of this script, "
        "which then stays ahead of /init; what it writes otherwise from start to start is lost then", line)
      : pool_printf(a->pool, "give reeve-migrate its %s in place of this script, which then stays ahead of /init", strcmp(program, "supervisord") != 0 ? "Procfile" : "supervisord.conf") ;
  }
  note(a->plan, service, program, advice) ;
}

void tell_supervisors (struct plan *plan)
{
  for (struct service const *service = plan->services ; service ; service = service->next)
  {
    char const *program = led_to(plan->pool, service->command ? service->command : service->text) ;
    if (advice_for(program)) note(plan, service, program, advice_for(program)) ;
  }
}
