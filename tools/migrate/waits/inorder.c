/* A task in the foreground came behind all that the script had started ahead of it, whatever it waited for. One in the
   background that slept ahead of its work gave that time to a service whose client it is. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* Does it depend on the other, perhaps by way of others? */
static int comes_behind (struct analysis *a, struct service const *service, struct service const *other)
{
  struct texts reached = { 0 } ;
  texts_add_all(a->pool, &reached, &service->dependencies) ;
  for (struct text const *one = reached.first ; one ; one = one->next)
  {
    struct service const *needed = plan_find(a->plan, one->text) ;
    if (needed == other) return 1 ;
    for (struct text const *further = needed ? needed->dependencies.first : 0 ; further ; further = further->next) texts_add_once(a->pool, &reached, further->text) ;
  }
  return 0 ;
}

/* ( sleep 5; redis-cli set ready 1 ) & */
static void depend_on_asked (struct analysis *a, struct service *job)
{
  char const *text = pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &job->run, "\n"), job->command ? job->command : "") ;
  if (strncmp(text, "sleep ", 6) != 0 || job->dependencies.first) return ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one == job || !is_client_of(one, text) || are_exclusive(a, one, job) || comes_behind(a, one, job) || (!one->check && !set_known_check(a, one))) continue ;
    texts_add(a->pool, &job->dependencies, one->name) ;
    if (job->claim) job->claim->what = pool_printf(a->pool, "%s; it slept until %s was ready: it depends on that, by its readiness check", job->claim->what, one->name) ;
  }
}

void settle_in_order (struct analysis *a)
{
  for (struct service *job = a->plan->services ; job ; job = job->next)
    if (job->is_oneshot && job->is_job) depend_on_asked(a, job) ;
  for (struct service *task = a->plan->services ; task ; task = task->next)
    for (struct service const *one = a->plan->services ; one != task && task->is_oneshot && !task->is_job ; one = one->next)
    {
      if (one->is_apart || one->is_oneshot || are_exclusive(a, one, task) || comes_behind(a, task, one) || comes_behind(a, one, task)) continue ;
      texts_add(a->pool, &task->dependencies, one->name) ;
      texts_add(a->pool, &task->optional, one->name) ;
    }
}
