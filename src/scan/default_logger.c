#include "scan/default_logger.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/program.h"
#include "scan/origin.h"

#define PROGRAM "reeve-log"

void default_logger_use (struct scanner *s, char const *format)
{
  if (strcmp(format, "prefix") != 0 && strcmp(format, "json") != 0)
    strerr_dief3x(EXIT_USAGE, "invalid -L \"", format, "\": allowed: prefix, json") ;
  if (!program_beside(s->logger, PROGRAM) && !s->upgrade.done)
    strerr_diefu1sys(EXIT_SYSTEM, "find reeve-log beside reeve-scan, in /command or in " REEVE_BINDIR) ;
  if (setenv("REEVE_LOG", format, 1) == -1 && !s->upgrade.done) strerr_diefu1sys(EXIT_SYSTEM, "set REEVE_LOG for the loggers") ;
}

/* Whoever types has to see what it writes, also before there is a newline. */
static int talks_to_terminal (struct scanner const *s, struct unit const *unit)
{
  return unit->console.there && !s->cmd.argv && (!s->console || s->console == unit) && isatty(0) ;
}

int default_logger_wanted (struct scanner const *s, struct unit const *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  if (!s->logger[0] || unit->foreign || s->in_place || talks_to_terminal(s, unit)) return 0 ;
  return !origin_find(s, unit, "log", path, sizeof path, &st) ;
}
