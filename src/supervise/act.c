#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "supervise/supervisor.h"
#include "wire/death_tally.h"
#include "wire/fifodir.h"

#define DRAIN_RESTARTS_MAX 5
#define STOP_AGAIN_MS 1000

void act_arm (struct supervisor *s, uint32_t ms)
{
  s->deadline_ms = clock_ms() + ms ;
  s->state_pending = 1 ;
}

/* ---- starting ---- */

static void run (struct supervisor *s)
{
  settings_read(&s->settings, SETTINGS_START, &run_report_setting) ;
  settings_honour(&s->settings, &run_report_setting) ;
  s->state_pending = 1 ; /* a successor has them from there, if we do not live to see the start */
  s->up_ms = 0 ;
  s->asked = s->forbidden = s->code_unknown = s->forked = s->searching = s->not_executed = s->stop_due = 0 ;
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

static void tell_down (struct supervisor *s)
{
  s->up_ms = clock_ms() - s->started_ms ;
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

/* A successor that finds it due does it, in our stead or again. Returns 0 when it could
   not be done, and is tried again in a second. */
static int stop_signal (struct supervisor *s)
{
  settings_read(&s->settings, SETTINGS_STOP, 0) ;
  s->asked = 1 ;
  s->stop_due = 1 ;
  publish_state(s) ;
  if (!reap_signal(s, s->settings.down_signal, 0))
  {
    act_arm(s, STOP_AGAIN_MS) ;
    return 0 ;
  }
  reap_signal(s, SIGCONT, 0) ;
  s->stop_due = 0 ;
  s->state_pending = 1 ;
  return 1 ;
}

void act_restart (struct supervisor *s)
{
  if (s->phase == PHASE_UP) stop_signal(s) ;
}

static void stop (struct supervisor *s)
{
  if (s->searching) /* there is nobody to signal yet but what will be strays */
  {
    act(s, LIFE_RUN_ENDED) ;
    return ;
  }
  if (stop_signal(s) && s->settings.timeout_kill_ms && !s->deadline_ms) act_arm(s, s->settings.timeout_kill_ms) ;
}

static void abandon (struct supervisor *s)
{
  s->abandoned = 1 ;
  reap_send(s, SIGKILL, 1) ;
  reap_send(s, SIGKILL, 0) ;
  if (s->searching) act(s, LIFE_RUN_ENDED) ;
  else strays_kill(s) ;
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
    if (s->status.flags & STATUS_WANT_UP) stop_signal(s) ; /* a restart */
    else stop(s) ;
  }
  else if (s->phase == PHASE_UP)
  {
    if (!reap_signal(s, SIGKILL, s->settings.kill_group)) act_arm(s, STOP_AGAIN_MS) ;
    else if (s->settings.kill_group && !s->is_child) reap_signal(s, SIGKILL, 0) ; /* whose group may be beyond our reach */
    strerr_warnw1x("./run has not ended within timeout-kill; killing it") ;
  }
  else
  {
    if (!reap_send(s, SIGKILL, 0)) act_arm(s, STOP_AGAIN_MS) ;
    strerr_warnw1x("./finish has not ended within timeout-finish; killing it") ;
  }
}

/* ---- steps ---- */

static void mark (struct supervisor *s, unsigned int todo)
{
  unsigned int before = s->status.flags ;
  if (todo & LIFE_MARK_UP)
  {
    s->status.flags |= STATUS_WANT_UP ;
    s->failures = 0 ;
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
