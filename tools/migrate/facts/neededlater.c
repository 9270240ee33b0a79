/* Is a variable needed by what is started later? */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* NAME=0 does not read it. */
static int reads (struct analysis *a, struct statement *statement, char const *name)
{
  char const *text = statement_text(a, statement) ;
  char const *own = pool_printf(a->pool, "%s=", name) ;
  if (statement->kind == STATEMENT_ASSIGNMENT && !strncmp(text, own, strlen(own))) text += strlen(own) ;
  return shell_mentions(text, name) ;
}

/* Is it a start, or what the script ends with, or does it set a variable for these? */
static int is_for_start (struct analysis *a, struct statement *statement, int is_end)
{
  if (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION || starts_something(a, statement)) return 1 ;
  return is_end && is_server(a, statement) && !is_message(a, statement) && !shell_one_of(statement_command(statement), "exit return") ;
}

int is_needed_later (struct analysis *a, struct frame const *frame, char const *name)
{
  for (; frame ; frame = frame->up)
    for (struct statement *one = frame->rest ; one ; one = one->next)
      if (reads(a, one, name) && is_for_start(a, one, !one->next && !frame->up)) return 1 ;
  return 0 ;
}
