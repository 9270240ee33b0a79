#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/send.h"
#include "supervise/supervisor.h"

#define CODE_NEVER_AGAIN 125
#define AWAIT_CODE_MS 1000
#define FORKED_TWICE_MS 1000 /* a process so young may go into the background once more */

/* ---- the end of ./run or ./finish ---- */

static void note_undo (struct supervisor *s, unsigned int wstat, int unknown)
{
  char number[UINT_FMT] ;
  int signaled = WIFSIGNALED((int)wstat) ;
  s->undo_wstat = wstat ;
  if (!wstat || unknown) return ; /* an unknown end was reported already */
  number[uint_fmt(number, (unsigned int)WEXITSTATUS((int)wstat))] = 0 ;
  strerr_warnw4x("./undo has failed: it ", signaled ? "was ended by SIG" : "has exited ", signaled ? sig_name(WTERMSIG((int)wstat)) : number, " (it is not run again)") ;
}

/* Notes how ./run or ./finish has ended. It is saved before the process is reaped: after that a
   successor could not learn it any more. */
static void note (struct supervisor *s, unsigned int wstat, int unknown)
{
  if (phase_is_up(s->phase))
  {
    if (s->forked && s->is_child) signal_present_group(s) ; /* its group, for ./finish and for strays: only an unreaped process can be asked */
    s->wstat_before = s->status.wstat ;
    s->status.wstat = wstat ;
    s->code_unknown = !!unknown ;
  }
  else if (s->undone) note_undo(s, wstat, unknown) ;
  else s->forbidden = !unknown && WIFEXITED((int)wstat) && WEXITSTATUS((int)wstat) == CODE_NEVER_AGAIN ;
  s->end_noted = 1 ;
  publish_state(s) ;
}

static int may_be_in_background (struct supervisor const *s)
{
  if (!phase_is_up(s->phase) || !s->settings.forks || s->status.wstat || s->code_unknown || s->told_ms || s->abandoned || s->at_once) return 0 ;
  return !s->forked || clock_ms() - s->forked_ms < FORKED_TWICE_MS ;
}

enum life_event children_act_on_end (struct supervisor *s)
{
  s->end_noted = 0 ;
  s->finish_group = s->process.pid ; /* used if the process was ./finish */
  if (s->process_fd >= 0) fd_close(s->process_fd) ;
  s->process = (struct process_birth) { 0 } ;
  s->process_fd = -1 ;
  s->is_child = 0 ;
  s->down_again_ms = 0 ;
  s->state_pending = 1 ;
  s->search_began_ms = 0 ;
  return may_be_in_background(s) ? LIFE_WENT_BACKGROUND : LIFE_ENDED ;
}

enum life_event children_code_unknown (struct supervisor *s)
{
  strerr_warnw3x(child_script(s), " has ended; nobody could learn its exit code", phase_is_up(s->phase) ? ", which counts as a failure" : "") ;
  note(s, STATUS_WSTAT_UNKNOWN, 1) ;
  return children_act_on_end(s) ;
}

/* ---- adopted processes ---- */

/* Is the process a child? The process of a pidfile may have become one: its parent has ended, and
   the supervisor is a subreaper. */
static int is_ours (struct supervisor *s)
{
  if (s->is_child || s->adopted || !s->process.pid || !process_is_child(s->process.pid)) return s->is_child ;
  if (s->process_fd >= 0) fd_close(s->process_fd) ;
  s->process_fd = -1 ;
  s->is_child = 1 ;
  return 1 ;
}

void children_arm_code (struct supervisor *s)
{
  deadline_arm(s, AWAIT_CODE_MS) ;
}

enum life_event children_told (struct supervisor *s, pid_t pid, unsigned int wstat)
{
  int doubtful ;
  if (!pid || pid != s->process.pid || s->is_child) return LIFE_NOTHING ;
  /* Without pidfds the scanner has ended the process. So an exit with 0 does not prove that the
     task is done. */
  doubtful = !wstat && s->settings.oneshot && phase_is_up(s->phase) && !process_can_prove() ;
  note(s, doubtful ? STATUS_WSTAT_UNKNOWN : wstat, doubtful) ;
  return children_act_on_end(s) ;
}

enum life_event children_seen (struct supervisor *s)
{
  if (is_ours(s)) return LIFE_NOTHING ; /* SIGCHLD will follow */
  if (s->adopted && s->reports >= 0) return LIFE_ENDED_UNSEEN ; /* the scanner reaps it, and tells the exit code */
  return children_code_unknown(s) ;
}

/* ---- children ---- */

static unsigned int wstat_of (siginfo_t const *info)
{
  if (info->si_code == CLD_EXITED) return (unsigned int)info->si_status << 8 & 0xff00 ;
  return (unsigned int)info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0) ;
}

static int reap (pid_t pid)
{
  int wstat = 0 ;
  while (waitpid(pid, &wstat, WNOHANG) == -1 && errno == EINTR) ;
  return wstat ;
}

/* A child that has ended, not reaped yet; 0: none. */
static pid_t dead_child (siginfo_t *info)
{
  int r ;
  info->si_pid = 0 ;
  do r = waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) ;
  while (r == -1 && errno == EINTR) ;
  return r == -1 ? 0 : info->si_pid ;
}

int children_reap (struct supervisor *s, enum life_event *event)
{
  siginfo_t info ;
  struct send what ;
  pid_t pid = dead_child(&info) ;
  int wstat ;
  int err ;
  *event = LIFE_CHILD_ENDED ;
  if (!pid) return 0 ;
  if (pid == s->process.pid && is_ours(s))
  {
    note(s, wstat_of(&info), 0) ;
    reap(pid) ;
    strays_reaped(pid) ;
    *event = children_act_on_end(s) ;
    return 1 ;
  }
  if (health_is_check(s, pid)) health_note_end(s, wstat_of(&info)) ;
  wstat = reap(pid) ;
  strays_reaped(pid) ;
  if (pid == s->trial.pid) upgrade_note_trial(s, wstat) ;
  else if (send_ended(pid, wstat, &what, &err)) signal_sender_ended(s, &what, err) ;
  return 1 ;
}
