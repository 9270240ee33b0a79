#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/send.h"
#include "supervise/supervisor.h"

#define SEND_AGAIN_MS 1000

/* Returns the process group that the process is in now; 0 with errno. A group's number from an
   earlier look may belong to another group by now. The answer is certain for a child, which keeps
   its pid until it is reaped. For any other process the pidfd tells afterwards whether it still
   existed when the kernel was asked. */
pid_t signal_present_group (struct supervisor *s)
{
  pid_t group ;
  if (s->is_child && !s->forked) return s->process.pid ; /* it leads its session, so it cannot leave its group */
  group = getpgid(s->process.pid) ;
  if (group == -1) return 0 ;
  if (!s->is_child && !process_signal_watched(s->process_fd, 0, 0)) return 0 ;
  if (group <= 1 || group == getpgrp()) return (errno = EPERM, 0) ;
  if (phase_is_up(s->phase)) s->group = group ;
  return group ;
}

/* Sends a signal to the process group. Before Linux 6.9 a pidfd takes no signal for a group: then
   the group's number is used. */
static int send_to_group (struct supervisor *s, int sig)
{
  struct send send = { .pid = signal_present_group(s), .fd = s->process_fd, .sig = sig, .flags = SEND_GROUP } ;
  if (!send.pid) return 0 ;
  if (send.fd >= 0 && send_signal(&send)) return 1 ;
  if (send.fd >= 0 && errno == EINPROGRESS) return 0 ;
  send.fd = -1 ;
  return send_signal(&send) ;
}

static int send_to_process (struct supervisor const *s, int sig)
{
  struct send send = { .pid = s->process.pid, .fd = s->is_child ? -1 : s->process_fd, .sig = sig } ;
  if (!s->is_child && s->process_fd == -1) return (errno = ESRCH, 0) ;
  return send_signal(&send) ;
}

void signal_count (struct supervisor *s, int err)
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

int signal_process (struct supervisor *s, int sig, int group)
{
  int err ;
  if (!s->process.pid) return 1 ;
  err = (group ? send_to_group(s, sig) : send_to_process(s, sig)) ? 0 : errno ;
  if (err == EINPROGRESS) return 1 ; /* a child sends it; signal_sender_ended() learns the result */
  if (err == ESRCH && group && s->is_child) err = send_to_process(s, sig) ? 0 : errno ; /* it has no group of its own yet */
  if (err == ESRCH && !group) err = 0 ; /* it has ended, and is about to be reaped */
  signal_count(s, err) ;
  if (err && err != ESRCH) say_not_sent(s, group, err) ;
  return !err ;
}

int signal_run (struct supervisor *s, int sig, int group)
{
  unsigned int before = s->status.flags ;
  if (!phase_is_up(s->phase) || !s->process.pid) return 1 ;
  if (!signal_process(s, sig, group)) return 0 ;
  if (sig == SIGSTOP) s->status.flags |= STATUS_PAUSED ;
  if (sig == SIGCONT) s->status.flags &= ~(unsigned int)STATUS_PAUSED ;
  if (s->status.flags != before) publish_status(s) ;
  return 1 ;
}

void signal_killed (struct supervisor *s)
{
  if (!s->leaving) return ; /* only in a stop does the scanner need to know */
  s->kill_due = 1 ;
  s->report_pending = s->reports >= 0 ;
}

/* A child that was to send a signal has ended. If it failed to send the down-signal, that is sent
   again. SIGKILL is repeated anyway. */
void signal_sender_ended (struct supervisor *s, struct send const *what, int err)
{
  signal_count(s, err == ESRCH ? 0 : err) ;
  if (!err || err == ESRCH) return ;
  say_not_sent(s, !!(what->flags & SEND_GROUP), err) ;
  if (!phase_is_up(s->phase) || !s->process.pid || what->pid != (what->flags & SEND_GROUP ? s->group : s->process.pid)) return ;
  if (what->sig == SIGSTOP && s->status.flags & STATUS_PAUSED)
  {
    s->status.flags &= ~(unsigned int)STATUS_PAUSED ;
    publish_status(s) ;
  }
  if (what->sig == s->settings.down_signal && s->phase == PHASE_STOPPING) s->down_again_ms = clock_ms() + SEND_AGAIN_MS ;
}
