#include "scan/pidfds.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/process.h"
#include "scan/again.h"
#include "scan/directory.h"

static void cannot (char const *name)
{
  static int said ;
  if (!said) strerr_warnwu3sys("watch the supervisor of ", message_about(name), ", and others that an earlier scanner has started: if such a supervisor is killed, only a rescan notices it (reeve rescan)") ;
  said = 1 ;
}

/* Opens a pidfd of the process, and adds it to those that are waited for. Returns -1 with errno. */
static int watch (struct scanner *s, pid_t pid, void *whose)
{
  struct process_look look ;
  struct process_birth birth = { .pid = pid } ;
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = whose } ;
  int fd ;
  if (s->units.pidfds == -1) s->units.pidfds = epoll_create1(EPOLL_CLOEXEC) ;
  if (s->units.pidfds == -1 || !process_look(pid, &look)) return -1 ;
  birth.after_ms = look.started_ms ;
  birth.before_ms = look.started_ms + PROCESS_TICK_MS ;
  fd = process_watch(&birth) ;
  if (fd >= 0 && epoll_ctl(s->units.pidfds, EPOLL_CTL_ADD, fd, &event) == -1)
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
    fd = -1 ;
  }
  return fd ;
}

/* Does the supervisor still hold the lock? Its pid was learnt from the lock. Returns 1 also when it
   cannot be told: it held the lock a moment ago, and to take it for gone would lose it. */
static int lives (struct unit const *unit)
{
  pid_t holder = directory_supervisor(unit->name) ;
  return holder == unit->supervisor.pid || holder == -1 ;
}

int pidfds_watch (struct scanner *s, struct unit *unit)
{
  unit->supervisor.fd = watch(s, unit->supervisor.pid, unit) ;
  if (unit->supervisor.fd == -1)
  {
    if (errno == ESRCH || !lives(unit)) return 0 ;
    cannot(unit->name) ;
    return 1 ;
  }
  return lives(unit) ;
}

int pidfds_watch_cmd (struct scanner *s)
{
  s->cmd.fd = watch(s, s->cmd.pid, s) ;
  if (s->cmd.fd >= 0) return 1 ;
  if (errno == ESRCH) return 0 ;
  strerr_warnwu1sys("watch the command, which an earlier scanner has started, by a pidfd: looking at it every second") ;
  again_later(s, AGAIN_CMD) ;
  return 1 ;
}

unsigned int pidfds_ended (struct scanner *s, void *whose[PIDFDS_AT_ONCE])
{
  struct epoll_event events[PIDFDS_AT_ONCE] ;
  int n = epoll_wait(s->units.pidfds, events, PIDFDS_AT_ONCE, 0) ;
  for (int i = 0 ; i < n ; i++) whose[i] = events[i].data.ptr ;
  return n > 0 ? (unsigned int)n : 0 ;
}
