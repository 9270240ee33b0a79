/* What a script says, and does, around its starts and at its end. */

#include <string.h>

#include "migrate/analysis.h"

static void drop (struct analysis *a, struct statement *statement, char const *why)
{
  claim_statement(a, statement, "dropped", why) ;
}

static int mentions_status (struct analysis *a, char const *text)
{
  if (strstr(text, "$?")) return 1 ;
  for (struct text const *one = a->status_names.first ; one ; one = one->next)
    if (shell_mentions(text, one->text)) return 1 ;
  return 0 ;
}

static int ends_script (struct statement *statement, void *data)
{
  (void)data ;
  return !strcmp(statement_command(statement), "exit") ;
}

int walk_talk (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  char const *status = strstr(text, "=$?") ;
  if (statement->kind == STATEMENT_ASSIGNMENT && status && !a->waited_line)
  {
    texts_add(a->pool, &a->status_names, pool_copy(a->pool, text, (size_t)(status - text))) ;
    drop(a, statement, "the status of a start: the supervisor looks at it") ;
    return 1 ;
  }
  if (!only_talks(statement)) return 0 ;
  if (mentions_status(a, text)) drop(a, statement, "looked whether it had failed: the supervisor does") ;
  else if (a->waited_line) drop(a, statement, "a message about the end") ;
  else if (statement_walk(statement, &ends_script, 0))
  {
    /* A check of what the script was given: done before all services. */
    claim_statement(a, statement, plan_setup_where(a->plan), "a check that may end the script, before all services") ;
    add_setup(a, statement->range, 1) ;
  }
  else drop(a, statement, pool_printf(a->pool, "a message: %s", text)) ;
  return 1 ;
}

void walk_after (struct analysis *a, struct statement *statement)
{
  struct service *main = a->plan->services ;
  char const *command = statement_command(statement) ;
  if (is_message(a, statement)) drop(a, statement, "a message about the end") ;
  else if (shell_one_of(command, "kill pkill killall")) drop(a, statement, "the scanner ends the other services") ;
  else if (shell_one_of(command, "exit return wait true :")) drop(a, statement, "the container's exit code is the main service's") ;
  else if (statement->kind == STATEMENT_ASSIGNMENT && strstr(statement_text(a, statement), "$?")) drop(a, statement, "the container's exit code is the main service's") ;
  else
  {
    while (main && !main->is_main && main->next) main = main->next ;
    if (!main) add_ordinary(a, statement) ;
    else
    {
      texts_add(a->pool, &main->finish, statement_text(a, statement)) ;
      claim_statement(a, statement, service_where(a->plan, main, "finish"), "what was done at the end") ;
    }
  }
}

