/* Conditions that do something: if ! ./migrate; then sleep infinity; fi. The script did that once; asked in
   each run, it would be done at each start. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

static int is_deed (struct analysis *a, struct statement *condition)
{
  if (condition->kind == STATEMENT_PIPELINE && is_question(condition)) return 0 ; /* lsmod | grep -q tun */
  if (condition->kind != STATEMENT_NOT && !is_and_or(condition)) return statement_walk(condition, &does_something, a) ;
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
  if (is_and_or(part) && part->body)
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
  if (statement->kind != STATEMENT_IF && !is_and_or(statement)) return 0 ;
  if (a->conditions.first || a->otherwise.first || !starts_later(a, frame) || statement_walk(statement, &look_for_stay, &staying) || !staying.stays || !staying.deed) return 0 ;
  add_ordinary(a, statement) ;
  texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "line %u: where the script stayed there, so does this %s, and what comes later is not started, as before",
    line_of(a, statement), a->plan->services ? "task" : "setup")) ;
  return 1 ;
}

/* ---- work whose result only decides whether the script stays ---- */

/* if seed, where seed is a function that works, or [ "$(./seed)" = ok ] */
static int works (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (is_deed(a, list) || words_work(a, list) || (called_function(a, list) && walk_with_calls(a, list, &does_something, a))) return 1 ;
  return 0 ;
}

int stays_among (struct statement const *list)
{
  for (; list ; list = list->next)
    if (keeps_alive(list) || !strcmp(statement_command(list), "wait")) return 1 ;
  return 0 ;
}

/* Does it start nothing but what keeps the script there? */
static int starts_none (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (!keeps_alive(list) && strcmp(statement_command(list), "wait") != 0 && (starts_something(a, list) || !strcmp(statement_command(list), "exec"))) return 0 ;
  return 1 ;
}

/* What is done when the deed has failed: nothing that may serve. */
static int serves_nothing (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (!keeps_alive(list) && strcmp(statement_command(list), "wait") != 0 && !surely_ends(a, list)) return 0 ;
  return 1 ;
}

/* The statements as one. */
static struct statement *group_of (struct analysis *a, struct statement *list)
{
  struct statement *group = pool_alloc(a->pool, sizeof(*group)) ;
  struct statement *last = statement_last(list) ;
  *group = (struct statement){ .kind = STATEMENT_GROUP, .source = list->source, .name = "", .body = list, .range = { list->range.start, last->range.end } } ;
  group->core = group->range ;
  return group ;
}

int find_deed_ahead (struct analysis *a, struct statement *statement, struct deed_ahead *these)
{
  struct branch const *first = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  struct statement *deed = first ? first->condition : statement->body ;
  struct statement *good ;
  struct statement *bad ;
  if (first ? !deed || (first->next && first->next->condition) : !is_and_or(statement)) return 0 ;
  if (!first)
  {
    struct statement *left = pool_alloc(a->pool, sizeof(*left)) ;
    *left = *deed ;
    left->next = 0 ;
    deed = left ;
  }
  good = first ? first->body : statement->kind == STATEMENT_AND ? statement->body->next : 0 ;
  bad = first ? first->next ? first->next->body : 0 : statement->kind == STATEMENT_OR ? statement->body->next : 0 ;
  for (; !deed->next && deed->kind == STATEMENT_NOT && deed->body ; deed = deed->body)
  {
    struct statement *was = good ;
    good = bad ;
    bad = was ;
  }
  if ((!stays_among(good) && !stays_among(bad)) || !starts_none(a, deed) || !starts_none(a, good) || !starts_none(a, bad) || !serves_nothing(a, bad) || !works(a, deed)) return 0 ;
  *these = (struct deed_ahead){ .good = good, .bad = bad, .deed = deed->next || is_question(deed) ? group_of(a, deed) : deed } ;
  if (stays_among(bad)) return 1 ;
  these->both = pool_alloc(a->pool, sizeof(*these->both)) ;
  *these->both = *statement ;
  these->both->kind = STATEMENT_AND ;
  these->both->branches = 0 ;
  these->both->range = these->both->core = these->deed->range ; /* the rest of the statement's words are claimed at its end */
  these->both->body = pool_alloc(a->pool, sizeof(*these->both->body)) ;
  *these->both->body = *these->deed ;
  these->both->body->next = good && good->next ? group_of(a, good) : good ;
  return 1 ;
}

/* if ! ./migrate; then wait $PG; exit 3; fi; exec web: where the work had failed, the script did not come to what is behind. */
static int stays_ahead_of_starts (struct analysis *a, struct statement *statement, struct deed_ahead const *these)
{
  struct held *last = a->task ? a->task_statements : 0 ;
  struct texts bad = { 0 } ;
  if (!last || a->conditions.first || these->good || !any_starts_but_waits(a, statement->next)) return 0 ;
  while (last->next) last = last->next ;
  last->decides = a->task_must_succeed = 1 ;
  for (struct statement const *one = these->bad ; one ; one = one->next) texts_add(a->pool, &bad, statement_text(a, one)) ;
  plan_todo(a->plan, a->task, last->claim, line_of(a, statement), pool_printf(a->pool,
    "where this had failed, the script stayed (%s), and started nothing of what comes later; here that is not started, either, but if it is main, the container ends at once", texts_join(a->pool, &bad, "; "))) ;
  return 1 ;
}

void end_deed_ahead (struct analysis *a, struct statement *statement, struct deed_ahead const *these)
{
  if (!these->both && stays_among(these->bad) && !stays_ahead_of_starts(a, statement, these))
  {
    char const *note = pool_printf(a->pool, "line %u: where this had failed, the script stayed, whatever had ended: %s: here the container ends with what is main in any case", line_of(a, statement), statement_text(a, these->deed)) ;
    for (struct statement *one = these->bad ; one ; one = one->next) note = with_failed_code(a, one, note) ;
    texts_add(a->pool, &a->plan->notes, note) ;
  }
  for (struct statement *one = these->bad ; one ; one = one->next)
  {
    struct claim *claim = claim_statement(a, one, "dropped", keeps_alive(one) ? "kept the container alive: the scanner does"
      : these->both ? "what was done when it had failed: the container's exit code says it" : "what was done when it had failed") ;
    a->end_is_told |= keeps_alive(one) ;
    claim->tells_exit = 1 ;
    mark_lost_when(a, pool_printf(a->pool, "%s had failed", statement_text(a, these->deed)), one, claim) ;
  }
  claim_statement(a, statement, "dropped", "asked whether it had failed")->tells_exit = 1 ;
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

/* if ./start-backend.sh; then exec web; fi */
static void mark_starting_deed (struct analysis *a, struct statement *deed)
{
  char const *text = statement_text(a, deed) ;
  for (struct service *service = statement_walk(deed, &names_starter, a) ? a->plan->services : 0 ; service ; service = service->next)
    if (service->claim && is_part(texts_join(a->pool, &service->conditions, " && "), text))
      plan_todo(a->plan, service, service->claim, service->line, pool_printf(a->pool, "by its name its condition starts something: %s: if that goes on running, make it a service, in the foreground", text)) ;
}

static int look_for_deed (struct statement *part, void *data)
{
  struct analysis *a = data ;
  struct statement *deed = 0 ;
  if (is_and_or(part) && part->body)
  {
    struct statement left = *part->body ;
    left.next = 0 ;
    if (find_deed(a, &left))
    {
      mark_deed(a, part->body) ;
      mark_starting_deed(a, part->body) ;
    }
  }
  for (struct branch *branch = part->kind == STATEMENT_IF ? part->branches : 0 ; branch ; branch = branch->next)
    if ((deed = find_deed(a, branch->condition)))
    {
      mark_deed(a, deed) ;
      mark_starting_deed(a, deed) ;
    }
  return 0 ;
}

void mark_deeds (struct analysis *a, struct statement *script)
{
  for (; script ; script = script->next) statement_walk(script, &look_for_deed, a) ;
}
