/* Conditions that do something: if ! ./migrate; then sleep infinity; fi. The script did that once; asked in
   each run, it would be done at each start. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

static int is_deed (struct analysis *a, struct statement *condition)
{
  if (condition->kind == STATEMENT_PIPELINE && is_question(condition)) return 0 ; /* lsmod | grep -q tun */
  if (condition->kind != STATEMENT_NOT && condition->kind != STATEMENT_AND && condition->kind != STATEMENT_OR) return statement_walk(condition, &does_something, a) ;
  for (struct statement *one = condition->body ; one ; one = one->next)
    if (is_deed(a, one)) return 1 ;
  return 0 ;
}

static struct statement *find_deed (struct analysis *a, struct statement *list)
{
  while (list && !is_deed(a, list)) list = list->next ;
  return list ;
}

/* ---- a branch that only stays ---- */

struct staying
{
  struct analysis *a ;
  int stays ;
  int deed ; /* a condition does something */
} ;

/* Stops at a start of something. */
static int look_for_stay (struct statement *part, void *data)
{
  struct staying *staying = data ;
  if (part->background) return 1 ;
  if ((part->kind == STATEMENT_AND || part->kind == STATEMENT_OR) && part->body)
  {
    struct statement left = *part->body ;
    left.next = 0 ;
    staying->deed |= !!find_deed(staying->a, &left) ;
  }
  for (struct branch *branch = part->kind == STATEMENT_IF ? part->branches : 0 ; branch ; branch = branch->next)
    staying->deed |= !!find_deed(staying->a, branch->condition) ;
  if (part->kind == STATEMENT_COMMAND && keeps_alive(part)) staying->stays = 1 ;
  else if (part->kind == STATEMENT_COMMAND) return starts_something(staying->a, part) ;
  return 0 ;
}

int keep_staying (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  struct staying staying = { .a = a } ;
  if (statement->kind != STATEMENT_IF && statement->kind != STATEMENT_OR && statement->kind != STATEMENT_AND) return 0 ;
  if (a->conditions.first || a->otherwise.first || !starts_later(a, frame) || statement_walk(statement, &look_for_stay, &staying) || !staying.stays || !staying.deed) return 0 ;
  add_ordinary(a, statement) ;
  texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "line %u: where the script stayed there, so does this %s, and what comes later is not started, as before",
    line_of(a, statement), a->plan->services ? "task" : "setup")) ;
  return 1 ;
}

/* ---- a start on a condition that does something ---- */

/* Is the deed a whole part of the condition? */
static int is_part (char const *condition, char const *deed)
{
  size_t len = strlen(deed) ;
  for (char const *at = condition ; (at = strstr(at, deed)) ; at++)
    if ((at == condition || at[-1] == ' ') && strchr(" ;", at[len])) return 1 ;
  return 0 ;
}

static void mark_deed (struct analysis *a, struct statement *deed)
{
  char const *text = statement_text(a, deed) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (service->claim && !service_has(service, "enable-if") && !service->ends.first && is_part(texts_join(a->pool, &service->conditions, " && "), text))
      plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool,
        "the script did this once: %s; here it is done at each start of %s, to know whether to start it: do it once in the setup, keep its answer in a file, and ask for that",
        text, service->name)) ;
}

static int look_for_deed (struct statement *part, void *data)
{
  struct analysis *a = data ;
  struct statement *deed = 0 ;
  if ((part->kind == STATEMENT_AND || part->kind == STATEMENT_OR) && part->body)
  {
    struct statement left = *part->body ;
    left.next = 0 ;
    if (find_deed(a, &left)) mark_deed(a, part->body) ;
  }
  for (struct branch *branch = part->kind == STATEMENT_IF ? part->branches : 0 ; branch ; branch = branch->next)
    if ((deed = find_deed(a, branch->condition))) mark_deed(a, deed) ;
  return 0 ;
}

void mark_deeds (struct analysis *a, struct statement *script)
{
  for (; script ; script = script->next) statement_walk(script, &look_for_deed, a) ;
}
