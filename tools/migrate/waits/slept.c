/* server & sleep 5: what the sleep was for. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* redis-server & worker & sleep 5; web: the sleep gave both of them time, and web may need the first. */
static void check_slept_too (struct analysis *a, struct service const *last)
{
  for (struct service *other = a->plan->services ; other != last ; other = other->next)
  {
    struct texts names = { 0 } ;
    int knows ;
    if (other->slept || other->is_oneshot || !other->claim || other->conditions.first || !other->is_background) continue ;
    for (struct service const *one = last->next ; one ; one = one->next)
      if (texts_has(&one->dependencies, last->name) && !texts_has(&one->dependencies, other->name)) texts_add(a->pool, &names, one->name) ;
    if (!names.first) continue ;
    knows = set_known_check(a, other) ;
    for (struct text const *name = names.first ; name ; name = name->next)
    {
      struct service *later = plan_find(a->plan, name->text) ;
      texts_add(a->pool, &later->dependencies, other->name) ;
      if (!knows) texts_add(a->pool, &later->optional, other->name) ;
    }
    last->slept->what = pool_printf(a->pool, "%s; it gave %s time as well: what comes later %s", last->slept->what, other->name,
      knows ? "depends on that, too, by its readiness check" : "starts after that, too") ;
  }
}

/* setup & sleep 5: what comes later starts when it has ended, and also when it has failed. */
static void follow_slept_task (struct analysis *a, struct service *task)
{
  for (struct service *one = task->next ; one ; one = one->next)
    if (texts_has(&one->dependencies, task->name)) texts_add_once(a->pool, &one->optional, task->name) ;
  task->slept->what = pool_printf(a->pool, "%s, and starts when that has ended, also if it has failed", task->slept->what) ;
}

/* server & sleep 3600, and no more: the container ended behind it. */
static int is_last_line (struct analysis *a, struct claim const *claim)
{
  char const *behind = shell_uncommented(a->pool, a->source->text + claim->range.end) ;
  return !behind[strspn(behind, " \t\n;")] ;
}

/* server & sleep 5: the sleep is there for what its readiness check asks. */
static void check_slept (struct analysis *a, struct service *service)
{
  if (is_needed(service)) set_known_check(a, service) ;
  if (service->is_oneshot)
  {
    follow_slept_task(a, service) ;
    return ;
  }
  if (service->check)
  {
    service->slept->what = pool_printf(a->pool, "%s, and its readiness check asks whether it is ready", service->slept->what) ;
    return ;
  }
  if (!is_needed(service))
  {
    a->end_is_told |= is_last_line(a, service->slept) ;
    service->slept->what = is_last_line(a, service->slept) ? "kept the container alive for so long"
      : pool_printf(a->pool, "a bare sleep, to give %s time: nothing that comes later depends on it", service->name) ;
    return ;
  }
  if (service->check_is_told) return ;
  texts_add(a->pool, &service->slept->todo, pool_printf(a->pool, "warning: nothing says when %s is ready: write data/check and notification-fd", service->name)) ;
  texts_add(a->pool, &service->todo, pool_printf(a->pool,
    "# TODO reeve-migrate: %s: the script slept here until this was ready: write data/check, and run it with reeve-exec --ready ./data/check",
    plan_place(a->plan, service->slept, source_line(a->source, service->slept->range.start)))) ;
}

void settle_slept (struct analysis *a, struct service *service)
{
  check_slept(a, service) ;
  check_slept_too(a, service) ;
}
