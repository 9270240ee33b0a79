#include <stdlib.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/program.h"
#include "control/control.h"

#define PROGRAM "reeve-check"

int command_check (struct request const *request)
{
  char program[PROGRAM_PATH_MAX] ;
  char const **argv = calloc(request->count + 4, sizeof *argv) ; /* and two options, and the 0 at the end */
  size_t n = 0 ;
  if (!argv) strerr_diefu1sys(EXIT_SYSTEM, "execute " PROGRAM) ;
  argv[n++] = PROGRAM ;
  if (request->json) argv[n++] = "--json" ;
  argv[n++] = "--" ;
  for (size_t i = 0 ; i < request->count ; i++) argv[n++] = request->names[i] ;
  if (!program_beside(program, PROGRAM)) strerr_diefu1sys(EXIT_SYSTEM, "find " PROGRAM " beside reeve, in /command or in " REEVE_BINDIR) ;
  execv(program, (char *const *)argv) ;
  strerr_diefu2sys(EXIT_SYSTEM, "execute ", program) ;
}
