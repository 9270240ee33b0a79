/* What kept the container alive behind the input: CMD /start.sh && tail -f /dev/null */

#include "migrate/dockerpatch/starting.h"
#include "migrate/facts/facts.h"

static int only_keeps (struct statement const *statement)
{
  return !statement->background && keeps_alive(statement) ;
}

struct statement *last_work (struct statement *list, struct statement **kept)
{
  struct statement *last = 0 ;
  for (struct statement *one = list ; one ; one = one->next)
    if (one->kind != STATEMENT_COMMENT && !only_keeps(one)) last = one ;
  *kept = last ? last->next : 0 ;
  while (last && last->kind == STATEMENT_AND && last->body)
    if (!*kept && only_keeps(last->body->next))
    {
      *kept = last->body->next ;
      last = last->body ;
    }
    else last = last->body->next ;
  return last && last->background && *kept ? 0 : last ; /* it went on beside the input */
}

struct statement *ahead_of_pipe (struct statement *statement)
{
  int is_piped = statement && statement->kind == STATEMENT_PIPELINE && !statement->background && statement->body && statement->body->kind == STATEMENT_COMMAND ;
  return is_piped ? statement->body : statement ;
}
