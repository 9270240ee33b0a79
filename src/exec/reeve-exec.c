#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/version.h"
#include "exec/exec.h"

char const *PROG = "reeve-exec" ;

int main (int argc, char **argv)
{
  front_choose(argc ? argv[0] : "") ;
  if (!strcmp(front->name, PROG)) version_answer(argc, (char const *const *)argv, PROG) ;
  PROG = message_program(front->name) ;
  message_begin_waiting() ;
  original_path = getenv("PATH") ;
  (*front->run)(argc, argv) ;
}
