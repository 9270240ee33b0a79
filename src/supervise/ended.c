#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "service/success_codes.h"
#include "supervise/policy.h"
#include "supervise/supervisor.h"
#include "wire/death_tally.h"
#include "wire/fifodir.h"

#define DRAIN_RESTARTS_MAX 5
#define CODE_BY_SIGNAL 128

/* ---- ./run has ended ---- */

/* Has ./run ended in a way that is not a failure? */
static int is_success (struct supervisor const *s)
{
  return !s->code_unknown && (!s->status.wstat || (s->settings.has_success_codes && success_codes_have(&s->settings.success_codes, s->status.wstat))) ;
}

static int has_obeyed (struct supervisor const *s)
{
  int wstat = (int)s->status.wstat ;
  if (s->code_unknown) return 0 ;
  if (is_success(s)) return 1 ;
  if (WIFSIGNALED(wstat)) return WTERMSIG(wstat) == s->settings.down_signal ;
  return WEXITSTATUS(wstat) == CODE_BY_SIGNAL + s->settings.down_signal ;
}

static int was_asked (struct supervisor const *s, uint64_t now)
{
  struct asking asking =
  {
    .asked = s->asked,
    .told = s->told_ms && !s->unfit,
    .told_ago_ms = s->told_ms ? now - s->told_ms : 0,
    .timeout_kill_ms = s->settings.timeout_kill_ms,
    .obeyed = has_obeyed(s)
  } ;
  return policy_asked(&asking) ;
}

/* Notes why ./run has ended, for `reeve why`. */
static void note_end (struct supervisor *s)
{
  int wstat = (int)s->status.wstat ;
  s->end = s->ending | (s->asked ? END_ASKED : 0) | (s->leaving ? END_LEAVING : 0) ;
  if (s->unfit && !(s->end & END_LATE)) s->end |= END_UNHEALTHY ;
  if (!s->code_unknown && s->sent && WIFSIGNALED(wstat) && (unsigned int)WTERMSIG(wstat) == s->sent) s->end |= END_SIGNALLED ;
}

void ended_tell_down (struct supervisor *s)
{
  uint64_t now = clock_ms() ;
  s->lived_ms = now - s->started_ms ;
  s->up_ms = (s->unfit || s->settings.oneshot) && !publish_has_got_ready(s) ? 0 : s->lived_ms ; /* a service that never became ready has not worked */
  s->ready_by_ms = 0 ;
  s->asked = s->end_asked = !!was_asked(s, now) ;
  if (s->notification >= 0) fd_close(s->notification) ;
  s->notification = -1 ;
  note_end(s) ;
  s->has_ended = 1 ;
  s->status.pid = 0 ;
  s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED) ;
  clock_stamp(&s->status.since) ;
  if (!death_tally_add(&s->status.since, (int)s->status.wstat, s->settings.max_death_tally))
    strerr_warnwu1sys("record the death in " DEATH_TALLY_FILE) ;
  publish_change(s, 'd') ;
}

/* ---- nothing runs any more ---- */

static int is_failure (enum state_reason reason)
{
  return reason != REASON_NONE && reason != REASON_DONE ;
}

/* Counts the end as a crash, if it is one. A row of crashes ends as the row of quick deaths does
   for the restart delay. */
static void count_crash (struct supervisor *s, struct end const *end)
{
  struct crash crash =
  {
    .asked = end->asked,
    .ordered = s->unfit || s->end & END_SIGNALLED || (s->sent && !end->failed),
    .paced = s->paced,
    .failed = end->failed,
    .again = s->reason == REASON_NONE,
    .up_ms = end->up_ms
  } ;
  if (s->undone) return ; /* ./undo has ended, not ./run */
  s->crash_due = policy_crash(&crash, &s->crash_row) ;
  if (s->crash_due) s->crashes++ ;
  if (s->not_executed) s->crash_due = 0 ; /* a message has said so already */
  s->state_pending = 1 ;
}

static void tell_failed_for_good (struct supervisor *s, char const *why)
{
  char words[CRASH_WORDS_MAX] ;
  if (s->not_executed) strerr_warnw3x("has failed for good: ", why, " (`reeve start` starts it again)") ;
  else strerr_warnw4x(crash_describe(s, words), ", and has failed for good: ", why, " (`reeve start` starts it again)") ;
  s->crash_due = 0 ;
}

static void judge (struct supervisor *s)
{
  static char const *const said[REASON_COUNT] =
  {
    [REASON_FINISH_FORBIDS] = "./finish has exited 125",
    [REASON_FAILED] = "restart is `no`",
    [REASON_FAILED_TOO_OFTEN] = "more often in a row than `restart` allows",
  } ;
  struct end end =
  {
    .asked = s->asked,
    .unknown = s->code_unknown,
    .task = s->settings.oneshot,
    .want_up = !!(s->status.flags & STATUS_WANT_UP),
    .failed = !is_success(s) || s->not_executed || s->unfit,
    .forbidden = s->forbidden && s->status.flags & STATUS_WANT_UP && !s->leaving, /* else no restart would follow anyway */
    .up_ms = s->up_ms,
    .policy = s->settings.restart,
    .restarts_max = s->settings.restart_max
  } ;
  s->reason = s->undone ? REASON_NONE : policy_judge(&end, &s->failures) ;
  count_crash(s, &end) ;
  if (s->reason == REASON_NONE) return ;
  s->status.flags &= ~(unsigned int)STATUS_WANT_UP ;
  if (end.task && end.unknown && s->reason == REASON_FAILED) tell_failed_for_good(s, "how the task has ended is not known, and it never runs twice unasked") ;
  else if (said[s->reason]) tell_failed_for_good(s, said[s->reason]) ;
}

static void tell_failed (struct supervisor *s)
{
  publish_change(s, 'O') ;
  publish_event(s, 'D') ;
}

void ended_tell_not_started (struct supervisor *s)
{
  if (!s->not_executed) return ; /* a cause that can pass is not the service's fault */
  s->end = END_NOT_EXECUTED ;
  judge(s) ;
  if (is_failure(s->reason)) tell_failed(s) ;
}

void ended_tell_finished (struct supervisor *s)
{
  judge(s) ;
  s->status.pid = 0 ;
  s->status.flags &= ~(unsigned int)STATUS_FINISHING ;
  s->status.flags |= STATUS_READY ;
  clock_stamp(&s->status.ready_since) ;
  if (is_failure(s->reason)) tell_failed(s) ;
  else publish_change(s, 'D') ;
}

enum life_event ended_settle (struct supervisor *s)
{
  int undo = publish_is_done(s) && (s->stopped || s->leaving) && !s->abandoned ;
  int left = logger_input_left(s) && s->drain_restarts < DRAIN_RESTARTS_MAX ;
  return life_settle(!!(s->status.flags & STATUS_WANT_UP), s->leaving, s->reason != REASON_NONE, left, undo) ;
}

/* ---- the next start ---- */

void ended_arm_delay (struct supervisor *s)
{
  /* A loop of quick deaths goes on even if another ./run was asked for after the end. A supervisor
     that leaves does not wait. */
  int asked = s->asked && (s->end_asked || s->leaving) ;
  uint32_t ms = policy_delay(&s->delay, asked || s->paced, s->up_ms, s->settings.restart_delay_min_ms, s->settings.restart_delay_max_ms) ;
  s->listeners_ms = s->unread_ms = clock_ms() ;
  s->deadline_ms = s->listeners_ms + ms ;
  s->state_pending = 1 ;
  if (ms) crash_tell(s, ms) ; /* without a delay it is reported when ./run has started again */
}

int ended_is_unheard (struct supervisor *s)
{
  uint64_t now ;
  int unread ;
  uint32_t ms ;
  if (!s->listeners_ms) return 0 ;
  publish_now(s) ; /* finds out whether there is any listener */
  if (!s->end_heard) return (s->listeners_ms = 0, 0) ;
  now = clock_ms() ;
  unread = fifodir_unread(FIFODIR) ;
  if (unread) s->unread_ms = now ;
  ms = policy_listeners(now - s->listeners_ms, now - s->unread_ms, unread, process_alone()) ;
  if (!ms) return (s->listeners_ms = 0, 0) ;
  deadline_arm(s, ms) ;
  return 1 ;
}
