/* Does a failure of a statement end the script? */

#include <string.h>

#include "migrate/facts/facts.h"

int has_pipefail (struct analysis const *a)
{
  return strstr(a->source->text, "pipefail") || (a->plan->shell_options && strstr(a->plan->shell_options, "pipefail")) ;
}

static int ends_by_errexit (struct analysis *a, struct statement *statement) ;

static int any_ends_by_errexit (struct analysis *a, struct statement *list)
{
  for (; list ; list = list->next)
    if (ends_by_errexit(a, list)) return 1 ;
  return 0 ;
}

/* Where set -e is in force; not pull || true, ! pull, if ! pull; then echo failed; fi */
static int ends_by_errexit (struct analysis *a, struct statement *statement)
{
  if (statement->background) return 0 ;
  switch (statement->kind)
  {
    case STATEMENT_COMMENT :
    case STATEMENT_FUNCTION :
    case STATEMENT_NOT :
    case STATEMENT_DECLARATION : return 0 ;
    case STATEMENT_ASSIGNMENT : return !!statement->programs.first ;
    case STATEMENT_COMMAND : return !is_message(a, statement) && !shell_one_of(statement_command(statement), "true : sleep") ;
    case STATEMENT_AND :
    case STATEMENT_OR : return ends_by_errexit(a, statement->body->next) ;
    case STATEMENT_GROUP :
    case STATEMENT_SUBSHELL : return any_ends_by_errexit(a, statement->body) ;
    case STATEMENT_IF :
    case STATEMENT_CASE :
    case STATEMENT_LOOP :
    case STATEMENT_FOR :
      for (struct branch *branch = statement->branches ; branch ; branch = branch->next)
        if (any_ends_by_errexit(a, branch->body)) return 1 ;
      return 0 ;
    default : return 1 ;
  }
}

/* : "${TOKEN:?is missing}": a shell that is no terminal's ends there, also without set -e. */
static int demands (struct analysis *a, struct statement *statement)
{
  char const *text = statement->kind == STATEMENT_COMMAND || statement->kind == STATEMENT_ASSIGNMENT ? statement_text(a, statement) : "" ;
  for (char const *p = text ; (p = strstr(p, "${")) ; p += 2)
  {
    char const *end = p + 2 + strspn(p + 2, NAME_LETTERS) ;
    if (end > p + 2 && end[*end == ':'] == '?') return 1 ;
  }
  return 0 ;
}

int failing_ends_script (struct analysis *a, struct statement *statement, int errexit)
{
  return (errexit && ends_by_errexit(a, statement)) || may_end(a, statement) || demands(a, statement) ;
}
