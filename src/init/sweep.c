#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "init/init.h"

/* Reaps all that have ended. Is any child left? */
static int reap (void)
{
  for (;;)
  {
    pid_t pid = waitpid(-1, 0, WNOHANG) ;
    if (pid == -1 && errno == EINTR) continue ;
    if (pid <= 0) return !pid ;
  }
}

static int has_pid (char const *list, char const *pid, size_t len)
{
  for (char const *at = list ; (at = strstr(at, pid)) ; at += len)
    if ((at == list || at[-1] == ' ') && at[len] == ' ') return 1 ;
  return 0 ;
}

/* Children of ours, and what is orphaned becomes one. A child stays until it is
   reaped, so its pid is its own. None is told SIGTERM twice. */
static void signal_children (int sig)
{
  static stralloc told = STRALLOC_ZERO ;
  stralloc children = STRALLOC_ZERO ;
  char path[64] ;
  snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid()) ;
  if (!openslurpclose(&children, path) || !stralloc_0(&children)) goto done ;
  for (char *at = children.s ; *at ; at += strcspn(at, " "), at += *at == ' ')
  {
    long pid = strtol(at, 0, 10) ;
    char number[24] ;
    size_t len = (size_t)snprintf(number, sizeof number, "%ld", pid) ;
    if (pid <= 1) break ;
    if (sig == SIGTERM && told.len && has_pid(told.s, number, len)) continue ;
    kill((pid_t)pid, sig) ;
    if (sig == SIGTERM) kill((pid_t)pid, SIGCONT) ;
  }
  stralloc_free(&told) ;
  told = children ;
  return ;
 done:
  stralloc_free(&children) ;
}

static void signal_all (int sig, int first)
{
  if (getpid() != 1) signal_children(sig) ;
  else if (first || sig == SIGKILL)
  {
    kill(-1, sig) ; /* as PID 1: all of the container's, and nobody else's */
    if (sig == SIGTERM) kill(-1, SIGCONT) ;
  }
}

/* Until the moment, or until a child has ended. Is it before the moment? */
static int before (tain const *moment)
{
  struct timespec left ;
  sigset_t set ;
  tain now ;
  tain t ;
  tain_now(&now) ;
  if (!tain_less(&now, moment)) return 0 ;
  tain_sub(&t, moment, &now) ;
  left = (struct timespec) { .tv_sec = (time_t)t.sec.x, .tv_nsec = (long)t.nano } ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  return sigtimedwait(&set, 0, &left) > 0 || errno == EINTR ;
}

void sweep (uint32_t grace_ms, tain const *deadline)
{
  tain moment ;
  tain delay ;
  int first = 1 ;
  tain_now(&moment) ;
  tain_from_millisecs(&delay, grace_ms > INT_MAX ? INT_MAX : (int)grace_ms) ;
  tain_add(&moment, &moment, &delay) ;
  if (deadline && tain_less(deadline, &moment)) moment = *deadline ;
  while (reap())
  {
    signal_all(SIGTERM, first) ;
    first = 0 ;
    if (!before(&moment)) break ;
  }
  if (!reap()) return ;
  strerr_warnw1x("killing what has not ended after the services (S6_KILL_GRACETIME, REEVE_STOP_TIMEOUT)") ;
  tain_from_millisecs(&delay, 2000) ; /* one that does not even die of that is left */
  tain_now(&moment) ;
  tain_add(&moment, &moment, &delay) ;
  do signal_all(SIGKILL, 0) ;
  while (reap() && before(&moment)) ;
}
