/* "$0" serve: does a file execute itself, where the script has executed itself? With a Dockerfile it has the script's path. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

static int look_at (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct claim *claim = claim_of(a, statement) ;
  struct launch launch ;
  unsigned int first ;
  char const *name = 0 ;
  if (statement->kind != STATEMENT_COMMAND || !claim || claim_is_dropped(claim)) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  first = other_words(a, statement, &launch) ;
  if (first) name = statement->words[first - 1].raw ;
  else if ((name = other_words_in_code(a, &launch))) name = pool_copy(a->pool, name, strcspn(name, " \"\\")) ;
  if (name && strchr(name, '$'))
    audit_todo(a, claim, line_of(a, statement), pool_printf(a->pool, "%s was the script, and is this file here: give --dockerfile, or write the script's path, and leave the script in the image", name)) ;
  return 0 ;
}

void audit_ownname (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)files ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &look_at, a) ;
}
