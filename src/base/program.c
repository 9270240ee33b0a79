#include "base/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REPLACED " (deleted)" /* as the kernel says it */

void program_self (char out[PROGRAM_PATH_MAX], char const *name)
{
  size_t suffix = sizeof REPLACED - 1 ;
  ssize_t r = readlink("/proc/self/exe", out, PROGRAM_PATH_MAX - 1) ;
  if (r <= 0)
  {
    snprintf(out, PROGRAM_PATH_MAX, REEVE_BINDIR "/%s", name) ;
    return ;
  }
  out[r] = 0 ;
  if ((size_t)r > suffix && !strcmp(out + r - suffix, REPLACED)) out[(size_t)r - suffix] = 0 ;
}
