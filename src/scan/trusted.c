#include "scan/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/trust.h"
#include "service/dependencies.h"
#include "service/enable_if.h"
#include "service/settings.h"
#include "wire/fifodir.h"

static int within (char const *name, struct trust_refusal *why)
{
  char entry[sizeof why->path] ;
  memcpy(entry, why->path, sizeof entry) ;
  snprintf(why->path, sizeof why->path, "%.255s/%.3800s", name, entry) ;
  return 0 ;
}

static int file_is (int dir, char const *name, char const *file, struct trust_refusal *why)
{
  return trust_entry(dir, file, 0, 0, why) || trust_is_missing(why) || within(name, why) ;
}

/* Are the files to be trusted that a supervisor executes or reads in a service directory? */
static int files_are (int dir, char const *name, struct trust_refusal *why)
{
  static char const *const files[] = { "run", "finish", "down", ENABLE_IF_FILE } ;
  char const *file ;
  for (size_t i = 0 ; i < sizeof files / sizeof *files ; i++)
    if (!file_is(dir, name, files[i], why)) return 0 ;
  for (size_t i = 0 ; (file = settings_file(i)) ; i++)
    if (!file_is(dir, name, file, why)) return 0 ;
  return 1 ;
}

/* Are the files in supervise/ to be trusted? The logger's input is excepted: a service that has
   dropped root opens it by name, so everybody may write to it. */
static int supervise_is (char const *name, struct trust_refusal *why)
{
  char path[UNIT_PATH_MAX] ;
  snprintf(path, sizeof path, "%s/supervise", name) ;
  return trust_entries(path, TRUST_HERE, "control", "pipe", why) || trust_is_missing(why) ;
}

/* Is dependencies.d to be trusted? It tells what a service waits for. If it is not a directory,
   nobody reads it. */
static int needs_are (char const *name, struct trust_refusal *why)
{
  char path[UNIT_PATH_MAX + sizeof "/" DEPENDENCIES] ;
  snprintf(path, sizeof path, "%s/" DEPENDENCIES, name) ;
  return trust_entries(path, TRUST_HERE, 0, 0, why) || trust_is_missing(why) || (why->reason == TRUST_FAILED && why->err == ENOTDIR) ;
}

/* Is event/ to be trusted? Others may write to it, to put listeners there; nothing in it is
   believed. */
static int event_is (int dir, char const *name, struct trust_refusal *why)
{
  struct stat st ;
  if (!trust_entry(dir, FIFODIR, 0, 1, why) && why->reason != TRUST_WRITABLE) return trust_is_missing(why) || within(name, why) ;
  if (fstatat(dir, FIFODIR, &st, 0) == -1) return 1 ; /* its user reports the error */
  st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH) ;
  return trust_stat(&st, 0, 0, why) || within(name, why) ;
}

static int is_trusted (char const *name, struct trust_refusal *why)
{
  int dir = trust_directory(name, TRUST_HERE, 0, why) ;
  int ok ;
  if (dir == -1) return trust_is_missing(why) ; /* a missing directory is reported where it is needed */
  ok = files_are(dir, name, why) && event_is(dir, name, why) && supervise_is(name, why) && needs_are(name, why) ;
  fd_close(dir) ;
  return ok ;
}

int trusted_directory (struct scanner const *s, char const *name, int say)
{
  char logger[UNIT_PATH_MAX] ;
  char text[TRUST_WHY_MAX] ;
  struct trust_refusal why ;
  snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, name) ;
  if (is_trusted(name, &why) && is_trusted(logger, &why)) return 1 ;
  if (say) strerr_warnw6x("the service ", message_about(name), " in ", s->live, " is not to be trusted, and not served: ", trust_why(&why, text)) ;
  return 0 ;
}

int trusted_file (char const *path)
{
  char text[TRUST_WHY_MAX] ;
  struct trust_refusal why ;
  if (trust_entry(AT_FDCWD, path, 0, 0, &why)) return 1 ;
  if (!trust_is_missing(&why)) strerr_warnw4x("not using ", path, ": ", trust_why(&why, text)) ;
  errno = ENOENT ;
  return 0 ;
}
