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

#include "scan/directory.h"

#define IN_SCAN (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define IN_ANCESTOR (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR)
#define IN_SERVICE (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define TRIES_MAX 100 /* of who makes and removes directories as fast as we look */
#define LINKS_MAX 40 /* as the kernel has it */

/* One message for all: whatever it is, the mend is the same. */
static void lost (struct scanner *s, char const *what)
{
  if (s->said_no_inotify) return ;
  s->said_no_inotify = 1 ;
  strerr_warnwu3sys("watch ", what, " by inotify: changes in it are noticed when a rescan is ordered (reeve rescan)") ;
}

void watch_start (struct scanner *s)
{
  s->inotify = s->in_place ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC) ;
  s->scan_watch = s->ancestor_watch = -1 ;
  if (s->inotify == -1 && !s->in_place) lost(s, s->scan) ;
}

void watch_end (struct scanner *s)
{
  if (s->inotify == -1) return ;
  fd_close(s->inotify) ;
  s->inotify = -1 ;
}

static void forget_ancestor (struct scanner *s)
{
  if (s->ancestor_watch < 0) return ;
  inotify_rm_watch(s->inotify, s->ancestor_watch) ;
  s->ancestor_watch = -1 ;
}

/* Where `path` leads: a link on the way that leads nowhere (yet) is followed, and the rest
   put behind its target. Returns 1 when that has changed `path`. */
static int follow (char path[SCAN_PATH_MAX])
{
  char target[SCAN_PATH_MAX] ;
  char joined[2 * SCAN_PATH_MAX + 1] ;
  size_t end = 0 ;
  while (path[end])
  {
    size_t begin = end ;
    char behind ;
    ssize_t n ;
    struct stat st ;
    do end++ ; while (path[end] && path[end] != '/') ;
    behind = path[end] ;
    path[end] = 0 ;
    n = stat(path, &st) == -1 ? readlink(path, target, sizeof target - 1) : -1 ;
    path[end] = behind ;
    if (n < 1) continue ;
    target[n] = 0 ;
    n = snprintf(joined, sizeof joined, "%.*s%s%s%s", *target == '/' ? 0 : (int)begin, path, *target == '/' ? "" : "/", target, path + end) ;
    if (n < 1 || n >= SCAN_PATH_MAX) return 0 ;
    memcpy(path, joined, (size_t)n + 1) ;
    return 1 ;
  }
  return 0 ;
}

/* Watches the deepest directory that there is on the way to `path`, which is cut to what is
   missing first. Returns 1, or 0 with errno: ENOENT when that is there by now. */
static int watch_deepest (struct scanner *s, char path[SCAN_PATH_MAX])
{
  struct stat st ;
  size_t len = strlen(path) ;
  for (;;)
  {
    size_t missing = len ;
    char behind ;
    while (len > 1 && path[len - 1] != '/') len-- ;
    if (len > 1) len-- ;
    behind = path[len] ;
    path[len] = 0 ;
    s->ancestor_watch = inotify_add_watch(s->inotify, len ? path : "/", IN_ANCESTOR) ;
    if (s->ancestor_watch < 0)
    {
      if ((errno != ENOENT && errno != ENOTDIR) || len <= 1) return 0 ;
      continue ;
    }
    path[len] = behind ;
    path[missing] = 0 ;
    if (stat(path, &st) == -1) return 1 ;
    forget_ancestor(s) ;
    return (errno = ENOENT, 0) ;
  }
}

/* Returns 1, or 0 with errno: ENOENT, ENOTDIR: again. */
static int watch_ancestor (struct scanner *s)
{
  char path[SCAN_PATH_MAX] ;
  memcpy(path, s->scan, strlen(s->scan) + 1) ;
  for (unsigned int links = 0 ; links < LINKS_MAX && follow(path) ; links++) ;
  if (watch_deepest(s, path)) return 1 ;
  if (errno != ENOENT && errno != ENOTDIR) lost(s, path) ;
  return 0 ;
}

/* Returns 1, or 0 with errno. */
static int watch_directory (struct scanner *s)
{
  int watch = inotify_add_watch(s->inotify, s->scan, IN_SCAN) ;
  if (watch == -1) return 0 ;
  if (s->scan_watch >= 0 && watch != s->scan_watch) inotify_rm_watch(s->inotify, s->scan_watch) ; /* it was another one */
  s->scan_watch = watch ;
  s->said_no_inotify = 0 ;
  return 1 ;
}

/* What is made between a look and the watch makes no event: so, after each watch, a look. */
void watch_scan (struct scanner *s)
{
  if (s->inotify == -1) return ;
  forget_ancestor(s) ;
  for (unsigned int tries = 0 ; tries < TRIES_MAX ; tries++)
  {
    if (watch_directory(s)) return ;
    if (errno != ENOENT && errno != ENOTDIR)
    {
      lost(s, s->scan) ;
      return ;
    }
    if (watch_ancestor(s) || (errno != ENOENT && errno != ENOTDIR)) return ;
  }
  rescan_later(s) ;
}

void watch_unit (struct scanner *s, struct unit *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  if (s->inotify == -1 || unit->foreign || unit->producer) return ;
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    struct unit const *other ;
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
      /* Two names of one directory share a watch; the second is looked at when ordered. */
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
