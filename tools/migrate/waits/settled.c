/* At the end: what each service's order said, and a task whose failure ended the script. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

/* Does something main depend on it, perhaps by way of others? */
static int leads_to_main (struct analysis *a, struct service const *task)
{
  struct texts reached = { 0 } ;
  texts_add(a->pool, &reached, task->name) ;
  for (struct text const *needed = reached.first ; needed ; needed = needed->next)
    for (struct service const *one = a->plan->services ; one ; one = one->next)
    {
      if (!texts_has(&one->dependencies, needed->text)) continue ;
      if (one->is_main) return 1 ;
      texts_add_once(a->pool, &reached, one->name) ;
    }
  return 0 ;
}

/* Nothing that keeps the container alive depends on it. */
static void end_with (struct analysis *a, struct service *task)
{
  texts_add(a->pool, &task->finish, "# The script ended when this failed: so does the container.") ;
  texts_add(a->pool, &task->finish, "case " FINISH_CODE " in 0) ;; 256) exec reeve shutdown $((128 + " FINISH_SIGNAL ")) ;; *) exec reeve shutdown \"" FINISH_CODE "\" ;; esac") ;
  task->claim->what = pool_printf(a->pool, "%s; when it fails, the container ends (finish), as the script did", task->claim->what) ;
}

void settle_ready (struct analysis *a)
{
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (service->is_daemon && !service->check) check_daemon(a, service) ;
    if (service->is_daemon && service->must_succeed && !service->failure_is_told && !service->is_oneshot && service->claim)
      service->claim->what = pool_printf(a->pool, "%s; where its start failed, set -e ended the script: it is started again instead", service->claim->what) ;
    if (service->slept) settle_slept(a, service) ;
    if (service->is_oneshot && service->claim && !service->is_forgiven && service->must_succeed && !leads_to_main(a, service))
      end_with(a, service) ;
  }
}
