#include "scan/changes.h"

#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "scan/directory.h"
#include "scan/look.h"
#include "scan/watch.h"

#define WATCH_ENDS (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

static void look_when_there (struct scanner *s)
{
  struct stat st ;
  watch_scan(s) ;
  if (s->scan_watch >= 0 || !stat(s->scan, &st)) look_order(s, 0) ;
}

/* A removed SCAN has no services any more, so they are let go. A SCAN that was moved away still has
   all of them, so they stay; whether another directory replaces it, the user decides. */
static void scan_is_gone (struct scanner *s, int removed)
{
  inotify_rm_watch(s->inotify, s->scan_watch) ;
  s->scan_watch = -1 ;
  if (removed)
  {
    strerr_warnw3x("the scan directory ", s->scan, " was removed, and so are its services: waiting for it") ;
    s->look.said_waiting = 1 ;
    look_when_there(s) ;
  }
  else strerr_warnw3x("the scan directory ", s->scan, " was moved away or replaced: its services stay; order a rescan (reeve rescan) when it is there") ;
}

static void seen_in_scan (struct scanner *s, struct inotify_event const *event)
{
  if (event->mask & WATCH_ENDS)
  {
    scan_is_gone(s, !!(event->mask & IN_DELETE_SELF)) ;
    return ;
  }
  if (!event->len) return ;
  if (event->mask & (IN_DELETE | IN_MOVED_FROM))
  {
    struct unit *unit = units_by_identity(&s->units, event->name) ;
    if (unit && !unit->foreign) units_post(&s->units, unit, unit->instances.is_counted ? directory_examine(s, unit) : UNIT_UNSEEN) ;
  }
  else look_name(s, event->name, !!(event->mask & IN_MOVED_TO)) ;
}

static void happened (struct scanner *s, struct inotify_event const *event)
{
  struct unit *unit ;
  if (event->mask & IN_Q_OVERFLOW) look_order(s, 0) ;
  else if (event->wd == s->scan_watch) seen_in_scan(s, event) ;
  else if (event->wd == s->parent_watch)
    look_when_there(s) ;
  else if ((unit = units_by_watch(&s->units, event->wd)))
  {
    if (event->mask & WATCH_ENDS) watch_ended(s, unit, event->wd) ;
    watch_unit(s, unit) ; /* log/ may be new, or the directory may be another one under the same name */
    units_post(&s->units, unit, UNIT_SEEN_CHANGING) ;
  }
}

void changes_read (struct scanner *s)
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
