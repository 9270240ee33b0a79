/* Are two parts of the script in branches of which only one is taken? */

#include "migrate/facts/analysis.h"
#include "migrate/services/services.h"

struct pair
{
  struct range one ;
  struct range other ;
} ;

static int is_in_branch (struct branch const *branch, struct range const *range)
{
  for (struct statement const *one = branch->body ; one ; one = one->next)
    if (one->range.start <= range->start && range->end <= one->range.end) return 1 ;
  return 0 ;
}

/* In branches of which only one is taken? */
static int tells_apart (struct statement *statement, void *data)
{
  struct pair const *pair = data ;
  struct branch const *first = 0 ;
  struct branch const *second = 0 ;
  if (statement->kind != STATEMENT_IF && statement->kind != STATEMENT_CASE) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    if (is_in_branch(branch, &pair->one)) first = branch ;
    if (is_in_branch(branch, &pair->other)) second = branch ;
  }
  return first && second && first != second ;
}

int are_apart (struct statement *first, struct range one, struct range other)
{
  struct pair pair = { one, other } ;
  for (struct statement *statement = first ; statement ; statement = statement->next)
    if (statement_walk(statement, &tells_apart, &pair)) return 1 ;
  return 0 ;
}
