/* What a script says, and does, around its starts and at its end. */

#include <string.h>

#include "migrate/analysis.h"

static void drop (struct analysis *a, struct statement *statement, char const *why)
{
  claim_statement(a, statement, "dropped", why) ;
}

static int does_more (struct statement *statement, void *data)
{
  (void)data ;
  if (statement->background) return 1 ;
  return statement->kind == STATEMENT_COMMAND ? !shell_one_of(statement_command(statement), "echo printf exit return true false : test [ kill logger")
   : statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION || statement->kind == STATEMENT_OTHER || statement->kind == STATEMENT_LOOP ;
}

int only_talks (struct statement *statement)
{
  return (statement->kind == STATEMENT_IF || statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR || statement->kind == STATEMENT_CASE)
   && !statement_walk(statement, &does_more, 0) ;
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
    plan_setup(a->plan, statement->range, 0, 1) ;
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

int is_message (struct analysis *a, struct statement *statement)
{
  struct function *function = find_function(a, statement_command(statement)) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!shell_one_of(statement->redirects[i].target, "1 2 /dev/null /dev/stderr /dev/stdout")) return 0 ;
  if (function && function->statement->body && function->statement->body->kind == STATEMENT_GROUP)
  {
    for (struct statement *one = function->statement->body->body ; one ; one = one->next)
      if (!shell_one_of(statement_command(one), "echo printf local") && one->kind != STATEMENT_COMMENT) return 0 ;
    return !!function->statement->body->body ;
  }
  return shell_one_of(statement_command(statement), "echo printf") ;
}
