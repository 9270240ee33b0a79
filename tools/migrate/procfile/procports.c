/* PORT, which foreman and the like give each process of a Procfile. */

#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/procfile/procfile.h"

/* Nothing says what started them. */
static void say_port (struct plan *plan, struct service *service, unsigned int port)
{
  texts_add(plan->pool, &service->claim->todo, pool_printf(plan->pool,
    texts_has(&plan->environment, "PORT") ? "PORT is the image's now; it was set for each process, and by foreman and the like to %u for this one, or, where they took the image's for the first one, counted from that: set it in run"
      : "PORT was set for each process, and by foreman and the like to %u for this one, unless they got PORT themselves: set it in the image, or in run", port)) ;
}

/* What an instance has more than the first one: it knows its number. */
static char const *of_instance (struct plan *plan, int is_template)
{
  unsigned int step = is_template ? plan->procrun->port_step : 0 ;
  return !step ? "" : step == 1 ? " + REEVE_INSTANCE - 1" : pool_printf(plan->pool, " + (REEVE_INSTANCE - 1) * %u", step) ;
}

/* From a number that it was told, or that nothing changes. */
static void from_number (struct plan *plan, struct service *service, unsigned int port, char const *more)
{
  texts_add(plan->pool, &service->before, pool_printf(plan->pool, *more ? "export PORT=$((%u%s)) # as %s counted from its %u" : "export PORT=%u%s # as %s counted from its %u",
    port, more, plan->procrun->name, plan->procrun->port)) ;
}

/* From the variable that it was told, the PORT that it got, or from 5000. */
static void from_variable (struct plan *plan, struct service *service, unsigned int port, char const *more)
{
  struct procrun const *run = plan->procrun ;
  char const *base = run->own_text ? run->own_text : run->image_port || run->has_env_port ? "PORT" : "${PORT:-5000}" ;
  char const *whose = run->own_text ? run->own_text : run->has_env_port ? "the file's" : run->image_port ? "the image's" : "the container's, or 5000" ;
  unsigned int above = port - run->port ;
  if (above || *more)
    texts_add(plan->pool, &service->before, pool_printf(plan->pool, "export PORT=$((%s%s%s)) # as %s counted from %s", base, above ? pool_printf(plan->pool, " + %u", above) : "", more, run->name, whose)) ;
  else if (*base == '$') texts_add(plan->pool, &service->before, pool_printf(plan->pool, "export PORT=%s # as %s counted from %s", base, run->name, whose)) ;
  if (above && *base != '$') service->claim->what = pool_printf(plan->pool, "%s; its PORT is %u more than %s", service->claim->what, above, whose) ;
}

void procfile_port (struct plan *plan, struct service *service, unsigned int port, int is_template, int is_named)
{
  struct procrun const *run = plan->procrun ;
  if (!run)
  {
    if (is_named) say_port(plan, service, port) ;
  }
  else if (run->no_ports) return ;
  else if (!run->own_text && (run->own_port || !run->takes_port || (run->has_env_port && !procfile_reads_env(plan)))) from_number(plan, service, port, of_instance(plan, is_template)) ;
  else from_variable(plan, service, port, of_instance(plan, is_template)) ;
}

/* Programs read PORT from the environment, also where the Procfile does not say it. */
void procfile_note_ports (struct plan *plan, struct texts const *ports)
{
  struct procrun const *run = plan->procrun ;
  char const *list = ports->first ? texts_join(plan->pool, ports, ", ") : 0 ;
  char const *text ;
  if (!list || (run && run->no_ports)) return ;
  if (run && run->own_text) text = pool_printf(plan->pool, "%s counted PORT from %s, and so do the services: %s", run->name, run->own_text, list) ;
  else if (run && run->own_port) text = pool_printf(plan->pool, "%s counted PORT from %u, which it was told, and so do the services: %s", run->name, run->own_port, list) ;
  else if (run && !run->takes_port) text = pool_printf(plan->pool, "%s counted PORT from %u, and so do the services: %s", run->name, run->port, list) ;
  else if (run && run->has_env_port) text = pool_printf(plan->pool, "%s counted from the PORT of its file of variables, and so do the services: %s", run->name, list) ;
  else if (run && run->image_port) text = pool_printf(plan->pool, "%s counted from the image's PORT, and so do the services: %s", run->name, list) ;
  else if (run) text = pool_printf(plan->pool, "%s counted PORT from the one that the container is given, or from 5000, and so do the services: %s", run->name, list) ;
  else if (texts_has(&plan->environment, "PORT"))
    text = pool_printf(plan->pool, "each process gets the image's PORT now, and none of its own; foreman, honcho and the like set it for each, "
      "also where the Procfile does not name it: %s, or, where they took the image's for the first one, counted from that. Who asks for its own needs export PORT=... in its run", list) ;
  else
    text = pool_printf(plan->pool, "no process gets PORT any more; foreman, honcho and the like set it for each, also where the Procfile does not "
      "name it: %s. Who asks for it needs export PORT=... in its run (one ENV PORT in the image would be the same for all)", list) ;
  texts_add(plan->pool, &plan->notes, text) ;
}
