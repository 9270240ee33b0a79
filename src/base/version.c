#include "base/version.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include "base/exit.h"

void version_answer (int argc, char const *const *argv, char const *name)
{
  char line[128] ;
  size_t len ;
  if (argc != 2 || strcmp(argv[1], "--version") != 0) return ;
  /* At once: where stderr goes to the same place, no message stands in the midst of the line. */
  snprintf(line, sizeof line, "%s %s\n", name, version_text) ;
  len = strlen(line) ;
  _exit(allwrite(1, line, len) < len ? EXIT_SYSTEM : EXIT_YES) ;
}
