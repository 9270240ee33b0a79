#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/trust.h"
#include "init/init.h"

static int fits (int n)
{
  if (n >= 0 && n < PLACE_MAX) return 1 ;
  errno = ENAMETOOLONG ;
  return 0 ;
}

static size_t parent_length (char const *live)
{
  char const *slash = strrchr(live, '/') ;
  return slash ? (size_t)(slash - live) : 0 ;
}

int place_beside (char out[PLACE_MAX], char const *live, char const *rest)
{
  return fits(snprintf(out, PLACE_MAX, "%.*s/%s", (int)parent_length(live), live, rest)) ;
}

int place_control (char out[PLACE_MAX], char const *live, char const *rest)
{
  return fits(snprintf(out, PLACE_MAX, "%s/" CONTROL_DIRECTORY "/%s", live, rest)) ;
}

static int make_one (char const *path, unsigned int mode)
{
  struct trust_refusal why ;
  int fd = trust_directory(path, TRUST_CREATE, mode, &why) ;
  if (fd >= 0)
  {
    fd_close(fd) ;
    return 1 ;
  }
  place_say_refused(path, &why) ;
  errno = why.reason == TRUST_FAILED ? why.err : EPERM ;
  return 0 ;
}

void place_say_refused (char const *path, struct trust_refusal const *why)
{
  char text[TRUST_WHY_MAX] ;
  if (why->reason != TRUST_FAILED) strerr_warnw4x("not using ", path, ": ", trust_why(why, text)) ;
}

int place_make (char const *live, char const *rest, unsigned int mode)
{
  char path[PLACE_MAX] ;
  if (!place_beside(path, live, rest)) return 0 ;
  for (char *slash = path + parent_length(live) + 1 ; (slash = strchr(slash, '/')) ; slash++)
  {
    *slash = 0 ;
    if (!make_one(path, 0755)) return 0 ;
    *slash = '/' ;
  }
  return make_one(path, mode) ;
}
