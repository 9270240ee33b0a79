#include "base/version.h"

#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include "base/exit.h"

void version_answer (int argc, char const *const *argv, char const *name)
{
  char const *const parts[] = { name, " ", version_text, "\n" } ;
  if (argc != 2 || strcmp(argv[1], "--version") != 0) return ;
  for (size_t i = 0 ; i < sizeof parts / sizeof *parts ; i++)
    if (allwrite(1, parts[i], strlen(parts[i])) < strlen(parts[i])) _exit(EXIT_SYSTEM) ;
  _exit(EXIT_YES) ;
}
