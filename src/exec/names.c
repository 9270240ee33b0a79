#include <string.h>

#include "base/path.h"
#include "exec/exec.h"

static struct front const fronts[] =
{
#define NAME(name, run, usage, usage_code, unknown_code, exec_code) { name, run, usage, usage_code, unknown_code, exec_code },
#include "exec/names.def"
} ;

void front_choose (char const *path)
{
  char const *name = path_last(path) ;
  front = fronts ;
  for (size_t i = 0 ; i < sizeof fronts / sizeof *fronts ; i++)
    if (!strcmp(name, fronts[i].name)) front = fronts + i ;
}
