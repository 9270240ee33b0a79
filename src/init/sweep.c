#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "base/process.h"
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

struct telling
{
  int sig ;
  stralloc told ; /* pids */
  stralloc before ; /* those of the last time */
} ;

static int was_told (struct telling const *telling, pid_t pid)
{
  for (size_t i = 0 ; i < telling->before.len ; i += sizeof pid)
    if (!memcmp(telling->before.s + i, &pid, sizeof pid)) return 1 ;
  return 0 ;
}

static int tell (pid_t pid, void *data)
{
  struct telling *telling = data ;
  if (telling->sig != SIGTERM || !was_told(telling, pid))
  {
    kill(pid, telling->sig) ;
    if (telling->sig == SIGTERM) kill(pid, SIGCONT) ;
  }
  stralloc_catb(&telling->told, (char const *)&pid, sizeof pid) ; /* one that is not remembered is told twice */
  return 1 ;
}

/* Children of ours, and what is orphaned becomes one. A child stays until it is
   reaped, so its pid is its own. None is told SIGTERM twice. */
static void signal_children (int sig)
{
  static struct telling telling = { .told = STRALLOC_ZERO, .before = STRALLOC_ZERO } ;
  stralloc told = telling.before ;
  telling.before = telling.told ;
  telling.told = told ;
  telling.told.len = 0 ;
  telling.sig = sig ;
  process_each_child(&tell, &telling) ;
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
  signal_all(SIGKILL, 0) ;
  strerr_warnw1x("killing what has not ended after the services (S6_KILL_GRACETIME, REEVE_STOP_TIMEOUT)") ;
  tain_from_millisecs(&delay, 2000) ; /* one that does not even die of that is left */
  tain_now(&moment) ;
  tain_add(&moment, &moment, &delay) ;
  do signal_all(SIGKILL, 0) ;
  while (reap() && before(&moment)) ;
}
