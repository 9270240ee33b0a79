/* The main service as the last thing in the script, on a condition: `A && server`, or
   `if A; then server; fi`. Where the condition fails, the script ended, and the container with it.
   Then run ends with the same code. As the service is main, that is the container's end. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct choice
{
  struct analysis *a ;
  struct service const *service ;
  struct text const *condition ; /* the next one of the service that no statement has been found for */
  struct texts lines ; /* of run: one for each condition before that */
  int is_found ; /* the script ends with the service */
  int stays_elsewhere ; /* but may stay alive in another branch, without a service */
  int is_exact ; /* and the code with which it ended without the service is known */
  unsigned int depth ;
} ;

static void look_at_list (struct choice *c, struct statement *list, char const *failed) ;

static int holds (struct choice const *c, struct statement const *statement)
{
  return statement->kind != STATEMENT_FUNCTION && is_started_in(c->service, statement) ;
}

static int any_holds (struct choice const *c, struct statement const *list)
{
  for (; list ; list = list->next)
    if (holds(c, list)) return 1 ;
  return 0 ;
}

/* `what`: the command that ends the script where the condition with this text fails. What the migration
   has decided, or has put elsewhere (cd DIRECTORY &&), is none of the conditions. */
static void take_condition (struct choice *c, char const *text, char const *what)
{
  struct pool *pool = c->a->pool ;
  if (!c->condition || !strstr(c->condition->text, text)) return ;
  texts_add(pool, &c->lines, pool_printf(pool, "%s || %s", c->condition->text, what)) ;
  c->condition = c->condition->next ;
}

/* The command that ends the script with the code of a list which only prints or exits; 0: the list does more. */
static char const *end_of (struct analysis *a, struct statement *list)
{
  struct statement *last = uncommented_last(list) ;
  if (last && last == list && last->kind == STATEMENT_GROUP) return end_of(a, last->body) ;
  for (; list ; list = list->next)
  {
    if (list->kind == STATEMENT_COMMENT || shell_one_of(statement_command(list), "true :") || is_message(a, list)) continue ;
    if (list != last || strcmp(statement_command(list), "exit") != 0 || list->nwords != 2) return 0 ;
    if (strspn(list->words[1].raw, "0123456789") != strlen(list->words[1].raw)) return 0 ;
    return pool_printf(a->pool, "exit %s", list->words[1].raw) ;
  }
  return "exit 0" ;
}

/* Of if and case: the same, where another branch than that of the service is taken, or none. */
static char const *end_of_others (struct choice *c, struct statement const *statement)
{
  char const *end = statement_else(statement) ? 0 : "exit 0" ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    char const *one ;
    if (any_holds(c, branch->body)) continue ;
    one = end_of(c->a, branch->body) ;
    if (!one || (end && strcmp(one, end) != 0)) return 0 ;
    end = one ;
  }
  return end ? end : "exit 0" ; /* 0: it is the only branch */
}

static int any_stays (struct statement const *statement)
{
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct statement const *last = uncommented_last(branch->body) ;
    if (last && keeps_alive(last)) return 1 ;
  }
  return 0 ;
}

static void look_at_branches (struct choice *c, struct statement const *statement)
{
  struct branch const *taken = statement->branches ;
  char const *others = end_of_others(c, statement) ;
  while (taken && !any_holds(c, taken->body)) taken = taken->next ;
  if (!taken || (!others && statement_else(statement))) return ; /* the script went on in another branch */
  if (!others || case_falls(c->a, statement)) c->is_exact = 0 ;
  c->stays_elsewhere |= any_stays(statement) ;
  take_condition(c, taken->pattern ? "case " : condition_text(c->a, statement->branches), others ? others : "exit 0") ;
  look_at_list(c, taken->body, 0) ;
}

/* `failed`: the command that ends the script where && fails; 0: it ends with the code of what has failed. */
static void look_at_sides (struct choice *c, struct statement *statement, char const *failed)
{
  struct statement *left = statement->body ;
  struct statement *right = left->next ;
  struct statement alone = *left ;
  alone.next = 0 ;
  if (statement->kind == STATEMENT_OR && holds(c, left))
  {
    failed = end_of(c->a, right) ;
    if (!failed) c->is_exact = 0 ;
    look_at_list(c, &alone, failed) ;
    return ;
  }
  take_condition(c, statement_text(c->a, left), statement->kind == STATEMENT_OR ? "exit 0" : failed ? failed : "exit") ;
  look_at_list(c, right, failed) ;
}

static void look_at_part (struct choice *c, struct statement *part, char const *failed)
{
  struct function *function = called_function(c->a, part) ;
  switch (part->kind)
  {
    case STATEMENT_AND :
    case STATEMENT_OR : look_at_sides(c, part, failed) ; break ;
    case STATEMENT_IF :
    case STATEMENT_CASE : look_at_branches(c, part) ; break ;
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL : look_at_list(c, part->body, failed) ; break ;
    default :
      c->is_found = holds(c, part) ;
      if (!c->is_found && function) look_at_list(c, function->statement->body, failed) ;
  }
}

/* A message or an exit behind the service gave the script another code. */
static void look_at_list (struct choice *c, struct statement *list, char const *failed)
{
  struct statement *last = uncommented_last(list) ;
  struct statement *part = last ;
  for (struct statement *one = list ; one ; one = one->next)
    if (holds(c, one)) part = one ;
  if (!part || ++c->depth > 20) return ;
  if (part != last)
  {
    if (!end_of(c->a, part->next)) return ;
    c->is_exact = 0 ;
  }
  look_at_part(c, part, failed) ;
}

/* Did the script stay in something else before? */
static int waited_before (struct analysis const *a, struct service const *service)
{
  return a->waited_line && a->waited_line != service->line ;
}

int settle_last_choice (struct analysis *a, struct service *service, struct statement *script)
{
  struct choice c = { .a = a, .service = service, .condition = service->conditions.first, .is_exact = 1 } ;
  if (!service->is_main || a->plan->goes_on || waited_before(a, service)) return 0 ;
  look_at_list(&c, script, 0) ;
  if (!c.is_found) return 0 ;
  if (c.stays_elsewhere)
  {
    if (service->claim) service->claim->what = pool_printf(a->pool, "%s; where no branch is taken, the script ended, and the container with it; here the container stays up", service->claim->what) ;
    return 0 ;
  }
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && one != service) c.is_exact = 0 ; /* it may be what the script ended with */
  if (!c.is_exact || c.condition || service_has(service, "enable-if") || !service->claim) return 1 ;
  service->ends = c.lines ;
  service->claim->what = pool_printf(a->pool, "%s; where that fails, its run ends, and with it the container, as the script did", service->claim->what) ;
  return 1 ;
}
