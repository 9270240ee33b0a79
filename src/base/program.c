#include "base/program.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REPLACED " (deleted)" /* as the kernel says it */

static int join (char out[PROGRAM_PATH_MAX], char const *directory, char const *name)
{
  size_t len = strlen(directory) ;
  size_t rest = strlen(name) ;
  if (len + rest + 2 > PROGRAM_PATH_MAX) return (errno = ENAMETOOLONG, 0) ;
  memcpy(out, directory, len) ;
  out[len] = '/' ;
  memcpy(out + len + 1, name, rest + 1) ;
  return 1 ;
}

void program_self (char out[PROGRAM_PATH_MAX], char const *name)
{
  size_t suffix = sizeof REPLACED - 1 ;
  ssize_t r = readlink("/proc/self/exe", out, PROGRAM_PATH_MAX - 1) ;
  if (r <= 0)
  {
    if (!join(out, REEVE_BINDIR, name)) *out = 0 ;
    return ;
  }
  out[r] = 0 ;
  if ((size_t)r > suffix && !strcmp(out + r - suffix, REPLACED)) out[(size_t)r - suffix] = 0 ;
}

static int executable (char out[PROGRAM_PATH_MAX], char const *directory, char const *name)
{
  return join(out, directory, name) && !access(out, X_OK) ;
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
