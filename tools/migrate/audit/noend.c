/* Where no service is main: what was the container's end, and what is it now? */

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* Did the script stay in its last statement, or is that not known? */
static int stays (struct analysis *a, struct statement const *list)
{
  struct statement const *last = uncommented_last(list) ;
  return a->waited_line || a->has_idle || (last && (last->damaged || last->kind == STATEMENT_LOOP || last->kind == STATEMENT_FOR || last->kind == STATEMENT_SUBSHELL)) ;
}

void audit_noend (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  if (!a->plan->services || has_main(a) || a->plan->goes_on || a->plan->lost_cmd || stays(a, first) || a->end_is_told) return ;
  texts_add(a->pool, &a->plan->notes, "TODO: no service is main: the script ended, and the container with it; now it goes on until it is stopped. Give flag-main to the one with whose end it shall end") ;
}
