/* A loop that waits for services and starts them again, however they ended: they are restarted here, too, after its pause. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

int starts_again_always (struct analysis *a, struct statement *loop)
{
  struct statement *condition = loop->branches->condition ;
  if (!condition || condition->next || (!is_always_true(condition) && when_stopping(a, condition) != loop->until)) return 0 ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (!leaves_only_stopping(a, one, 0)) return 0 ;
  return 1 ;
}

char const *set_again (struct analysis *a, struct statement *loop, struct texts const *names, struct claim *claim)
{
  char const *what = "" ;
  for (struct text const *one = names->first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (!service) continue ;
    service_set(a->plan, service, "restart", "always") ;
    what = set_pause(a, service, loop, claim) ;
  }
  return what ;
}
