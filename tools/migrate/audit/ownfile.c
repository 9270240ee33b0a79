/* sed -i s/FIRST=1/FIRST=0/ "$0": the script changes itself for its next start, and nothing executes it any more. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

static int is_own_file (struct analysis *a, char const *raw)
{
  char const *path = shell_without_quotes(a->pool, with_known_values(a, raw)) ;
  if (shell_one_of(path, "$0 ${0} $BASH_SOURCE ${BASH_SOURCE} ${BASH_SOURCE[0]}")) return 1 ;
  return strchr(path, '/') && !strcmp(shell_basename(path), shell_basename(a->source->name)) ;
}

static int look_at_change (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct claim *claim = claim_of(a, statement) ;
  int changes = 0 ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords || !audit_is_unmarked(claim)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    changes |= statement->redirects[i].is_output && is_own_file(a, statement->redirects[i].target) ;
  if (statement->nwords > 2 && !strcmp(statement_command(statement), "sed") && strstr(statement_text(a, statement), " -i")) changes |= is_own_file(a, statement->words[statement->nwords - 1].raw) ;
  if (changes)
    audit_todo(a, claim, line_of(a, statement), "this changes the script itself for its next start, and nothing executes that any more: keep in a file of its own what it notes, and ask for that") ;
  return 0 ;
}

void audit_ownfile (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  for (; first ; first = first->next) statement_walk(first, &look_at_change, a) ;
}
