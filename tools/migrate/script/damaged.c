/* Code that no shell can read either. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

int makes_sense (struct analysis *a, struct statement *statement)
{
  return statement->kind <= STATEMENT_DECLARATION || statement->kind == STATEMENT_COMMENT || statement->kind == STATEMENT_FUNCTION
   || statement->kind == STATEMENT_DAMAGED || starts_something(a, statement) ;
}

/* What no shell could execute either, or the grammar does not know, is kept as comments, a line each. */
void keep_damaged (struct analysis *a, struct statement *statement)
{
  struct service *last = plan_last(a->plan) ;
  struct claim *claim ;
  claim = claim_statement(a, statement, last ? service_where(a->plan, last, "run") : plan_setup_where(a->plan),
    "damaged: the parser finds no sense in it; kept as a comment") ;
  for (uint32_t line = line_of(a, statement) ; line <= source_last_line(a->source, statement->range) ; line++)
  {
    char const *text = source_copy(a->source, source_line_range(a->source, line)) ;
    plan_todo(a->plan, last, 0, line, pool_printf(a->pool, "damaged: %s", text + strspn(text, " \t"))) ;
  }
  texts_add(a->pool, &claim->todo, "write it anew") ;
}
