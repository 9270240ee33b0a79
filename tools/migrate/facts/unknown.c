/* Work of the setup, or of a task, that may set variables nobody knows here. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* eval $(agent), export $(bus-launch): nobody knows which variables these set. */
static int sets_unknown (struct statement *statement, void *data)
{
  char const *command = statement_command(statement) ;
  (void)data ;
  if (!strcmp(command, "eval")) return !evaluates_nothing(statement) ;
  if (!shell_one_of(command, "export declare typeset readonly")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    raw += *raw == '"' ;
    if (!strncmp(raw, "$(", 2) || *raw == '`') return 1 ;
  }
  return 0 ;
}

#define UNKNOWN_CODE "it runs whatever the variable holds, once: variables that this sets reach no service"
#define UNKNOWN_VARIABLES "which variables it sets is not known: they reach no service"

/* eval "$HOOK", or a function that does that */
static int executes (struct analysis *a, struct statement *statement)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : statement ;
  return body && statement_walk(body, &executes_variable, 0) ;
}

/* load_settings, docker_setup_env: few programs have such names, and no program sets a variable for others. */
static int sets_by_name (struct analysis *a, struct statement const *statement)
{
  static char const *const marks[] = { "_env", "env_", "_vars", "settings", "_secrets", "export_" } ;
  char const *name = statement->kind == STATEMENT_COMMAND ? statement_command(statement) : "" ;
  if (!strchr(name, '_') || strspn(name, NAME_LETTERS) != strlen(name) || find_function(a, name)) return 0 ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(name, marks[i])) return 1 ;
  return 0 ;
}

void mark_unknown (struct analysis *a, struct service *service, struct statement *statement, struct claim *claim)
{
  if (executes(a, statement))
    plan_todo(a->plan, service, claim, line_of(a, statement), service ? UNKNOWN_CODE ", and what it leaves running is ended behind it" : UNKNOWN_CODE) ;
  else if (sets_by_name(a, statement))
    plan_todo(a->plan, service, claim, line_of(a, statement), "by its name, a function of a file that is sourced, which sets variables: they reach no other file: call it in the run of each service that needs them, too") ;
  else if (statement_walk(statement, &sets_unknown, 0) || (!service && shell_one_of(statement_command(statement), "source .") && !sourced_sets_nothing(a, statement)))
    plan_todo(a->plan, service, claim, line_of(a, statement), service ? UNKNOWN_VARIABLES "; what it leaves running is ended behind it: make that a service" : UNKNOWN_VARIABLES) ;
}

void note_unknown_code (struct analysis *a, struct statement *statement, struct claim *claim)
{
  if (executes(a, statement)) texts_add_once(a->pool, &claim->todo, UNKNOWN_CODE) ;
}
