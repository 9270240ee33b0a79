#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/path.h"
#include "base/version.h"
#include "init/init.h"

char const *PROG = "init" ;

static struct { char const *name ; int (*main) (int, char const *const *) ; } const known[] =
{
#define NAME(name, main) { name, main },
#define NAME_OF_LINK(name, main) NAME(name, main)
#include "init/names.def"
} ;

int main (int argc, char const *const *argv)
{
  char const *name = path_last(argc && argv[0] ? argv[0] : "") ;
  for (size_t i = 0 ; i < sizeof known / sizeof *known ; i++)
  {
    if (strcmp(name, known[i].name) != 0) continue ;
    PROG = message_program(known[i].name) ;
    message_begin_waiting() ;
    return (*known[i].main)(argc, argv) ;
  }
  if (getpid() != 1) version_answer(argc, argv, "reeve-init") ; /* as PID 1, the arguments are CMD */
  return prepare_main(argc, argv) ;
}
