#include "scan/look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/path.h"
#include "scan/again.h"
#include "scan/directory.h"
#include "scan/earlier.h"
#include "scan/livetree.h"
#include "scan/origin.h"
#include "scan/trusted.h"
#include "scan/watch.h"
#include "service/executable.h"
#include "service/instance.h"

#define PORTION 64 /* entries that are read before commands and signals are answered */

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

static void seen (struct scanner *s, struct unit *unit, int at_once)
{
  unit->directory.seen = s->look.generation ;
  origin_look(s, unit) ;
  unit->instances.told = 0 ; /* of a template: tell all instances again that they are there */
  units_post(&s->units, unit, at_once && directory_has(s, unit, "run") ? UNIT_SEEN_COMPLETE : UNIT_SEEN_CHANGING) ;
}

/* The directory could not be examined: its unit stays as it is. */
static void keep (struct scanner *s, char const *identity)
{
  struct unit *unit = units_by_identity(&s->units, identity) ;
  if (unit) unit->directory.seen = s->look.generation ;
}

void look_name (struct scanner *s, char const *name, int at_once)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  struct stat st ;
  int is_link ;
  struct unit *unit ;
  if (name[0] == '.') return ;
  path_join(path, sizeof path, s->scan, name) ;
  if (lstat(path, &st) == -1 || ((is_link = S_ISLNK(st.st_mode)) && stat(path, &st) == -1))
  {
    if (!directory_absent(s, path)) keep(s, name) ;
    return ;
  }
  if (!S_ISDIR(st.st_mode) || say_fault(s, name)) return ;
  unit = directory_know(s, name, name) ;
  if (unit) seen(s, unit, at_once || is_link) ;
}

/* ---- a scan ---- */

static void entry_of_scan (struct scanner *s, struct dirent const *e)
{
  if (e->d_type == DT_DIR || e->d_type == DT_LNK || e->d_type == DT_UNKNOWN) look_name(s, e->d_name, 1) ;
}

/* Has this scan made or refreshed LIVE/NAME for a service, and looked at it for that? */
static int is_known (struct scanner *s, char const *name)
{
  struct unit const *unit = units_by_identity(&s->units, name) ;
  return unit && unit->directory.filled == s->look.generation ;
}

/* Did the scanner make LIVE/NAME for a service, and was the mark taken away since? */
static int was_ours (struct scanner *s, char const *name)
{
  struct unit const *unit = units_by_identity(&s->units, name) ;
  struct origin origin ;
  if (!unit || !unit->directory.made) return 0 ;
  origin_of(unit, &origin) ;
  return livetree_mark_again(s->scan, name, &origin) ;
}

/* An entry of LIVE that others have put there. In place, all entries are such. */
static void entry_of_live (struct scanner *s, struct dirent const *e)
{
  char identity[IDENTITY_MAX] ;
  struct stat st ;
  struct unit *unit ;
  if (e->d_name[0] == '.' || (!s->in_place && is_known(s, e->d_name))) return ;
  if (!s->in_place && livetree_is_ours(e->d_name))
  {
    /* The scanner's own, but of no unit: it could not be removed when its unit was let go. */
    if (s->look.scan_read && !s->look.doubtful && !units_by_identity(&s->units, e->d_name)) earlier_take(s, e->d_name) ;
    return ;
  }
  if (!s->in_place && (!directory_absent(s, e->d_name) || was_ours(s, e->d_name))) return ;
  if (stat(e->d_name, &st) == -1)
  {
    if (!directory_absent(s, e->d_name)) s->look.doubtful = 1 ; /* it may belong to a unit that is known */
    return ;
  }
  if (!S_ISDIR(st.st_mode)) return ;
  if (say_fault(s, e->d_name)) return ;
  directory_identify(&st, identity) ;
  unit = units_by_identity(&s->units, identity) ;
  if (!unit && !trusted_directory(s, e->d_name, !s->look.quiet && !s->stop.on)) return ;
  if (s->stop.on)
  {
    if (!unit) earlier_take_foreign(s, identity, e->d_name) ; /* a unit that is known is let go already */
    return ;
  }
  if (!unit)
  {
    char run[UNIT_PATH_MAX] ;
    snprintf(run, sizeof run, "%s/run", e->d_name) ;
    /* Without a ./run it is no service directory, unless a service still runs in it. */
    if (lstat(run, &st) == -1 && (!directory_absent(s, run) || !directory_runs(s, e->d_name))) return ;
    unit = directory_know(s, identity, e->d_name) ;
    if (!unit) return ;
    if (s->in_place && instance_is_template(e->d_name))
      strerr_warnw3x("in place there are no templates: ", message_about(e->d_name), " is an ordinary service (for a template, name a live directory with -l)") ;
    unit->foreign = 1 ;
    unit->adopt = directory_is_unfinished(s, e->d_name) != 0 ; /* in doubt the supervisor looks for itself */
  }
  units_rename(unit, e->d_name) ;
  unit->directory.seen = s->look.generation ;
  units_post(&s->units, unit, UNIT_SEEN_COMPLETE) ;
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
  again_later(s, AGAIN_SCAN) ;
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
    if (s->look.doubtful || units_is_logger(unit) || unit->instances.is_counted || unit->directory.seen == s->look.generation) continue ;
    if (unit->foreign ? s->look.live_read : s->look.scan_read) units_post(&s->units, unit, UNIT_UNSEEN) ;
  }
  s->look.quiet = 0 ;
  if (s->look.live_read && !s->look.doubtful && !again_is_due(s, AGAIN_SCAN)) s->look.live_known = 1 ;
  if (!s->look.ended_once && s->units.count == !!s->collector && !s->cmd.argv && !s->upgrade.done && (s->in_place ? s->look.live_read : s->look.scan_read))
    strerr_warni3x("there is no service in ", s->scan, " yet") ;
  s->look.ended_once = 1 ;
  if (s->rescan_ms && !s->stop.on) s->look.timer_ms = clock_ms() + s->rescan_ms ;
  if (s->look.wanted)
  {
    s->look.wanted = 0 ;
    look_order(s, 0) ;
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

void look_order (struct scanner *s, int quiet)
{
  if (s->look.dir)
  {
    s->look.wanted = 1 ;
    return ;
  }
  again_no_more(s, AGAIN_SCAN) ;
  s->look.timer_ms = 0 ;
  if (s->stop.on && s->look.live_known) return ;
  s->look.generation++ ;
  s->look.quiet = !!quiet ;
  s->look.doubtful = s->look.scan_read = s->look.live_read = 0 ;
  if (s->in_place || s->stop.on) open_directory(s, 1) ;
  else
  {
    watch_scan(s) ; /* watch before reading: what appears meanwhile is not missed */
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
        again_later(s, AGAIN_SCAN) ;
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
  s->look.wanted = 0 ;
  s->look.timer_ms = 0 ;
  again_no_more(s, AGAIN_SCAN) ;
}

void look_prune (struct scanner *s, int loggers_too)
{
  s->look.prune = 1 ;
  s->look.prune_loggers |= loggers_too ? 1 : 0 ;
}

void look_prune_missing (struct scanner *s)
{
  if (!s->look.prune || s->look.dir) return ; /* only at the end of a scan is it known what is missing */
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (unit->phase != UNIT_MISSING) continue ;
    if (s->look.prune_loggers && unit->logger)
    {
      unit->logger->stop.terminate = 1 ;
      units_post(&s->units, unit->logger, UNIT_LET_GO) ;
    }
    units_post(&s->units, unit, UNIT_PRUNE) ;
  }
  s->look.prune = s->look.prune_loggers = 0 ;
}
