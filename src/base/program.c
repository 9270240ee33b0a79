#include "base/program.h"

#include <errno.h>
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

static int executable (char out[PROGRAM_PATH_MAX], char const *directory, char const *name)
{
  int n = snprintf(out, PROGRAM_PATH_MAX, "%s/%s", directory, name) ;
  if (n > 0 && n < PROGRAM_PATH_MAX) return !access(out, X_OK) ;
  errno = ENAMETOOLONG ;
  return 0 ;
}

int program_beside (char out[PROGRAM_PATH_MAX], char const *name)
{
  char self[PROGRAM_PATH_MAX] ;
  char *slash ;
  program_self(self, name) ;
  slash = strrchr(self, '/') ;
  if (slash) *slash = 0 ;
  return executable(out, self, name) || executable(out, "/command", name) || executable(out, REEVE_BINDIR, name) ;
}
