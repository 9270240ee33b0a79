#include "scan/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "scan/again.h"
#include "service/instance.h"

#define IN_SCAN (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define IN_PARENT (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR)
#define IN_SERVICE (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

/* One message for all failures: the remedy is always a rescan. */
static void lost (struct scanner *s, char const *what)
{
  if (s->said_no_inotify) return ;
  s->said_no_inotify = 1 ;
  strerr_warnwu3sys("watch ", what, " by inotify: changes in it are noticed when a rescan is ordered (reeve rescan)") ;
}

void watch_start (struct scanner *s)
{
  s->inotify = s->in_place ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC) ;
  s->scan_watch = s->parent_watch = -1 ;
  if (s->inotify == -1 && !s->in_place) lost(s, s->scan) ;
}

static void forget_parent (struct scanner *s)
{
  if (s->parent_watch < 0) return ;
  inotify_rm_watch(s->inotify, s->parent_watch) ;
  s->parent_watch = -1 ;
}

/* Ends all watching, but does not close the descriptor: close() would wait until the kernel has
   freed all watches, 8 to 30 ms. The kernel frees them while the services end. */
void watch_end (struct scanner *s)
{
  if (s->inotify == -1) return ;
  forget_parent(s) ;
  if (s->scan_watch >= 0) inotify_rm_watch(s->inotify, s->scan_watch) ;
  s->scan_watch = s->inotify = -1 ;
}

/* Watches the directory in which SCAN is to appear. Returns whether that will tell of it: not if
   that directory is missing, too, or if SCAN is a link that leads nowhere. */
static int watch_parent (struct scanner *s)
{
  char path[SCAN_PATH_MAX] ;
  char *slash ;
  struct stat st ;
  if (!lstat(s->scan, &st)) return 0 ;
  memcpy(path, s->scan, strlen(s->scan) + 1) ;
  slash = strrchr(path, '/') ;
  slash[slash == path] = 0 ;
  s->parent_watch = inotify_add_watch(s->inotify, path, IN_PARENT) ;
  if (s->parent_watch >= 0) return 1 ;
  if (errno == ENOENT || errno == ENOTDIR) return 0 ;
  lost(s, path) ;
  return 1 ;
}

/* Watches SCAN itself. Returns 1, or 0 with errno. */
static int watch_directory (struct scanner *s)
{
  int watch = inotify_add_watch(s->inotify, s->scan, IN_SCAN) ;
  if (watch == -1) return 0 ;
  if (s->scan_watch >= 0 && watch != s->scan_watch) inotify_rm_watch(s->inotify, s->scan_watch) ; /* the watch of a directory that was SCAN before */
  s->scan_watch = watch ;
  s->said_no_inotify = 0 ;
  return 1 ;
}

/* Sets the watch before a scan reads SCAN: a directory that is created between reading and watching
   would make no event. */
void watch_scan (struct scanner *s)
{
  if (s->inotify == -1) return ;
  forget_parent(s) ;
  if (watch_directory(s)) return ;
  if (errno != ENOENT && errno != ENOTDIR) lost(s, s->scan) ;
  else if (!watch_parent(s)) again_later(s, AGAIN_SCAN) ;
  else if (watch_directory(s)) forget_parent(s) ; /* SCAN has appeared meanwhile */
}

void watch_unit (struct scanner *s, struct unit *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  if (s->inotify == -1 || unit->foreign || unit->producer || (unit->instances.is_one && !unit->instances.has_own)) return ;
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    struct unit *other ;
    int watch ;
    snprintf(path, sizeof path, "%s/%s%s", s->scan, unit->name, i ? LOGGER_SUFFIX : "") ;
    watch = inotify_add_watch(s->inotify, path, IN_SERVICE) ;
    if (watch == -1)
    {
      if (errno != ENOENT && errno != ENOTDIR) lost(s, path) ;
    }
    else if (watch != unit->directory.watch[i])
    {
      if (unit->directory.watch[i] >= 0) inotify_rm_watch(s->inotify, unit->directory.watch[i]) ; /* of a directory that had the name before */
      other = units_by_watch(&s->units, watch) ;
      if (other && instance_is_of(unit->name, other->name)) continue ; /* the instance is a link to its template, whose watch serves for both */
      if (other && instance_is_of(other->name, unit->name))
      {
        units_set_watch(&s->units, other, i, -1) ;
        other = 0 ;
      }
      /* Two names of one directory have one watch, so only the first is watched; the second needs
         an ordered rescan. */
      if (other) errno = EBUSY ;
      if (other || !units_set_watch(&s->units, unit, i, watch)) lost(s, path) ;
    }
  }
}

void watch_no_unit (struct scanner *s, struct unit *unit)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    if (unit->directory.watch[i] < 0) continue ;
    if (s->inotify >= 0) inotify_rm_watch(s->inotify, unit->directory.watch[i]) ;
    units_set_watch(&s->units, unit, i, -1) ;
  }
}

void watch_ended (struct scanner *s, struct unit *unit, int watch)
{
  units_set_watch(&s->units, unit, unit->directory.watch[1] == watch, -1) ;
  inotify_rm_watch(s->inotify, watch) ;
}
