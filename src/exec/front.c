#include <stdio.h>

#include <skalibs/strerr.h>

#include "exec/exec.h"

struct front const *front ;

void usage_die (void)
{
  char text[512] ;
  snprintf(text, sizeof text, "%s %s", front->name, front->usage) ;
  strerr_dieusage(front->usage_code, text) ;
}
