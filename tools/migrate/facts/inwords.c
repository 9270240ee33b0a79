/* Daemons that the code of a word starts: OUT=$(nginx 2>&1), [ "$(server --daemonize yes)" = OK ]. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* $(tool -d): its output is what counts, so that the short option of a program that nobody knows is another one. */
static int may_decode (struct statement const *statement)
{
  return statement->nwords == 2 && shell_one_of(statement_word(statement, 1), "-d -D") ;
}

static int is_daemon_start (struct statement *statement, void *data)
{
  return statement->kind == STATEMENT_COMMAND && strcmp(statement_command(statement), "wait") != 0 && !may_decode(statement) && starts_something(data, statement) ;
}

static int starts_in_words (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->programs.first && walk_substituted(a, statement_text(a, statement), &is_daemon_start, a) ;
}

void mark_started_in_words (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  if (statement_walk(statement, &starts_in_words, a))
    plan_todo(a->plan, service, claim, line_of(a, statement), "its words start a daemon, which nothing watches or stops here: make it a service, in the foreground") ;
}
