#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/send.h"
#include "supervise/supervisor.h"

#define CODE_NEVER_AGAIN 125
#define AWAIT_CODE_MS 1000
#define SEND_AGAIN_MS 1000

/* ---- signals ---- */

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

/* Where its pidfd does not take a signal for a group (before Linux 6.9), the group's number. */
static int send_to_group (struct supervisor *s, int sig)
{
  struct send send = { .pid = present_group(s), .fd = s->process_fd, .sig = sig, .flags = SEND_GROUP } ;
  if (!send.pid) return 0 ;
  if (send.fd >= 0 && send_signal(&send)) return 1 ;
  if (send.fd >= 0 && errno == EINPROGRESS) return 0 ;
  send.fd = -1 ;
  return send_signal(&send) ;
}

static int send_to_process (struct supervisor *s, int sig)
{
  struct send send = { .pid = s->process.pid, .fd = s->is_child ? -1 : s->process_fd, .sig = sig } ;
  if (!s->is_child && s->process_fd == -1) return (errno = ESRCH, 0) ;
  return send_signal(&send) ;
}

void reap_count (struct supervisor *s, int err)
{
  s->signals_tried++ ;
  if (err)
  {
    s->signals_failed++ ;
    s->signal_errno = (unsigned int)err ;
  }
  s->state_pending = 1 ;
}

static void say_not_sent (struct supervisor *s, int group, int err)
{
  char const *why = err == EPERM ? ", which is another user's (this needs CAP_KILL, or CAP_SETUID)" : "" ;
  if (s->said_not_sent) return ;
  s->said_not_sent = 1 ;
  errno = err ;
  strerr_warnwu3sys("send a signal to the service's process", group ? " group" : "", why) ;
}

int reap_send (struct supervisor *s, int sig, int group)
{
  int err ;
  if (!s->process.pid) return 1 ;
  err = (group ? send_to_group(s, sig) : send_to_process(s, sig)) ? 0 : errno ;
  if (err == EINPROGRESS) return 1 ; /* how that ends is told by reap() */
  if (err == ESRCH && group && s->is_child) err = send_to_process(s, sig) ? 0 : errno ; /* it has none of its own yet */
  if (err == ESRCH && !group) err = 0 ; /* its end is about to be told */
  reap_count(s, err) ;
  if (err && err != ESRCH) say_not_sent(s, group, err) ;
  return !err ;
}

/* A child that was to send a signal has ended. The down-signal is sent again; SIGKILL will be anyhow. */
static void sender_ended (struct supervisor *s, struct send const *what, int err)
{
  reap_count(s, err == ESRCH ? 0 : err) ;
  if (!err || err == ESRCH) return ;
  say_not_sent(s, !!(what->flags & SEND_GROUP), err) ;
  if (s->phase != PHASE_UP || !s->process.pid || what->pid != (what->flags & SEND_GROUP ? s->group : s->process.pid)) return ;
  if (what->sig == SIGSTOP && s->status.flags & STATUS_PAUSED)
  {
    s->status.flags &= ~(unsigned int)STATUS_PAUSED ;
    publish_status(s) ;
  }
  if (what->sig != s->settings.down_signal || !s->told_ms) return ;
  s->unheard = 1 ;
  s->down_again_ms = clock_ms() + SEND_AGAIN_MS ;
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

static void forget (struct supervisor *s)
{
  if (s->process_fd >= 0) fd_close(s->process_fd) ;
  s->process = (struct process_birth) { 0 } ;
  s->process_fd = -1 ;
  s->is_child = s->end_unseen = 0 ;
  s->unheard = 0 ;
  s->down_again_ms = 0 ;
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
  s->end_noted = 0 ;
  s->finish_group = s->process.pid ; /* should it be ./finish */
  forget(s) ;
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
  if (s->is_child || s->adopted || !s->process.pid || !process_is_child(s->process.pid)) return s->is_child ;
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
  if (s->adopted && s->reports >= 0) act_arm(s, AWAIT_CODE_MS) ; /* the scanner is about to tell */
  else reap_unknown(s) ;
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
    struct send what ;
    int wstat ;
    int err ;
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
      strays_reaped(info.si_pid) ;
      reap_act(s) ;
      continue ;
    }
    reap_one(info.si_pid, &wstat) ;
    strays_reaped(info.si_pid) ;
    if (info.si_pid == s->checker) upgrade_tried(s, wstat) ;
    else if (send_ended(info.si_pid, wstat, &what, &err)) sender_ended(s, &what, err) ;
  }
  if (strays_under_way(s)) strays_look(s) ;
  else if (s->searching)
  {
    enum life_event found = forked_find(s) ;
    if (found != LIFE_DEADLINE) act(s, found) ;
  }
}
