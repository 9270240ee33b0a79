/* How the branches of a case end. */

#include <string.h>

#include "migrate/facts/facts.h"

enum case_end case_end (struct analysis *a, struct branch const *branch)
{
  struct statement const *last = statement_last(branch->body) ;
  char const *end ;
  if (!branch->next) return CASE_ENDS ;
  end = source_copy(a->source, (struct range){ last ? last->range.end : branch->head.end, branch->next->head.start }) ;
  return strstr(end, ";;&") ? CASE_GOES_ON : strstr(end, ";&") ? CASE_FALLS : CASE_ENDS ;
}

int case_falls (struct analysis *a, struct statement const *statement)
{
  if (statement->kind != STATEMENT_CASE) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
    if (case_end(a, branch) != CASE_ENDS) return 1 ;
  return 0 ;
}
