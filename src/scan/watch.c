#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "scan/scanner.h"

#define IN_SCAN (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define IN_ANCESTOR (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR)
#define IN_SERVICE (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)

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

static void watch_ancestor (struct scanner *s)
{
  char path[SCAN_PATH_MAX] ;
  size_t len = strlen(s->scan) ;
  memcpy(path, s->scan, len + 1) ;
  for (;;)
  {
    while (len > 1 && path[len - 1] != '/') len-- ;
    if (len > 1) len-- ;
    path[len] = 0 ;
    s->ancestor_watch = inotify_add_watch(s->inotify, path, IN_ANCESTOR) ;
    if (s->ancestor_watch >= 0) return ;
    if ((errno != ENOENT && errno != ENOTDIR) || len <= 1)
    {
      lost(s, path) ;
      return ;
    }
  }
}

static void forget_ancestor (struct scanner *s)
{
  if (s->ancestor_watch < 0) return ;
  inotify_rm_watch(s->inotify, s->ancestor_watch) ;
  s->ancestor_watch = -1 ;
}

void watch_scan (struct scanner *s)
{
  if (s->inotify == -1 || s->scan_watch >= 0) return ;
  forget_ancestor(s) ;
  s->scan_watch = inotify_add_watch(s->inotify, s->scan, IN_SCAN) ;
  if (s->scan_watch >= 0)
  {
    s->said_no_inotify = 0 ;
    return ;
  }
  if (errno != ENOENT && errno != ENOTDIR) lost(s, s->scan) ;
  else watch_ancestor(s) ;
}

void watch_unit (struct scanner *s, struct unit *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  if (s->inotify == -1 || unit->foreign || unit->producer) return ;
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    int watch ;
    if (unit->watch[i] >= 0) continue ;
    snprintf(path, sizeof path, "%s/%s%s", s->scan, unit->name, i ? LOGGER_SUFFIX : "") ;
    watch = inotify_add_watch(s->inotify, path, IN_SERVICE) ;
    if (watch == -1)
    {
      if (errno != ENOENT && errno != ENOTDIR) lost(s, path) ;
    }
    /* Two names of one directory share a watch; the second is looked at when ordered. */
    else if (units_by_watch(&s->units, watch) || !units_set_watch(&s->units, unit, i, watch)) lost(s, path) ;
  }
}

void watch_no_unit (struct scanner *s, struct unit *unit)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    if (unit->watch[i] < 0) continue ;
    if (s->inotify >= 0) inotify_rm_watch(s->inotify, unit->watch[i]) ;
    units_set_watch(&s->units, unit, i, -1) ;
  }
}

static void seen_in_scan (struct scanner *s, struct inotify_event const *event)
{
  if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT))
  {
    if (s->scan_watch < 0) return ;
    inotify_rm_watch(s->inotify, s->scan_watch) ;
    s->scan_watch = -1 ;
    strerr_warnw3x("the scan directory ", s->scan, " was removed or replaced: its services stay; order a rescan (reeve rescan) when it is there") ;
    return ;
  }
  if (!event->len) return ;
  if (event->mask & (IN_DELETE | IN_MOVED_FROM))
  {
    struct unit *unit = units_by_identity(&s->units, event->name) ;
    if (unit && !unit->foreign) act(s, unit, UNIT_UNSEEN) ;
  }
  else look_name(s, event->name, !!(event->mask & IN_MOVED_TO)) ;
}

static void happened (struct scanner *s, struct inotify_event const *event)
{
  struct unit *unit ;
  if (event->mask & IN_Q_OVERFLOW) look_order(s, 0, 0) ;
  else if (event->wd == s->scan_watch) seen_in_scan(s, event) ;
  else if (event->wd == s->ancestor_watch)
  {
    struct stat st ;
    forget_ancestor(s) ;
    watch_scan(s) ;
    if (!stat(s->scan, &st)) look_order(s, 0, 0) ;
  }
  else if (!(event->mask & IN_IGNORED) && (unit = units_by_watch(&s->units, event->wd)))
  {
    watch_unit(s, unit) ; /* its log/ may be new */
    act(s, unit, UNIT_SEEN_CHANGING) ;
  }
}

void watch_read (struct scanner *s)
{
  _Alignas(struct inotify_event) char buf[4096 + sizeof(struct inotify_event) + NAME_MAX + 1] ;
  ssize_t n = read(s->inotify, buf, sizeof buf) ;
  for (ssize_t at = 0 ; at < n && s->inotify >= 0 ; )
  {
    struct inotify_event const *event = (struct inotify_event const *)(void const *)(buf + at) ;
    happened(s, event) ;
    at += (ssize_t)sizeof *event + event->len ;
  }
}
