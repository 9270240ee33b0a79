/* The loop that a function, or a shell around it, only is. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"

void tell_of_loop (struct analysis *a, struct function *function, struct claim const *loop)
{
  function->walked = 1 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
    if (a->plan->pieces[i].is_function && !strcmp(a->plan->pieces[i].names, pool_printf(a->pool, " %s ", function->name)))
      a->plan->pieces[i].became = pool_printf(a->pool, "function %s: %s", function->name, loop->what) ;
}

/* The only statement among comments; 0: there are several. */
static struct statement *only_statement (struct statement *list)
{
  struct statement *only = 0 ;
  for (; list ; list = list->next)
  {
    if (list->kind == STATEMENT_COMMENT) continue ;
    if (only) return 0 ;
    only = list ;
  }
  return only ;
}

struct statement *loop_inside (struct analysis *a, struct statement *statement, struct function **function)
{
  struct statement *inside = statement ;
  *function = statement->kind == STATEMENT_COMMAND && statement->nwords == 1 && !statement->nassignments ? called_function(a, statement) : 0 ;
  if (*function && !statement->nredirects) inside = (*function)->statement->body ;
  while (inside && (inside->kind == STATEMENT_GROUP || inside->kind == STATEMENT_SUBSHELL))
    inside = inside->nredirects ? 0 : only_statement(inside->body) ;
  return inside && inside->kind == STATEMENT_LOOP && !inside->background ? inside : 0 ;
}
