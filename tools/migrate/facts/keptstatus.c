/* How a program has ended, where the script keeps that: RC=$?, RC=${PIPESTATUS[0]}, server || RC=1 */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* Behind NAME= */
static int is_status (char const *value)
{
  value += strspn(value, "(\"") ;
  return !strncmp(value, "$?", 2) || !strncmp(value, "$PIPESTATUS", 11) || !strncmp(value, "${PIPESTATUS", 12) ;
}

char const *status_kept (struct analysis *a, struct statement const *statement)
{
  char const *text ;
  if (statement->kind != STATEMENT_ASSIGNMENT && statement->kind != STATEMENT_DECLARATION) return 0 ;
  text = statement_text(a, statement) ;
  for (char const *end = text ; (end = strchr(end, '=')) ; end++)
  {
    char const *start = end ;
    if (!statement->keeps_status && !is_status(end + 1)) continue ;
    while (start > text && start[-1] != ' ') start-- ;
    return pool_copy(a->pool, start, (size_t)(end - start)) ;
  }
  return 0 ;
}

struct looking
{
  struct analysis *a ;
  char const *text ; /* that may ask for it */
} ;

static int is_asked_for (struct statement *statement, void *data)
{
  struct looking const *looking = data ;
  char const *name = status_kept(looking->a, statement) ;
  return name && strchr(looking->text, '$') && shell_mentions(looking->text, name) ;
}

int asks_status_of_round (struct analysis *a, struct statement *loop, char const *text)
{
  return (loop->kind == STATEMENT_LOOP || loop->kind == STATEMENT_FOR) && statement_walk(loop, &is_asked_for, &(struct looking){ .a = a, .text = text }) ;
}
