/* exit 0 in the setup: the script ended there, and with it the container; a file of cont-init.d only ends itself. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static int look_at (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct claim *claim = claim_of(a, statement) ;
  if (claim && !claim->todo.first && statement->kind != STATEMENT_FUNCTION && !strncmp(claim->where, "cont-init.d/", 12)) mark_ending_well(a, 0, statement, claim) ;
  return 0 ;
}

void audit_endsetup (struct analysis *a, struct statement *first)
{
  for (; first ; first = first->next)
    if (first->kind != STATEMENT_FUNCTION) statement_walk_here(first, &look_at, a) ;
}
