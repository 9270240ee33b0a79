/* Code that stays as comments: no shell can read it either, or it is nested too deep. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

int makes_sense (struct analysis *a, struct statement *statement)
{
  return statement->kind <= STATEMENT_DECLARATION || statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_FUNCTION
   || statement->kind == STATEMENT_DAMAGED || starts_something(a, statement) ;
}

/* Comments, a line each. */
static void keep_as_comments (struct analysis *a, struct statement *statement, char const *why, char const *what, char const *todo)
{
  struct service *last = plan_last(a->plan) ;
  struct claim *claim ;
  claim = claim_statement(a, statement, last ? service_where(a->plan, last, "run") : plan_setup_where(a->plan),
    what) ;
  for (uint32_t line = line_of(a, statement) ; line <= source_last_line(a->source, statement->range) ; line++)
  {
    char const *text = source_copy(a->source, source_line_range(a->source, line)) ;
    plan_todo(a->plan, last, 0, line, pool_printf(a->pool, "%s: %s", why, text + strspn(text, " \t"))) ;
  }
  texts_add(a->pool, &claim->todo, todo) ;
}

/* What no shell could execute either, or the grammar does not know. */
void keep_damaged (struct analysis *a, struct statement *statement)
{
  keep_as_comments(a, statement, "damaged", "damaged: the parser finds no sense in it; kept as a comment", "write it anew") ;
}

void keep_deep (struct analysis *a, struct statement *statement)
{
  keep_as_comments(a, statement, "do by hand", "nested too deep to be followed, kept as a comment", "start what it starts by services of their own") ;
}
