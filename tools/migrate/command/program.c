/* The program behind what executes it: nice, env, python, sh. */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/command.h"

/* python3 -u /usr/bin/supervisord -c FILE, sh /etc/init.d/cron start, python -m gunicorn: the words from the program on; 0: no
   interpreter, or one that executes code. */
static char const *const *behind_interpreter (char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  int is_python = !strncmp(name, "python", 6) ;
  if (!is_python && !shell_one_of(name, "perl ruby php node sh bash dash ash zsh")) return 0 ;
  for (argv++ ; *argv && **argv == '-' ; argv++)
  {
    if (is_python && !strcmp(*argv, "-m")) return argv[1] ? argv + 1 : 0 ;
    if (shell_one_of(*argv, "-e -r -") || ((*argv)[1] != '-' && strchr(*argv, 'c'))) return 0 ;
    if (shell_one_of(*argv, "-o -W -X -I -d") && argv[1]) argv++ ;
  }
  return *argv && **argv != '$' ? argv : 0 ;
}

char const *const *command_program (char const *const *argv)
{
  char const *const *program = argv[0] ? daemon_command(argv) : 0 ;
  char const *const *inner = program ? behind_interpreter(program) : 0 ;
  return inner ? inner : program ? program : argv ;
}
