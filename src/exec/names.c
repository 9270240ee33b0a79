#include <stdio.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/path.h"
#include "exec/exec.h"

struct front const *front ;

static struct front const fronts[] =
{
#define NAME(name, run, usage, usage_code, unknown_code, exec_code) { name, run, usage, usage_code, unknown_code, exec_code },
#include "exec/names.def"
} ;

void usage_die (void)
{
  char text[512] ;
  snprintf(text, sizeof text, "%s %s", PROG, front->usage) ;
  strerr_dieusage(front->usage_code, text) ;
}

void front_choose (char const *path)
{
  char const *name = path_last(path) ;
  front = fronts ;
  for (size_t i = 0 ; i < sizeof fronts / sizeof *fronts ; i++)
    if (!strcmp(name, fronts[i].name)) front = fronts + i ;
}
