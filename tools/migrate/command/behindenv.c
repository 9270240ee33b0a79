/* What env sets variables for. */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/command.h"

/* env PORT=9000 /app/web: web. env alone only prints. */
char const *command_behind_env (struct statement const *statement, unsigned int first)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *const *program ;
  char const *name = shell_basename(statement_word(statement, first)) ;
  if (strcmp(name, "env") != 0) return name ;
  command_argv(statement, first, argv) ;
  program = daemon_command(argv) ;
  return program ? shell_basename(program[0]) : name ;
}
