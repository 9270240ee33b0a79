/* At the end: whose end the script waited for only in some of several branches. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/waits/waits.h"

/* Did the script stay for the other where it did not wait for `side`? */
static int stays_elsewhere (struct analysis *a, struct service const *side, struct service const *other)
{
  if (!other->is_main) return 0 ;
  if (other->conditions.first) return !texts_has(&side->ended_where, texts_join(a->pool, &other->conditions, " && ")) ;
  for (struct text const *one = other->ended_where.first ; one ; one = one->next)
    if (!texts_has(&side->ended_where, one->text)) return 1 ;
  return 0 ;
}

/* if [ -n "$B" ]; then wait -n $A $B; else wait $A; fi: it waited for A in any case. */
static int is_always (struct analysis *a, struct texts const *conditions)
{
  for (struct text const *one = conditions->first ; one ; one = one->next)
    if (!*one->text || texts_has(conditions, pool_printf(a->pool, "! { %s; }", one->text))) return 1 ;
  return 0 ;
}

/* side & if [ "$ROLE" = web ]; then exec web; else wait; fi: where it is web, the end of side was nobody's.
   a & b & if [ -n "$A" ]; then wait $A; else wait $B; fi: nor is the other's. */
static void mark_ended_where (struct analysis *a, struct service *side)
{
  struct texts others = { 0 } ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one != side && stays_elsewhere(a, side, one)) texts_add(a->pool, &others, one->name) ;
  if (!others.first) return ;
  plan_todo(a->plan, side, a->ended_claim, source_line(a->source, a->ended_claim->range.start), pool_printf(a->pool,
    "the script waited for the end of %s only if %s; otherwise it ended with %s. Now the container ends with %s in any case: if it is better restarted, take flag-main off",
    side->name, texts_join(a->pool, &side->ended_where, ", or "), texts_join(a->pool, &others, ", "), side->name)) ;
}

void settle_ended_where (struct analysis *a)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && one->ended_where.first && !is_always(a, &one->ended_where)) mark_ended_where(a, one) ;
}
