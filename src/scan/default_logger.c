#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "scan/scanner.h"

#define PROGRAM "reeve-log"

/* Beside this program, or where it was installed. */
static int find_program (char out[SCAN_PATH_MAX])
{
  ssize_t r = readlink("/proc/self/exe", out, SCAN_PATH_MAX - sizeof "/" PROGRAM) ;
  if (r > 0)
  {
    char *slash ;
    out[r] = 0 ;
    slash = strrchr(out, '/') ;
    if (slash)
    {
      memcpy(slash + 1, PROGRAM, sizeof PROGRAM) ;
      if (!access(out, X_OK)) return 1 ;
    }
  }
  memcpy(out, REEVE_BINDIR "/" PROGRAM, sizeof REEVE_BINDIR "/" PROGRAM) ;
  if (!access(out, X_OK)) return 1 ;
  memcpy(out, "/command/" PROGRAM, sizeof "/command/" PROGRAM) ; /* what /init is in the overlay */
  return !access(out, X_OK) ;
}

void default_logger_use (struct scanner *s, char const *format)
{
  if (strcmp(format, "prefix") != 0 && strcmp(format, "json") != 0)
    strerr_dief3x(100, "invalid -L \"", format, "\": allowed: prefix, json") ;
  if (!find_program(s->logger)) strerr_diefu1sys(111, "find reeve-log beside reeve-scan or as " REEVE_BINDIR "/" PROGRAM) ;
  if (setenv("REEVE_LOG", format, 1) == -1) strerr_diefu1sys(111, "set REEVE_LOG for the loggers") ;
}

int default_logger_wanted (struct scanner const *s, struct unit const *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  if (!s->logger[0] || unit->foreign || s->in_place) return 0 ;
  snprintf(path, sizeof path, "%s/%s" LOGGER_SUFFIX, s->scan, unit->name) ;
  return lstat(path, &st) == -1 ;
}
