/* A task in the foreground came behind all that the script had started ahead of it, whatever it waited for. */

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

void settle_in_order (struct analysis *a)
{
  for (struct service *task = a->plan->services ; task ; task = task->next)
    for (struct service const *one = a->plan->services ; one != task && task->is_oneshot && !task->is_job ; one = one->next)
    {
      if (one->is_apart || one->is_oneshot || are_exclusive(a, one, task) || comes_behind(a, task, one) || comes_behind(a, one, task)) continue ;
      texts_add(a->pool, &task->dependencies, one->name) ;
      texts_add(a->pool, &task->optional, one->name) ;
    }
}
