/* A service whose program is known to end by itself: its supervisor starts it again, and again. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

static struct service *started_by (struct analysis *a, struct statement const *statement)
{
  struct service *one = a->plan->services ;
  struct claim const *claim = claim_of(a, statement) ;
  while (one && !(one->claim == claim && claim->range.start == statement->range.start)) one = one->next ;
  return one ;
}

/* By its own name, which is that of a system's program; cat and the like read as long as somebody writes. */
static int is_known_to_end (struct service const *service)
{
  return is_short(service->program) && !strchr(service->command, '/') && !shell_one_of(service->program, "cat sed awk grep") ;
}

static int look_at_start (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct service *service = claim_of(a, statement) ? started_by(a, statement) : 0 ;
  struct statement once = *statement ;
  once.background = 0 ;
  if (!service || service->is_oneshot || service->is_main || service->todo.first || service_has(service, "restart") || statement->kind == STATEMENT_FUNCTION) return 0 ;
  if (!service->command || statement->range.end < service->claim->range.end || !is_known_to_end(service) || !surely_ends(a, &once)) return 0 ;
  audit_todo(a, service->claim, service->line, "it ends by itself, and is started again then, for ever: if the script did it once, give it flag-oneshot") ;
  return 0 ;
}

void audit_again (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  for (; first ; first = first->next) statement_walk(first, &look_at_start, a) ;
}
