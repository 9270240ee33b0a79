#include <stdlib.h>

#include "exec/exec.h"

char const *PROG = "reeve-exec" ;

int main (int argc, char **argv)
{
  front_choose(argc ? argv[0] : "") ;
  PROG = front->name ;
  original_path = getenv("PATH") ;
  (*front->run)(argc, argv) ;
}
