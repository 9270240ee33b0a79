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

/* The conditions of the service that `than` does not have: with them it was started. "": there are none. */
static char const *further_conditions (struct analysis *a, struct service const *service, struct texts const *than)
{
  struct texts further = { 0 } ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!texts_has(than, one->text)) texts_add(a->pool, &further, one->text) ;
  return texts_join(a->pool, &further, " && ") ;
}

/* web & P=$!; if X; then worker & P=$!; fi; wait $P: where X holds, the end of web was nobody's. */
void note_one_of (struct analysis *a, char const *text)
{
  struct texts names = { 0 } ;
  one_of_pids(a, text, &names) ;
  for (struct text const *name = names.first ; name ; name = name->next)
  {
    struct service *service = plan_find(a->plan, name->text) ;
    struct texts where = { 0 } ;
    for (struct service const *later = service ? service->next : 0 ; later ; later = later->next)
    {
      char const *further = texts_has(&names, later->name) ? further_conditions(a, later, &service->conditions) : "" ;
      if (*further && !are_exclusive(a, service, later)) texts_add(a->pool, &where, pool_printf(a->pool, "! { %s; }", further)) ;
    }
    if (!where.first) continue ;
    service->ended_where = (struct texts){ 0 } ;
    texts_add(a->pool, &service->ended_where, texts_join(a->pool, &where, " && ")) ;
  }
}

/* Is it in the script's branches, not only in functions, that the script may end ahead of this? */
static int may_end_ahead (struct analysis *a, uint32_t end)
{
  for (char const *at = a->source->text ; (at = strstr(at, "exit")) && at < a->source->text + end ; at++)
  {
    struct function const *one = a->functions ;
    uint32_t byte = (uint32_t)(at - a->source->text) ;
    while (one && (byte < one->statement->range.start || byte >= one->statement->range.end)) one = one->next ;
    if (!one) return 1 ;
  }
  return 0 ;
}

/* Is that told elsewhere? if X; then exec side; fi; web & */
static int ended_otherwise (struct analysis *a, struct service const *service)
{
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!texts_has(&a->conditions, one->text) && !texts_has(&a->otherwise, one->text)) return 0 ;
  return 1 ;
}

static int is_mentioned_in (struct texts const *conditions, char const *name)
{
  for (struct text const *one = conditions->first ; one ; one = one->next)
    if (shell_mentions(one->text, name)) return 1 ;
  return 0 ;
}

/* if [ -n "$P" ]; then wait $P; fi; [ -z "$P" ] && exec other; wait $P: it asks whether there is something to wait for. */
static int is_asked_ahead (struct analysis *a, char const *raw)
{
  struct variable variable ;
  return variable_parse(a->pool, raw, &variable) && (is_mentioned_in(&a->conditions, variable.name) || is_mentioned_in(&a->otherwise, variable.name)) ;
}

void mark_none_started (struct analysis *a, struct statement const *wait, struct texts const *names)
{
  struct service const *only = names->first && !names->first->next ? plan_find(a->plan, names->first->text) : 0 ;
  char const *raw = wait->words[wait->nwords - 1].raw ;
  struct texts others = { 0 } ; /* which it waited for, as an empty word is none */
  if (!only || a->waited_in_branch || ended_otherwise(a, only) || is_asked_ahead(a, raw) || may_end_ahead(a, wait->range.start)) return ;
  for (struct service const *one = a->plan->services ; one && *raw == '$' && raw[1] != '!' ; one = one->next)
    if (one != only && is_beside_here(a, one)) texts_add(a->pool, &others, one->name) ;
  plan_mistake(a->plan, line_of(a, wait), pool_printf(a->pool, "where %s was not started (its condition: %s), %s; now the container goes on", only->name,
    further_conditions(a, only, &a->conditions), others.first ? pool_printf(a->pool, "the script waited for %s, and ended then", texts_join(a->pool, &others, ", "))
      : "there was nothing to wait for, and the script ended at once")) ;
}

void settle_ended_where (struct analysis *a)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && one->ended_where.first && !is_always(a, &one->ended_where)) mark_ended_where(a, one) ;
}
