/* Commands that a sourced file brings, and that set up the shell: conda activate ml. What comes later needs them as
   it needs an export. */

#include <string.h>

#include "migrate/facts/facts.h"

static struct
{
  char const *programs ;
  char const *words ; /* the first word behind the program; "": any */
} const rows[] =
{
  { "conda mamba micromamba", "activate deactivate" },
  { "nvm rvm gvm fnm", "use" },
  { "sdk", "use" },
  { "module ml", "load unload use swap switch purge add rm" },
  { "pyenv rbenv nodenv goenv jenv asdf mise", "shell activate" },
  { "spack", "load" },
  { "workon deactivate chruby", "" },
} ;

int sets_up_shell (struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  if (statement->kind != STATEMENT_COMMAND || statement->background) return 0 ;
  for (size_t i = 0 ; i < ROWS(rows) ; i++)
    if (shell_one_of(command, rows[i].programs)) return !*rows[i].words || shell_one_of(statement_word(statement, 1), rows[i].words) ;
  return 0 ;
}

/* eval "$(conda shell.bash hook)": the code that it prints only defines functions and variables, each time the same. */
int evaluates_hook (struct statement const *statement, char const *text)
{
  static char const *const programs[] =
  {
    "conda shell.", "conda 'shell.", "mamba shell hook", "micromamba shell hook", "pyenv init", "pyenv virtualenv-init", "rbenv init", "nodenv init", "goenv init",
    "jenv init", "fnm env", "mise activate", "mise env", "opam env", "brew shellenv", "luarocks path"
  } ;
  if (strcmp(statement_command(statement), "eval") != 0 || !statement->programs.first || statement->programs.first->next) return 0 ;
  text = strstr(text, "$(") ;
  for (size_t i = 0 ; text && i < ROWS(programs) ; i++)
  {
    char const *begin = text + 2 ;
    size_t path = strcspn(begin, " ") ;
    while (path && begin[path - 1] != '/') path-- ;
    if (!strncmp(begin + path, programs[i], strlen(programs[i]))) return 1 ;
  }
  return 0 ;
}

char const *evaluated_names (struct statement const *statement)
{
  char const *program = statement->programs.first && !statement->programs.first->next ? statement->programs.first->text : "" ;
  if (statement->kind != STATEMENT_DECLARATION && statement->kind != STATEMENT_COMMAND) return "" ;
  if (!shell_one_of(statement_command(statement), "eval export") || statement->nwords < 2 || !strstr(statement->words[1].raw, "$(")) return "" ;
  if (!strcmp(program, "ssh-agent")) return "SSH_AUTH_SOCK SSH_AGENT_PID" ;
  return !strcmp(program, "dbus-launch") ? "DBUS_SESSION_BUS_ADDRESS DBUS_SESSION_BUS_PID" : "" ;
}
