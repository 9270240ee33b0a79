/* Functions that start a server for a while, called by a statement of the setup, or of a task. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

struct keeping
{
  struct analysis *a ;
  int in_setup ;
} ;

/* Such a function is kept as it is, and so are those that it calls. */
static int keep_function (struct statement *statement, void *data)
{
  struct keeping *keeping = data ;
  struct analysis *a = keeping->a ;
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || !starts_something(a, body)) return 0 ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece *piece = a->plan->pieces + i ;
    if (!piece->is_function || strcmp(piece->names, pool_printf(a->pool, " %s ", function->name)) != 0) continue ;
    if (piece->in_setup || (piece->claim && !keeping->in_setup)) return 0 ;
    piece->claim = claim_statement(a, function->statement, "", pool_printf(a->pool, "function %s", function->name)) ;
    piece->in_setup = keeping->in_setup ;
    statement_walk(body, &keep_function, data) ;
    if (piece->in_setup) add_setup(a, function->statement->range, 0) ;
  }
  return 0 ;
}

void keep_functions (struct analysis *a, struct statement *statement, int in_setup)
{
  struct keeping keeping = { .a = a, .in_setup = in_setup } ;
  statement_walk(statement, &keep_function, &keeping) ;
}
