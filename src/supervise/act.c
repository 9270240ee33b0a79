#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "supervise/supervisor.h"
#include "wire/death_tally.h"
#include "wire/fifodir.h"

#define DRAIN_RESTARTS_MAX 5
#define STOP_AGAIN_MS 1000
#define KILL_AGAIN_MS 2000 /* what was sent SIGKILL is sent it again, should it still be there */
#define KILL_SELDOM_MS 10000
#define CODE_BY_SIGNAL 128

void act_arm (struct supervisor *s, uint32_t ms)
{
  s->deadline_ms = clock_ms() + ms ;
  s->state_pending = 1 ;
}

/* ---- starting ---- */

/* The scanner makes it anew, and starts another supervisor there. */
static int has_lost_directory (struct supervisor const *s)
{
  if (s->reports == -1 || access("supervise", F_OK) != -1 || errno != ENOENT) return 0 ;
  strerr_warnw1x("the service's live directory was removed: leaving, so that the scanner can make it again") ;
  return 1 ;
}

static void run (struct supervisor *s)
{
  if (has_lost_directory(s))
  {
    act(s, LIFE_ABANDON) ;
    return ;
  }
  settings_read(&s->settings, SETTINGS_START, &run_report_setting) ;
  settings_honour(&s->settings, &run_report_setting) ;
  s->state_pending = 1 ; /* a successor has them from there, if we do not live to see the start */
  s->up_ms = s->told_ms = s->group_told_ms = 0 ;
  s->kills = 0 ;
  s->asked = s->end_asked = s->at_once = s->forbidden = s->code_unknown = s->forked = s->searching = s->adopted = s->not_executed = s->stop_due = 0 ;
  s->said_ignored = s->said_not_sent = 0 ;
  s->reason = REASON_NONE ;
  s->deadline_ms = 0 ;
  if (s->leaving) s->drain_restarts++ ;
  if (!run_start(s))
  {
    act(s, LIFE_SPAWN_FAILED) ;
    return ;
  }
  if (s->started_once) s->restarts++ ;
  s->started_once = 1 ;
  act(s, LIFE_SPAWNED) ;
}

static void tell_up (struct supervisor *s)
{
  s->status.pid = s->process.pid ;
  tain_wallclock_read(&s->status.since) ;
  s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED | STATUS_FINISHING) ;
  publish_change(s, 'u') ;
}

static void tell_forked (struct supervisor *s)
{
  s->status.pid = s->process.pid ;
  s->searching = 0 ;
  s->deadline_ms = 0 ;
  s->forked = 1 ;
  s->state_pending = 1 ;
  s->status.wstat = s->wstat_before ; /* ./run has ended with 0, the service has not */
  publish_status(s) ;
}

/* ---- the end of ./run, and ./finish ---- */

static int has_obeyed (struct supervisor const *s)
{
  int wstat = (int)s->status.wstat ;
  if (s->code_unknown) return 0 ;
  if (WIFSIGNALED(wstat)) return WTERMSIG(wstat) == s->settings.down_signal ;
  return !WEXITSTATUS(wstat) || WEXITSTATUS(wstat) == CODE_BY_SIGNAL + s->settings.down_signal ;
}

static int was_asked (struct supervisor const *s, uint64_t now)
{
  struct life_asking asking =
  {
    .asked = s->asked,
    .told = !!s->told_ms,
    .told_ago_ms = s->told_ms ? now - s->told_ms : 0,
    .timeout_kill_ms = s->settings.timeout_kill_ms,
    .obeyed = has_obeyed(s)
  } ;
  return life_asked(&asking) ;
}

static void tell_down (struct supervisor *s)
{
  uint64_t now = clock_ms() ;
  s->up_ms = now - s->started_ms ;
  s->asked = s->end_asked = !!was_asked(s, now) ;
  s->deadline_ms = 0 ;
  if (s->notification >= 0) fd_close(s->notification) ;
  s->notification = -1 ;
  s->searching = s->stop_due = 0 ;
  s->has_ended = 1 ;
  s->status.pid = 0 ;
  s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED) ;
  tain_wallclock_read(&s->status.since) ;
  if (!death_tally_add(&s->status.since, (int)s->status.wstat, s->settings.max_death_tally))
    strerr_warnwu1sys("record the death in " DEATH_TALLY_FILE) ;
  publish_change(s, 'd') ;
}

static void run_finish (struct supervisor *s)
{
  s->kills = 0 ;
  if (s->abandoned || !run_start_finish(s))
  {
    act(s, LIFE_NO_FINISH) ;
    return ;
  }
  s->status.pid = s->process.pid ;
  s->status.flags |= STATUS_FINISHING ;
  if (s->settings.timeout_finish_ms) act_arm(s, s->settings.timeout_finish_ms) ;
  publish_status(s) ;
}

static void end_strays (struct supervisor *s)
{
  unsigned int finishing = s->status.flags & STATUS_FINISHING ;
  if (finishing)
  {
    s->status.pid = 0 ;
    s->status.flags &= ~(unsigned int)STATUS_FINISHING ;
  }
  strays_end(s) ;
  if (finishing && s->phase == PHASE_LEFTOVERS) publish_status(s) ;
}

static int is_failure (enum state_reason reason)
{
  return reason != REASON_NONE && reason != REASON_DONE ;
}

static void judge (struct supervisor *s, int spawn_failed)
{
  static char const *const said[REASON_COUNT] =
  {
    [REASON_FINISH_FORBIDS] = "has failed for good: ./finish has exited 125",
    [REASON_FAILED] = "has failed for good: restart is `no`",
    [REASON_FAILED_TOO_OFTEN] = "has failed for good: more often in a row than `restart` allows",
  } ;
  struct life_end end =
  {
    .asked = s->asked,
    .failed = s->status.wstat || s->code_unknown || s->not_executed,
    .forbidden = s->forbidden && s->status.flags & STATUS_WANT_UP && !s->leaving, /* else there is nothing to forbid */
    .up_ms = s->up_ms,
    .policy = s->settings.restart,
    .restarts_max = s->settings.restart_max
  } ;
  if (spawn_failed && !s->not_executed) return ; /* it can pass, and is not the service's fault */
  s->reason = life_judge(&end, &s->failures) ;
  if (s->reason == REASON_NONE) return ;
  s->status.flags &= ~(unsigned int)STATUS_WANT_UP ;
  if (said[s->reason]) strerr_warnw2x(said[s->reason], " (`reeve start` starts it again)") ;
}

/* Permanently. A successor that finds it due tells the second as well. */
static void tell_failed (struct supervisor *s)
{
  publish_change(s, 'O') ;
  publish_event(s, 'D') ;
}

static void tell_finished (struct supervisor *s)
{
  s->deadline_ms = 0 ;
  s->status.pid = 0 ;
  s->status.flags &= ~(unsigned int)STATUS_FINISHING ;
  s->status.flags |= STATUS_READY ;
  tain_wallclock_read(&s->status.ready_since) ;
  if (is_failure(s->reason)) tell_failed(s) ;
  else publish_change(s, 'D') ;
}

static void settle (struct supervisor *s)
{
  int left = logger_input_left(s) && s->drain_restarts < DRAIN_RESTARTS_MAX ;
  act(s, life_settle(!!(s->status.flags & STATUS_WANT_UP), s->leaving, s->reason != REASON_NONE, left)) ;
}

static void delay (struct supervisor *s)
{
  uint32_t ms = life_restart_delay(&s->delay, s->asked, s->up_ms, s->settings.restart_delay_min_ms, s->settings.restart_delay_max_ms) ;
  if (s->end_heard && ms < LIFE_LISTENERS_MS) ms = LIFE_LISTENERS_MS ;
  act_arm(s, ms) ;
  s->listeners_ms = s->unread_ms = s->end_heard ? clock_ms() : 0 ;
}

/* The next start is due, and has to wait for s6's listeners: act_arm() was called. */
static int wait_for_listeners (struct supervisor *s)
{
  uint64_t now = clock_ms() ;
  int unread ;
  uint32_t ms ;
  if (s->phase != PHASE_WAITING || !s->listeners_ms) return 0 ;
  unread = fifodir_unread(FIFODIR) ;
  if (unread) s->unread_ms = now ;
  ms = life_listeners(now - s->listeners_ms, now - s->unread_ms, unread, process_alone()) ;
  if (!ms) return (s->listeners_ms = 0, 0) ;
  act_arm(s, ms) ;
  return 1 ;
}

void act_deadline (struct supervisor *s)
{
  if (!wait_for_listeners(s)) act(s, LIFE_DEADLINE) ;
}

/* ---- stopping ---- */

/* Can the down-signal have no effect on the process? */
static int is_deaf (struct supervisor const *s)
{
  struct process_signals signals ;
  return !s->settings.down_group && process_signals(s->process.pid, &signals) && signals.ignored >> (s->settings.down_signal - 1) & 1 ;
}

/* Its end is not asked for any more by what it has ignored, or was not sent. */
static void take_back (struct supervisor *s)
{
  if (s->told_ms && !s->settings.timeout_kill_ms && s->process.pid && is_deaf(s)) s->told_ms = 0 ;
}

/* A successor that finds it due does it, in our stead or again. Returns 0 when it could
   not be done, and is tried again in a second. */
static int stop_signal (struct supervisor *s)
{
  settings_read(&s->settings, SETTINGS_STOP, 0) ;
  s->stop_due = 1 ;
  publish_state(s) ;
  if (!s->told_ms) strays_note_earlier(s) ;
  if (!down_send(s))
  {
    act_arm(s, STOP_AGAIN_MS) ;
    return 0 ;
  }
  if (!s->deadline_ms) s->told_ms = clock_ms() ; /* else timeout-kill is counted already */
  if (s->settings.down_group) s->group_told_ms = process_clock_ms() ;
  reap_signal(s, SIGCONT, s->settings.down_group) ;
  s->stop_due = 0 ;
  s->state_pending = 1 ;
  if (s->settings.timeout_kill_ms && !s->deadline_ms) act_arm(s, s->settings.timeout_kill_ms) ;
  return 1 ;
}

/* There is nobody to signal yet: what ./run has left gets the down-signal as what is left. */
static void stop_search (struct supervisor *s)
{
  strays_note_earlier(s) ;
  s->told_ms = clock_ms() ;
  act(s, LIFE_RUN_ENDED) ;
}

void act_restart (struct supervisor *s)
{
  if (s->phase != PHASE_UP) return ;
  if (s->searching)
  {
    s->asked = 1 ;
    stop_search(s) ;
  }
  else if (stop_signal(s)) take_back(s) ;
}

static void stop (struct supervisor *s)
{
  if (s->searching) stop_search(s) ;
  else stop_signal(s) ;
}

void act_killed (struct supervisor *s)
{
  if (!s->leaving) return ; /* only a stop of the tree asks for it */
  s->kill_due = 1 ;
  s->report_pending = s->reports >= 0 ;
}

/* Whoever does not end of it is sent it again: no signal counts as the end. */
static void kill_process (struct supervisor *s, int group)
{
  if (group) reap_send(s, SIGKILL, 1) ;
  reap_send(s, SIGKILL, 0) ; /* it may have another group by now */
  act_killed(s) ;
  act_arm(s, s->kills ? KILL_SELDOM_MS : KILL_AGAIN_MS) ;
  if (s->kills < 2) s->kills++ ;
}

static void kill_too_late (struct supervisor *s, char const *what, int group)
{
  int first = !s->kills ;
  int second = s->kills == 1 ;
  kill_process(s, group) ;
  if (first) strerr_warnw1x(what) ;
  else if (second) strerr_warnw3x("./", s->phase == PHASE_UP ? "run" : "finish", " has not ended by SIGKILL either; sending it again every 10 seconds") ;
}

void act_kill (struct supervisor *s)
{
  s->at_once = 1 ;
  if (s->phase == PHASE_UP && s->process.pid) kill_process(s, 1) ;
  if (s->searching) act(s, LIFE_RUN_ENDED) ;
  else strays_look(s) ;
}

static void abandon (struct supervisor *s)
{
  s->abandoned = s->at_once = 1 ;
  if (s->process.pid) kill_process(s, 1) ;
  if (s->searching) act(s, LIFE_RUN_ENDED) ;
  else strays_look(s) ;
}

static void deadline_passed (struct supervisor *s)
{
  s->deadline_ms = 0 ;
  if (s->end_unseen) reap_unknown(s) ;
  else if (s->searching)
  {
    enum life_event found = forked_find(s) ;
    if (found != LIFE_DEADLINE) act(s, found) ;
  }
  else if (s->phase == PHASE_UP && s->stop_due)
  {
    if (s->status.flags & STATUS_WANT_UP) act_restart(s) ;
    else stop(s) ;
  }
  else if (s->phase == PHASE_UP)
  {
    s->asked = 1 ; /* the deadline was of an end that was asked for */
    kill_too_late(s, "./run has not ended within timeout-kill; killing it", s->settings.kill_group || s->at_once) ;
  }
  else kill_too_late(s, "./finish has not ended within timeout-finish; killing it", s->at_once) ;
}

/* ---- steps ---- */

static void mark (struct supervisor *s, unsigned int todo)
{
  unsigned int before = s->status.flags ;
  if (todo & LIFE_MARK_UP)
  {
    s->status.flags |= STATUS_WANT_UP ;
    s->failures = 0 ;
    if (s->phase == PHASE_UP && !s->leaving)
    {
      s->asked = 0 ;
      take_back(s) ;
      down_never_again(s) ; /* whoever has not heard it need not */
    }
  }
  if (todo & LIFE_MARK_DOWN) s->status.flags &= ~(unsigned int)STATUS_WANT_UP ;
  if (todo & LIFE_MARK_LEAVING) s->leaving = 1 ;
  if (todo & (LIFE_MARK_DOWN | LIFE_MARK_LEAVING)) s->asked = 1 ;
  s->state_pending = 1 ;
  if (s->status.flags != before) publish_status(s) ;
}

void act (struct supervisor *s, enum life_event event)
{
  struct life_step step = life_step(s->phase, event) ;
  if (step.todo & LIFE_IMPOSSIBLE)
  {
    strerr_warnw2x("impossible event while ", phase_name(s->phase)) ;
    return ;
  }
  if (s->phase != step.next) s->state_pending = 1 ;
  s->phase = step.next ;
  if (event == LIFE_DEADLINE || s->phase == PHASE_DOWN) s->deadline_ms = 0 ;
  if (step.todo & (LIFE_MARK_UP | LIFE_MARK_DOWN | LIFE_MARK_LEAVING)) mark(s, step.todo) ;
  if (step.todo & LIFE_TELL_UP) tell_up(s) ;
  if (step.todo & LIFE_TELL_FORKED) tell_forked(s) ;
  if (step.todo & LIFE_TELL_DOWN) tell_down(s) ;
  if (step.todo & LIFE_JUDGE)
  {
    judge(s, event == LIFE_SPAWN_FAILED) ;
    if (event == LIFE_SPAWN_FAILED && is_failure(s->reason)) tell_failed(s) ;
  }
  if (step.todo & LIFE_TELL_FINISHED) tell_finished(s) ;
  if (step.todo & LIFE_STOP) stop(s) ;
  if (step.todo & LIFE_KILL) deadline_passed(s) ;
  if (step.todo & LIFE_ABANDON_ALL) abandon(s) ;
  if (step.todo & LIFE_END_STRAYS) end_strays(s) ;
  if (step.todo & LIFE_RUN) run(s) ;
  if (step.todo & LIFE_RUN_FINISH) run_finish(s) ;
  if (step.todo & LIFE_DELAY) delay(s) ;
  if (step.todo & LIFE_SETTLE) settle(s) ;
}
