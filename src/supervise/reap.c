#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "supervise/supervisor.h"

#define CODE_NEVER_AGAIN 125
#define AWAIT_CODE_MS 1000

/* ---- signals ---- */

static int ask_parent (struct supervisor *s, int sig, int group)
{
  if (!s->parent_is_scanner || s->reports == -1) return (errno = EPERM, 0) ;
  s->signals_due[!!group] |= UINT64_C(1) << (sig - 1) ;
  s->report_pending = 1 ;
  return 1 ;
}

/* The group that the process is in now, not one that it was in once: that number may be
   another's. A child keeps its pid until it is reaped; of any other the pidfd tells
   afterwards that the process was still there when it was asked for its group. */
static pid_t present_group (struct supervisor *s)
{
  pid_t group ;
  if (s->is_child && !s->forked) return s->process.pid ; /* it leads its session, and so cannot leave */
  group = getpgid(s->process.pid) ;
  if (group == -1) return 0 ;
  if (!s->is_child && s->process_fd == -1) return (errno = EPERM, 0) ;
  if (!s->is_child && !process_signal_watched(s->process_fd, 0, 0)) return 0 ;
  if (group <= 1 || group == getpgrp()) return (errno = EPERM, 0) ;
  if (s->phase == PHASE_UP) s->group = group ;
  return group ;
}

static int send_to_group (struct supervisor *s, int sig)
{
  pid_t group ;
  if (s->process_fd >= 0 && process_signal_watched(s->process_fd, sig, 1)) return 1 ;
  group = present_group(s) ;
  return group && kill(-group, sig) != -1 ;
}

static int send_to_process (struct supervisor *s, int sig)
{
  if (s->is_child) return kill(s->process.pid, sig) != -1 ;
  if (s->process_fd == -1) return (errno = EPERM, 0) ;
  return process_signal_watched(s->process_fd, sig, 0) ;
}

int reap_send (struct supervisor *s, int sig, int group)
{
  if (!s->process.pid) return 1 ;
  if (group ? send_to_group(s, sig) : send_to_process(s, sig)) return 1 ;
  if (!group && errno == ESRCH) return 1 ; /* its end is about to be told */
  if (!s->is_child && errno != ESRCH && ask_parent(s, sig, group)) return 1 ;
  if (errno != ESRCH) strerr_warnwu1sys(group ? "send a signal to the service's process group" : "send a signal to the service's process") ;
  return 0 ;
}

int reap_signal (struct supervisor *s, int sig, int group)
{
  unsigned int before = s->status.flags ;
  if (s->phase != PHASE_UP || !s->process.pid) return 1 ;
  if (!reap_send(s, sig, group)) return 0 ;
  if (sig == SIGSTOP) s->status.flags |= STATUS_PAUSED ;
  if (sig == SIGCONT) s->status.flags &= ~(unsigned int)STATUS_PAUSED ;
  if (s->status.flags != before) publish_status(s) ;
  return 1 ;
}

/* ---- ends ---- */

void reap_forget (struct supervisor *s)
{
  if (s->process_fd >= 0) fd_close(s->process_fd) ;
  s->process = (struct process_birth) { 0 } ;
  s->process_fd = -1 ;
  s->is_child = s->parent_is_scanner = s->end_unseen = s->unwatched = 0 ;
  s->signals_due[0] = s->signals_due[1] = 0 ;
}

/* Known to our successor before the kernel forgets it. */
static void note (struct supervisor *s, unsigned int wstat, int unknown)
{
  if (s->phase == PHASE_UP)
  {
    if (s->forked && s->is_child) present_group(s) ; /* for finish, and for what is left in it: the process is not reaped yet */
    s->wstat_before = s->status.wstat ;
    s->status.wstat = wstat ;
    s->code_unknown = !!unknown ;
  }
  else s->forbidden = !unknown && WIFEXITED((int)wstat) && WEXITSTATUS((int)wstat) == CODE_NEVER_AGAIN ;
  s->end_noted = 1 ;
  publish_state(s) ;
}

void reap_act (struct supervisor *s)
{
  int adopted = s->parent_is_scanner ;
  s->end_noted = 0 ;
  s->finish_group = s->process.pid ; /* should it be ./finish */
  reap_forget(s) ;
  s->parent_is_scanner = !!adopted ; /* so are its strays */
  s->state_pending = 1 ;
  if (s->phase == PHASE_FINISHING) act(s, LIFE_FINISHED) ;
  else if (s->phase == PHASE_UP)
  {
    enum life_event found = forked_may_be(s) ? forked_find(s) : LIFE_RUN_ENDED ;
    if (found != LIFE_DEADLINE) act(s, found) ;
  }
}

void reap_told (struct supervisor *s, pid_t pid, unsigned int wstat)
{
  if (!pid || pid != s->process.pid || s->is_child) return ;
  note(s, wstat, 0) ;
  reap_act(s) ;
}

void reap_unknown (struct supervisor *s)
{
  strerr_warnw1x(s->phase == PHASE_FINISHING ? "./finish has ended; nobody could learn its exit code"
    : "./run has ended; nobody could learn its exit code, which counts as a failure") ;
  note(s, STATUS_WSTAT_UNKNOWN, 1) ;
  reap_act(s) ;
}

/* What a pidfile names may have been somebody else's child first: then it fell to us. */
static int fell_to_us (struct supervisor *s)
{
  if (s->is_child || s->parent_is_scanner || !s->process.pid || !process_is_child(s->process.pid)) return s->is_child ;
  if (s->process_fd >= 0) fd_close(s->process_fd) ;
  s->process_fd = -1 ;
  s->is_child = 1 ;
  return 1 ;
}

void reap_seen (struct supervisor *s)
{
  if (s->end_unseen) return ;
  if (fell_to_us(s))
  {
    reap(s) ;
    return ;
  }
  s->end_unseen = 1 ;
  if (s->parent_is_scanner) act_arm(s, AWAIT_CODE_MS) ;
  else reap_unknown(s) ;
}

void reap_look (struct supervisor *s)
{
  if (s->unwatched && !process_lives(&s->process)) reap_seen(s) ;
}

static unsigned int wstat_of (siginfo_t const *info)
{
  if (info->si_code == CLD_EXITED) return (unsigned int)info->si_status << 8 & 0xff00 ;
  return (unsigned int)info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0) ;
}

static void reap_one (pid_t pid, int *wstat)
{
  while (waitpid(pid, wstat, WNOHANG) == -1 && errno == EINTR) ;
}

/* Each is looked at first, and reaped when what it means is known to a successor. */
void reap (struct supervisor *s)
{
  for (;;)
  {
    siginfo_t info = { .si_pid = 0 } ;
    int wstat ;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1)
    {
      if (errno == EINTR) continue ;
      break ;
    }
    if (!info.si_pid) break ;
    if (info.si_pid == s->process.pid && fell_to_us(s))
    {
      note(s, wstat_of(&info), 0) ;
      reap_one(info.si_pid, &wstat) ;
      reap_act(s) ;
      continue ;
    }
    reap_one(info.si_pid, &wstat) ;
    if (info.si_pid == s->checker) upgrade_tried(s, wstat) ;
  }
  if (strays_under_way(s)) strays_look(s) ;
  else if (s->searching)
  {
    enum life_event found = forked_find(s) ;
    if (found != LIFE_DEADLINE) act(s, found) ;
  }
}
