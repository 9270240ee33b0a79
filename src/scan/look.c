#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "scan/scanner.h"
#include "service/executable.h"

#define PORTION 64 /* entries between two looks at commands and signals */
#define AGAIN_MS 1000
#define IDENTITY_MAX 64 /* "/DEVICE:INODE" */

static void forward (tain *moment, uint32_t ms)
{
  tain now ;
  tain delay ;
  tain_now(&now) ;
  tain_from_millisecs(&delay, (int)ms) ;
  tain_add(moment, &now, &delay) ;
}

void look_again (struct scanner *s)
{
  forward(&s->look.moment, AGAIN_MS) ;
  s->look.again = 1 ;
}

/* ---- one directory ---- */

/* PATH of FILE in the directory of the unit: in SCAN, or in LIVE. */
static char const *file_of (struct scanner const *s, struct unit const *unit, char const *file, char *out, size_t size)
{
  if (unit->foreign) snprintf(out, size, "%s/%s", unit->name, file) ;
  else snprintf(out, size, "%s/%s/%s", s->scan, unit->name, file) ;
  return out ;
}

int look_absent (struct scanner *s, char const *path)
{
  int forbidden = errno == EACCES ;
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return 1 ;
  if (!s->look.quiet)
    strerr_warnwu3sys("examine ", path, forbidden ? " (order a rescan when that is mended)" : " (next try in 1 second)") ;
  if (forbidden) return 0 ;
  s->look.doubtful = 1 ;
  look_again(s) ;
  return 0 ;
}

/* Yes, if it cannot be told. */
static int has (struct scanner const *s, struct unit const *unit, char const *file)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  return lstat(file_of(s, unit, file, path, sizeof path), &st) != -1 || (errno != ENOENT && errno != ENOTDIR) ;
}

int look_has_logger (struct scanner const *s, struct unit const *unit)
{
  char name[UNIT_PATH_MAX] ;
  if (has(s, unit, "log/run") || default_logger_wanted(s, unit)) return 1 ;
  if (!unit->foreign) return 0 ; /* those were taken over before */
  snprintf(name, sizeof name, "%s" LOGGER_SUFFIX, unit->name) ;
  return leftovers_running(s, name) ;
}

enum unit_event look_examine (struct scanner *s, struct unit const *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  if (stat(file_of(s, unit, ".", path, sizeof path), &st) == -1 && (errno == ENOENT || errno == ENOTDIR)) return UNIT_UNSEEN ;
  file_of(s, unit, "run", path, sizeof path) ;
  if (stat(path, &st) == -1 || (S_ISREG(st.st_mode) && access(path, X_OK) == -1))
  {
    if (errno != EACCES) look_absent(s, path) ;
    return UNIT_SEEN_INCOMPLETE ;
  }
  return S_ISREG(st.st_mode) ? UNIT_SEEN_COMPLETE : UNIT_SEEN_INCOMPLETE ;
}

char const *look_why_incomplete (struct scanner const *s, struct unit const *unit, char *out, size_t size)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  return executable_why_not(file_of(s, unit, "run", path, sizeof path), EACCES, out, size) ;
}

static int say_fault (struct scanner const *s, char const *name)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  char const *fault = service_name_fault(name) ;
  if (!fault) return 0 ;
  if (!s->look.quiet)
    strerr_warnw6x("ignoring the directory ", service_name_printable(printable, sizeof printable, name), " in ",
      s->look.in_live ? s->live : s->scan, ": its name cannot be a service's: ", fault) ;
  return 1 ;
}

struct unit *look_know (struct scanner *s, char const *identity, char const *name)
{
  struct unit *unit = units_by_identity(&s->units, identity) ;
  if (unit) return unit ;
  unit = units_add(&s->units, identity, name, 0) ;
  if (unit) return unit ;
  strerr_warnwu3sys("remember the service ", name, " (next try in 1 second)") ;
  look_again(s) ;
  return 0 ;
}

static void seen (struct scanner *s, struct unit *unit, int at_once)
{
  unit->seen = s->look.generation ;
  act(s, unit, at_once && has(s, unit, "run") ? UNIT_SEEN_COMPLETE : UNIT_SEEN_CHANGING) ;
}

/* It could not be examined: what is known stays as it is. */
static void keep (struct scanner *s, char const *identity)
{
  struct unit *unit = units_by_identity(&s->units, identity) ;
  if (unit) unit->seen = s->look.generation ;
}

void look_name (struct scanner *s, char const *name, int at_once)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  struct stat target ;
  struct unit *unit ;
  if (name[0] == '.') return ;
  snprintf(path, sizeof path, "%s/%s", s->scan, name) ;
  if (lstat(path, &st) == -1 || stat(path, &target) == -1)
  {
    if (!look_absent(s, path)) keep(s, name) ;
    return ;
  }
  if (!S_ISDIR(target.st_mode) || say_fault(s, name)) return ;
  unit = look_know(s, name, name) ;
  if (unit) seen(s, unit, at_once || S_ISLNK(st.st_mode)) ;
}

/* ---- a scan ---- */

static void entry_of_scan (struct scanner *s, struct dirent const *e)
{
  if (e->d_type == DT_DIR || e->d_type == DT_LNK || e->d_type == DT_UNKNOWN) look_name(s, e->d_name, 1) ;
}

static void identify (struct stat const *st, char identity[IDENTITY_MAX])
{
  snprintf(identity, IDENTITY_MAX, "/%jx:%jx", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino) ;
}

int look_lost (struct unit const *unit)
{
  char identity[IDENTITY_MAX] ;
  struct stat st ;
  if (!unit->foreign) return 0 ;
  if (stat(unit->name, &st) == -1) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ;
  identify(&st, identity) ;
  return !unit->producer && strcmp(identity, unit->identity) != 0 ;
}

/* Which entry of LIVE is it? */
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
    identify(&st, of_entry) ;
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

int look_find (struct unit *unit)
{
  char name[NAME_MAX + 1] ;
  int r ;
  if (unit->producer)
  {
    r = look_find(unit->producer) ;
    return r == 1 ? is_there(unit->name) : r ;
  }
  if (!unit->foreign || !look_lost(unit)) return is_there(unit->name) ;
  r = search(unit->identity, name) ;
  if (r == 1) units_rename(unit, name) ;
  return r ;
}

int look_send (struct unit *unit, struct order const *order)
{
  if (unit->foreign && !look_find(unit)) return (errno = ENOENT, 0) ;
  return order_send(unit->name, order) ;
}

/* It was made for a service, and its mark was taken away. */
static int was_ours (struct scanner *s, char const *name)
{
  struct unit const *unit = units_by_identity(&s->units, name) ;
  return unit && unit->made && livetree_mark_again(s->scan, name) ;
}

/* What others put into LIVE; in place, all. */
static void entry_of_live (struct scanner *s, struct dirent const *e)
{
  char identity[IDENTITY_MAX] ;
  struct stat st ;
  struct unit *unit ;
  if (e->d_name[0] == '.') return ;
  if (stat(e->d_name, &st) == -1)
  {
    if (!look_absent(s, e->d_name)) s->look.doubtful = 1 ; /* whose it is, is not known */
    return ;
  }
  if (!S_ISDIR(st.st_mode)) return ;
  if (!s->in_place && livetree_is_ours(e->d_name))
  {
    /* It could not be removed when it was let go of. */
    if (s->look.scan_read && !s->look.doubtful && !units_by_identity(&s->units, e->d_name)) leftovers_take(s, e->d_name) ;
    return ;
  }
  if (!s->in_place && (!look_absent(s, e->d_name) || was_ours(s, e->d_name))) return ;
  if (say_fault(s, e->d_name)) return ;
  identify(&st, identity) ;
  unit = units_by_identity(&s->units, identity) ;
  if (!unit && !trusted_directory(s, e->d_name, !s->look.quiet && !s->stop.on)) return ;
  if (s->stop.on)
  {
    if (!unit) leftovers_take_foreign(s, identity, e->d_name) ; /* to be let go of like all that is known */
    return ;
  }
  if (!unit)
  {
    char run[UNIT_PATH_MAX] ;
    snprintf(run, sizeof run, "%s/run", e->d_name) ;
    /* Without one it is no service directory, unless it was one when it was started. */
    if (lstat(run, &st) == -1 && (!look_absent(s, run) || !leftovers_running(s, e->d_name))) return ;
    unit = look_know(s, identity, e->d_name) ;
    if (!unit) return ;
    unit->foreign = 1 ;
    unit->adopt = leftovers_in(s, e->d_name) != 0 ; /* in doubt its supervisor looks again */
  }
  units_rename(unit, e->d_name) ;
  unit->seen = s->look.generation ;
  act(s, unit, UNIT_SEEN_COMPLETE) ;
}

static void open_failed (struct scanner *s, char const *path)
{
  if (errno == ENOENT || errno == ENOTDIR)
  {
    if (!s->look.said_waiting)
      strerr_warnw3x("there is no directory ", path, ": waiting for it") ;
    s->look.said_waiting = 1 ;
    return ;
  }
  strerr_warnwu3sys("read the directory ", path, " (next try in 1 second)") ;
  look_again(s) ;
}

static void open_directory (struct scanner *s, int in_live)
{
  char const *path = in_live ? "." : s->scan ;
  s->look.in_live = !!in_live ;
  s->look.dir = opendir(path) ;
  if (!s->look.dir) open_failed(s, in_live ? s->live : s->scan) ;
  else if (!in_live) s->look.said_waiting = 0 ;
}

static void ended (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (s->look.doubtful || unit->producer || unit->seen == s->look.generation || unit->phase == UNIT_RELEASED) continue ;
    if (unit->foreign ? s->look.live_read : s->look.scan_read) act(s, unit, UNIT_UNSEEN) ;
  }
  if (s->look.prune) look_prune(s, s->look.prune_loggers) ;
  if (!s->look.wanted_prune) s->look.prune_loggers = 0 ;
  s->look.prune = s->look.quiet = 0 ;
  if (s->look.live_read && !s->look.doubtful && !s->look.again) s->look.live_known = 1 ;
  if (!s->look.ended_once)
  {
    if (!s->units.all && !s->command && !s->upgrade.done && (s->in_place ? s->look.live_read : s->look.scan_read))
      strerr_warni3x("there is no service in ", s->scan, " yet") ;
    cmd_start(s) ;
  }
  s->look.ended_once = 1 ;
  if (!s->look.again && s->rescan_ms && !s->stop.on)
  {
    forward(&s->look.moment, s->rescan_ms) ;
    s->look.again = 1 ;
  }
  if (s->look.wanted)
  {
    s->look.wanted = 0 ;
    look_order(s, !!s->look.wanted_prune, 0) ;
    s->look.wanted_prune = 0 ;
  }
}

static void next_directory (struct scanner *s)
{
  if (s->look.dir) closedir(s->look.dir) ;
  s->look.dir = 0 ;
  if (!s->look.in_live) open_directory(s, 1) ;
  else s->look.in_live = 0 ;
  if (!s->look.dir) ended(s) ;
}

void look_order (struct scanner *s, int prune, int quiet)
{
  if (s->stop.on && s->look.live_known)
  {
    s->look.again = 0 ;
    return ;
  }
  if (s->look.dir)
  {
    s->look.wanted = 1 ;
    s->look.wanted_prune |= prune ? 1 : 0 ;
    return ;
  }
  s->look.generation++ ;
  s->look.prune = !!prune ;
  s->look.quiet = !!quiet ;
  s->look.again = s->look.doubtful = s->look.scan_read = s->look.live_read = 0 ;
  if (s->in_place || s->stop.on) open_directory(s, 1) ;
  else
  {
    watch_scan(s) ; /* before reading, so that nothing comes between */
    open_directory(s, 0) ;
  }
  if (!s->look.dir) next_directory(s) ;
}

int look_under_way (struct scanner const *s)
{
  return !!s->look.dir ;
}

void look_continue (struct scanner *s)
{
  for (unsigned int i = 0 ; i < PORTION && s->look.dir ; i++)
  {
    struct dirent *e ;
    errno = 0 ;
    e = readdir(s->look.dir) ;
    if (!e)
    {
      if (errno)
      {
        strerr_warnwu3sys("read the directory ", s->look.in_live ? s->live : s->scan, " (next try in 1 second)") ;
        look_again(s) ;
      }
      else if (s->look.in_live) s->look.live_read = 1 ;
      else s->look.scan_read = 1 ;
      next_directory(s) ;
      return ;
    }
    if (s->look.in_live) entry_of_live(s, e) ;
    else entry_of_scan(s, e) ;
  }
}

void look_cancel (struct scanner *s)
{
  if (s->look.dir) closedir(s->look.dir) ;
  s->look.dir = 0 ;
  s->look.wanted = s->look.again = 0 ;
}

void look_prune (struct scanner *s, int loggers_too)
{
  if (s->look.dir) /* what is missing is known at the end of the scan */
  {
    s->look.prune_loggers |= loggers_too ? 1 : 0 ;
    if (s->look.wanted) s->look.wanted_prune = 1 ;
    else s->look.prune = 1 ;
    return ;
  }
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (unit->phase != UNIT_MISSING) continue ;
    if (loggers_too && unit->logger)
    {
      unit->logger->terminate = 1 ;
      act(s, unit->logger, UNIT_LET_GO) ;
    }
    act(s, unit, UNIT_PRUNE) ;
  }
}
