#include <sys/stat.h>

#include "check/check.h"

int check_exists (char const *file)
{
  struct stat st ;
  return !stat(file, &st) ;
}
