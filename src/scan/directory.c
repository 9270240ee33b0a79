#include "scan/directory.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "scan/again.h"
#include "scan/origin.h"
#include "service/executable.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/state.h"

int directory_absent (struct scanner *s, char const *path)
{
  int forbidden = errno == EACCES ;
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return 1 ;
  if (!s->look.quiet)
    strerr_warnwu3sys("examine ", path, forbidden ? " (order a rescan when that is fixed)" : " (next try in 1 second)") ;
  if (forbidden) return 0 ;
  s->look.doubtful = 1 ;
  again_later(s, AGAIN_SCAN) ;
  return 0 ;
}

int directory_has (struct scanner const *s, struct unit const *unit, char const *file)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  return origin_find(s, unit, file, path, sizeof path, &st) || (errno != ENOENT && errno != ENOTDIR) ;
}

int directory_has_own (struct scanner const *s, struct unit const *unit, char const *file)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  snprintf(path, sizeof path, "%s/%s/%s", s->scan, unit->name, file) ;
  return lstat(path, &st) != -1 || (errno != ENOENT && errno != ENOTDIR) ;
}

int directory_has_logger (struct scanner const *s, struct unit const *unit)
{
  char name[UNIT_PATH_MAX] ;
  if (directory_has(s, unit, "log/run")) return 1 ;
  if (!unit->foreign) return 0 ; /* earlier.c has taken over the loggers of these */
  snprintf(name, sizeof name, "%s" LOGGER_SUFFIX, unit->name) ;
  return directory_runs(s, name) ;
}

/* Is the unit's directory gone, from SCAN or from LIVE? A counted instance needs none. */
static int is_gone (struct scanner const *s, struct unit const *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  if (unit->instances.is_counted) return 0 ;
  if (unit->foreign) snprintf(path, sizeof path, "%s/.", unit->name) ;
  else snprintf(path, sizeof path, "%s/%s/.", s->scan, unit->name) ;
  return stat(path, &st) == -1 && (errno == ENOENT || errno == ENOTDIR) ;
}

enum unit_event directory_examine (struct scanner *s, struct unit *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  origin_look(s, unit) ;
  if (is_gone(s, unit)) return UNIT_UNSEEN ;
  origin_find(s, unit, "run", path, sizeof path, &st) ;
  if (stat(path, &st) == -1 || (S_ISREG(st.st_mode) && access(path, X_OK) == -1))
  {
    if (errno != EACCES) directory_absent(s, path) ;
    return UNIT_SEEN_INCOMPLETE ;
  }
  return S_ISREG(st.st_mode) ? UNIT_SEEN_COMPLETE : UNIT_SEEN_INCOMPLETE ;
}

char const *directory_why_incomplete (struct scanner const *s, struct unit const *unit, char *out, size_t size)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  origin_find(s, unit, "run", path, sizeof path, &st) ;
  return executable_why_not(path, EACCES, out, size) ;
}

/* ---- who supervises LIVE/NAME ---- */

pid_t directory_supervisor (char const *name)
{
  char path[UNIT_PATH_MAX + sizeof "/" SUPERVISE_LOCK] ;
  int foreign ;
  snprintf(path, sizeof path, "%s/" SUPERVISE_LOCK, name) ;
  return lock_holder(path, &foreign) ;
}

int directory_is_unfinished (struct scanner const *s, char const *name)
{
  struct state state ;
  int r ;
  if (!s->same_life) return 0 ;
  r = state_recover(name, &state, 0) ;
  if (r) return r == 1 ? !(state.flags & STATE_HAS_LEFT) : !!state.process.pid ;
  return errno == ENOENT || errno == ENOTDIR || errno == EPROTO ? 0 : -1 ;
}

int directory_runs (struct scanner const *s, char const *name)
{
  return directory_supervisor(name) > 0 || directory_is_unfinished(s, name) > 0 ;
}

/* ---- where it is ---- */

void directory_identify (struct stat const *st, char identity[IDENTITY_MAX])
{
  snprintf(identity, IDENTITY_MAX, "/%jx:%jx", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino) ;
}

int directory_is_lost (struct unit const *unit)
{
  char identity[IDENTITY_MAX] ;
  struct stat st ;
  if (!unit->foreign) return 0 ;
  if (stat(unit->name, &st) == -1) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ;
  directory_identify(&st, identity) ;
  return !unit->producer && strcmp(identity, unit->identity) != 0 ;
}

/* Looks for the entry of LIVE that has this identity. Returns 1 with its name, 0: there is none, or
   -1 with errno. */
static int search (char const *identity, char name[NAME_MAX + 1])
{
  char of_entry[IDENTITY_MAX] ;
  struct dirent *e ;
  struct stat st ;
  int err ;
  DIR *dir = opendir(".") ;
  name[0] = 0 ;
  if (!dir) return -1 ;
  while ((errno = 0, e = readdir(dir)))
  {
    if (e->d_name[0] == '.' || service_name_fault(e->d_name) || stat(e->d_name, &st) == -1) continue ;
    directory_identify(&st, of_entry) ;
    if (strcmp(of_entry, identity) != 0) continue ;
    snprintf(name, NAME_MAX + 1, "%s", e->d_name) ;
    break ;
  }
  err = e ? 0 : errno ;
  closedir(dir) ;
  errno = err ;
  return e ? 1 : err ? -1 : 0 ;
}

static int is_there (char const *path)
{
  struct stat st ;
  if (!lstat(path, &st)) return 1 ;
  return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1 ;
}

int directory_find (struct unit *unit)
{
  char name[NAME_MAX + 1] ;
  int r ;
  if (unit->producer)
  {
    r = directory_find(unit->producer) ;
    return r == 1 ? is_there(unit->name) : r ;
  }
  if (!unit->foreign || !directory_is_lost(unit)) return is_there(unit->name) ;
  r = search(unit->identity, name) ;
  if (r == 1) units_rename(unit, name) ;
  return r ;
}

int directory_order (struct unit *unit, struct order const *order)
{
  if (unit->foreign && !directory_find(unit)) return (errno = ENOENT, 0) ;
  return order_send(unit->name, order) ;
}

struct unit *directory_know (struct scanner *s, char const *identity, char const *name)
{
  struct unit *unit = units_by_identity(&s->units, identity) ;
  if (unit) return unit ;
  unit = units_add(&s->units, identity, name, 0) ;
  if (unit) return unit ;
  strerr_warnwu3sys("remember the service ", message_about(name), " (next try in 1 second)") ;
  again_later(s, AGAIN_SCAN) ;
  return 0 ;
}
