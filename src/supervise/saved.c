#include <string.h>

#include "base/clock.h"
#include "supervise/supervisor.h"

/* The flags of the saved state, and the members that hold them: one list for both directions. */
#define EACH_FLAG(DO) \
  DO(STATE_LEAVING, leaving) \
  DO(STATE_ASKED, asked) \
  DO(STATE_END_ASKED, end_asked) \
  DO(STATE_PACED, paced) \
  DO(STATE_UNFIT, unfit) \
  DO(STATE_STOPPED, stopped) \
  DO(STATE_UNDONE, undone) \
  DO(STATE_STARTED_ONCE, started_once) \
  DO(STATE_HAS_ENDED, has_ended) \
  DO(STATE_CODE_UNKNOWN, code_unknown) \
  DO(STATE_RUNNING_DRY, running_dry) \
  DO(STATE_IS_CHILD, is_child) \
  DO(STATE_ADOPTED, adopted) \
  DO(STATE_FORKED, forked) \
  DO(STATE_EVENT_HEARD, end_heard) \
  DO(STATE_END_NOTED, end_noted) \
  DO(STATE_FORBIDDEN, forbidden) \
  DO(STATE_AT_ONCE, at_once) \
  DO(STATE_ABANDONED, abandoned) \
  DO(STATE_KILL_DUE, kill_due)

#define SAVE_FLAG(bit, member) if (s->member) state->flags |= (bit) ;
#define RESTORE_FLAG(bit, member) s->member = !!(state->flags & (bit)) ;

void saved_pack (struct supervisor const *s, struct state *state)
{
  *state = (struct state)
  {
    .phase = s->phase,
    .status = s->status,
    .settings = s->settings,
    .restarts = s->restarts,
    .crashes = s->crashes,
    .crash_row = s->crash_row,
    .signals_tried = s->signals_tried,
    .signals_failed = s->signals_failed,
    .signal_errno = s->signal_errno,
    .failures = s->failures,
    .undo_wstat = s->undo_wstat,
    .births = s->births,
    .upgrades = s->upgrades,
    .failed_upgrades = s->failed_upgrades,
    .group = s->group,
    .started_ms = s->started_ms,
    .up_ms = s->up_ms,
    .deadline_ms = s->deadline_ms,
    .ready_by_ms = s->ready_by_ms,
    .next_delay_ms = s->delay.next_ms,
    .drain_restarts = s->drain_restarts,
    .late_ms = s->late_ms,
    .ending = s->ending,
    .end = s->end,
    .sent = s->sent,
    .lost = s->lost,
    .told_ms = s->told_ms,
    .group_told_ms = s->group_told_ms,
    .reason = s->reason,
    .process = s->phase == PHASE_SEARCHING ? s->candidate : s->process,
    .check = s->checks.process
  } ;
  memcpy(state->events_due, s->events_due, STATE_EVENTS_SIZE) ;
  EACH_FLAG(SAVE_FLAG)
  if (s->delay.had_quick_death) state->flags |= STATE_HAD_QUICK_DEATH ;
  if (s->deadline_ms) state->flags |= STATE_HAS_DEADLINE ;
  if (s->notification >= 0) state->flags |= STATE_AWAITS_READINESS ;
  if (s->phase == PHASE_EXITED) state->flags |= STATE_HAS_LEFT ;
  if (s->status_pending) state->flags |= STATE_STATUS_STALE ;
  if (s->down_again_ms) state->flags |= STATE_UNHEARD ;
  if (s->checks.health == HEALTH_GOOD) state->flags |= STATE_CHECKS_PASS ;
  if (s->checks.health == HEALTH_BAD) state->flags |= STATE_CHECKS_FAIL ;
}

void saved_unpack (struct supervisor *s, struct state const *state)
{
  s->settings = state->settings ;
  s->phase = state->phase ;
  s->status = state->status ;
  s->restarts = state->restarts ;
  s->crashes = state->crashes ;
  s->crash_row = state->crash_row ;
  s->signals_tried = state->signals_tried ;
  s->signals_failed = state->signals_failed ;
  s->signal_errno = state->signal_errno ;
  s->failures = state->failures ;
  s->undo_wstat = state->undo_wstat ;
  s->births = state->births ;
  s->upgrades = state->upgrades ;
  s->failed_upgrades = state->failed_upgrades ;
  s->group = state->group ;
  s->started_ms = state->started_ms ;
  s->up_ms = state->up_ms ;
  s->deadline_ms = state->flags & STATE_HAS_DEADLINE ? state->deadline_ms : 0 ;
  s->ready_by_ms = state->ready_by_ms ;
  s->delay = (struct restart_delay) { .next_ms = state->next_delay_ms, .had_quick_death = !!(state->flags & STATE_HAD_QUICK_DEATH) } ;
  s->drain_restarts = state->drain_restarts ;
  s->late_ms = state->late_ms ;
  s->ending = state->ending ;
  s->end = state->end ;
  s->sent = state->sent ;
  s->lost = state->lost ;
  s->told_ms = state->told_ms ;
  s->group_told_ms = state->group_told_ms ;
  s->reason = state->reason ;
  memcpy(s->events_due, state->events_due, STATE_EVENTS_SIZE) ;
  s->process = state->process ;
  EACH_FLAG(RESTORE_FLAG)
  if (state->flags & STATE_UNHEARD) s->down_again_ms = clock_ms() ;
}
