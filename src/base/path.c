#include "base/path.h"

#include <errno.h>
#include <string.h>

int path_join (char *out, size_t size, char const *directory, char const *name)
{
  size_t len = strlen(directory) ;
  size_t rest = strlen(name) + 1 ;
  int slash = len && directory[len - 1] != '/' ;
  if (len + (size_t)slash + rest > size) return (errno = ENAMETOOLONG, 0) ;
  memmove(out, directory, len) ;
  if (slash) out[len++] = '/' ;
  memcpy(out + len, name, rest) ;
  return 1 ;
}

char const *path_last (char const *path)
{
  char const *slash = strrchr(path, '/') ;
  return slash ? slash + 1 : path ;
}
