/* exec, and eval or . at the end: the script becomes another program. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

void walk_exec (struct analysis *a, struct statement *statement)
{
  struct launch launch ;
  command_unwrap(a->pool, statement, &launch) ;
  if (starts_itself(a, statement, &launch))
  {
    if (a->waited_line) main_is_none(a) ; /* exec "$0" behind the end: all began anew */
    return ;
  }
  if (begins_anew(a, statement, &launch)) return ;
  if (runs_nothing(a, statement) || (is_image_command(a, statement) && !a->positional && a->waited_line))
  {
    if (a->waited_in_branch)
      texts_add(a->pool, &claim_statement(a, statement, "dropped", "the script's end")->todo, "it ran where none of the branches above was taken: is that to be a service, too?") ;
    if (a->waited_in_branch && !a->conditions.first) a->replaced_line = line_of(a, statement) ;
    drop_statement(a, statement, a->waited_line && runs_nothing(a, statement) && has_main(a) && !a->errexit ? pool_printf(a->pool,
        "there are no words for it: it ran nothing, and gave 0 when what line %u waits for had ended; now the container ends with the code of that, which is main", a->waited_line)
      : a->waited_line ? pool_printf(a->pool, "ran only when what line %u waits for had ended%s: it never did", a->waited_line, has_main(a) ? ", which is main" : "")
      : a->plan->cmd[0] ? "nothing is left of CMD: it ran nothing" : "there is no CMD: it ran nothing") ;
    return ;
  }
  if (start_console(a, statement)) plan_last(a->plan)->is_exec = 1 ;
  else start_service(a, statement, START_MAIN)->is_exec = 1 ;
  if (!a->conditions.first) a->replaced_line = line_of(a, statement) ;
  else a->branch_replaced = 1 ;
}

/* eval exec server $ARGS, eval "exec server $ARGS" */
int evaluates_exec (struct statement const *statement)
{
  char const *raw = statement->nwords > 1 ? statement->words[1].raw : "" ;
  if (strcmp(statement_command(statement), "eval") != 0) return 0 ;
  raw += *raw == '"' || *raw == '\'' ;
  return !strncmp(raw, "exec", 4) && (!raw[4] || raw[4] == ' ') ;
}

/* It becomes a program, whose words the shell reads a second time. */
void walk_evaluated_exec (struct analysis *a, struct statement *statement)
{
  struct service *service = start_service(a, statement, START_MAIN) ;
  service->is_exec = 1 ;
  service->without_signals = 0 ;
  plan_todo(a->plan, service, service->claim, line_of(a, statement), "eval reads the words of the program a second time: look at what the variables in it hold") ;
  if (!a->conditions.first) a->replaced_line = line_of(a, statement) ;
  else a->branch_replaced = 1 ;
}

static int evaluates_variable (struct statement const *statement)
{
  char const *raw = statement->nwords > 1 ? statement->words[1].raw : "" ;
  raw += *raw == '"' ;
  return !strcmp(statement_command(statement), "eval") && *raw == '$' && raw[1] != '(' ;
}

/* . /usr/local/bin/docker-entrypoint.sh server; not . venv/bin/activate */
static int reads_script (struct statement const *statement)
{
  static char const *const settings[] = { "env", "activate", "profile", "rc", "conf", "vars", "setting", "setup" } ;
  char const *file = shell_one_of(statement_command(statement), "source .") && statement->nwords > 1 ? shell_basename(statement->words[1].raw) : "" ;
  for (size_t i = 0 ; i < ROWS(settings) ; i++)
    if (strstr(file, settings[i])) return 0 ;
  return *file && *file != '$' ;
}

/* eval "$COMMAND", . FILE, with which the script ends: it runs what the variable or the file holds, and sets nothing for others. */
int walk_evaluated_end (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct service *service ;
  int reads = a->plan->services && reads_script(statement) ;
  if ((!reads && !evaluates_variable(statement)) || !is_last(a, frame) || a->waited_line || a->in_function) return 0 ;
  service = start_service(a, statement, START_MAIN) ;
  if (reads) plan_todo(a->plan, service, service->claim, service->line, "the script ended with this file, which it read: if that starts no server in the end, remove this service") ;
  script_waits(a, line_of(a, statement)) ;
  return 1 ;
}
