/* A file that the script read behind its last start (. FILE): no file here reads it, for there is nothing that its
   variables are for. What it did beside setting them is lost. */

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

static int look_at_file (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct claim *claim = claim_of(a, statement) ;
  if (!claim || claim->todo.first || !claim_is_dropped(claim) || !claim->if_kept || audited_definition(a, claim)) return 0 ;
  if (sourced_may_work(a, statement, source_copy(a->source, claim->range)))
    audit_lost(a, claim, line_of(a, statement), pool_printf(a->pool, "the script read %s here, and nothing does now: if it does more than set variables, let a task behind this execute it", statement->words[1].raw)) ;
  return 0 ;
}

void audit_readfiles (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  for (; first && a->plan->services ; first = first->next) statement_walk(first, &look_at_file, a) ;
}
