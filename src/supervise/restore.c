#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

#define AGAIN_MS 1000

/* Which bits of the saved flags are which of ours: one list for both ways. */
#define EACH_FLAG(DO) \
  DO(STATE_LEAVING, leaving) \
  DO(STATE_ASKED, asked) \
  DO(STATE_END_ASKED, end_asked) \
  DO(STATE_STARTED_ONCE, started_once) \
  DO(STATE_HAS_ENDED, has_ended) \
  DO(STATE_CODE_UNKNOWN, code_unknown) \
  DO(STATE_RUNNING_DRY, running_dry) \
  DO(STATE_STOP_DUE, stop_due) \
  DO(STATE_IS_CHILD, is_child) \
  DO(STATE_ADOPTED, adopted) \
  DO(STATE_SEARCHING, searching) \
  DO(STATE_FORKED, forked) \
  DO(STATE_EVENT_HEARD, end_heard) \
  DO(STATE_END_NOTED, end_noted) \
  DO(STATE_UNHEARD, unheard) \
  DO(STATE_FORBIDDEN, forbidden)

#define SAVE_FLAG(bit, member) if (s->member) state->flags |= (bit) ;
#define RESTORE_FLAG(bit, member) s->member = !!(state->flags & (bit)) ;

void restore_save (struct supervisor const *s, struct state *state)
{
  *state = (struct state)
  {
    .phase = s->phase,
    .status = s->status,
    .settings = s->settings,
    .restarts = s->restarts,
    .signals_tried = s->signals_tried,
    .signals_failed = s->signals_failed,
    .signal_errno = s->signal_errno,
    .failures = s->failures,
    .births = s->births,
    .upgrades = s->upgrades,
    .failed_upgrades = s->failed_upgrades,
    .group = s->group,
    .started_ms = s->started_ms,
    .up_ms = s->up_ms,
    .deadline_ms = s->deadline_ms,
    .next_delay_ms = s->delay.next_ms,
    .drain_restarts = s->drain_restarts,
    .lost = s->lost,
    .told_ms = s->told_ms,
    .group_told_ms = s->group_told_ms,
    .reason = s->reason,
    .event_due = s->event_due,
    .process = s->searching ? s->candidate : s->process
  } ;
  EACH_FLAG(SAVE_FLAG)
  if (s->delay.had_quick_death) state->flags |= STATE_HAD_QUICK_DEATH ;
  if (s->deadline_ms) state->flags |= STATE_HAS_DEADLINE ;
  if (s->notification >= 0) state->flags |= STATE_AWAITS_READINESS ;
  if (s->phase == PHASE_EXITED) state->flags |= STATE_HAS_LEFT ;
  if (s->status_pending) state->flags |= STATE_STATUS_STALE ;
}

/* A child that was born when our predecessor could take note of it no more. */
static void take_birth (struct supervisor *s, struct birth const *birth)
{
  if (!birth->process.pid || birth->number <= s->births) return ;
  s->births = birth->number ;
  if (birth->what == 'r' && (s->phase == PHASE_DOWN || s->phase == PHASE_WAITING))
  {
    s->process = birth->process ;
    s->group = birth->process.pid ;
    s->started_ms = clock_ms() ;
    if (s->started_once) s->restarts++ ;
    s->started_once = 1 ;
    s->asked = s->end_asked = s->forbidden = s->code_unknown = s->forked = s->stop_due = 0 ;
    s->up_ms = s->told_ms = s->group_told_ms = 0 ;
    s->deadline_ms = 0 ;
    s->reason = REASON_NONE ;
    s->phase = PHASE_UP ;
    s->status.pid = s->process.pid ;
    s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED | STATUS_FINISHING) ;
    tain_wallclock_read(&s->status.since) ;
    s->event_due = 'u' ;
  }
  else if (birth->what == 'f' && (s->phase == PHASE_STRAYS || (s->phase == PHASE_FINISHING && !s->process.pid)))
  {
    s->process = birth->process ;
    s->phase = PHASE_FINISHING ;
    s->status.pid = s->process.pid ;
    s->status.flags |= STATUS_FINISHING ;
    s->deadline_ms = s->settings.timeout_finish_ms ? clock_ms() + s->settings.timeout_finish_ms : 0 ;
  }
}

/* It is no child of ours: is it still the one that was recorded? If it has ended, reap_seen()
   is to follow. Nothing has happened yet: one that cannot be watched now is another try's. */
static void take_process (struct supervisor *s, enum restored how)
{
  if (!s->process.pid || s->is_child || s->end_noted) return ;
  if (!process_can_prove())
  {
    if (process_lives(&s->process) == 1) strerr_dief1x(111, "the service's process runs, and cannot be adopted without pidfds and /proc") ;
    if (s->phase == PHASE_UP && s->reports >= 0)
    {
      s->asked = 1 ; /* the scanner has ended it, by the down-signal */
      if (!s->told_ms) s->told_ms = clock_ms() ;
    }
    return ;
  }
  while ((s->process_fd = process_watch(&s->process)) == -1 && errno != ESRCH)
  {
    if (how == RESTORED_ADOPTED) strerr_diefu1sys(111, "watch the service's process by a pidfd") ;
    clock_pause("watch the service's process by a pidfd", AGAIN_MS) ;
  }
}

void restore (struct supervisor *s, struct state const *state, struct birth const *birth, enum restored how)
{
  s->settings = state->settings ;
  s->phase = state->phase ;
  s->status = state->status ;
  s->restarts = state->restarts ;
  s->signals_tried = state->signals_tried ;
  s->signals_failed = state->signals_failed ;
  s->signal_errno = state->signal_errno ;
  s->failures = state->failures ;
  s->births = state->births ;
  s->upgrades = state->upgrades + (how == RESTORED_UPGRADED) ;
  s->failed_upgrades = state->failed_upgrades ;
  s->group = state->group ;
  s->started_ms = state->started_ms ;
  s->up_ms = state->up_ms ;
  s->deadline_ms = state->flags & STATE_HAS_DEADLINE ? state->deadline_ms : 0 ;
  s->delay = (struct life_delay) { .next_ms = state->next_delay_ms, .had_quick_death = !!(state->flags & STATE_HAD_QUICK_DEATH) } ;
  s->drain_restarts = state->drain_restarts ;
  s->lost = state->lost ;
  s->told_ms = state->told_ms ;
  s->group_told_ms = state->group_told_ms ;
  s->reason = state->reason ;
  s->event_due = state->event_due ;
  s->process = state->process ;
  EACH_FLAG(RESTORE_FLAG)
  if (how == RESTORED_ADOPTED)
  {
    s->is_child = 0 ;
    s->adopted = 1 ;
    s->searching = 0 ; /* the process is a candidate, and will not be taken for the service */
    take_birth(s, birth) ;
    if (s->phase == PHASE_UP && state->flags & STATE_AWAITS_READINESS) s->notification = fifo_open(NOTIFY_FIFO, O_RDONLY) ;
  }
  take_process(s, how) ;
  s->state_pending = 1 ;
}

/* What our predecessor was to learn of the service, and nobody can learn any more. */
static char const *what_is_lost (struct supervisor *s)
{
  if (s->told_ms || s->stop_due) return 0 ;
  if (s->settings.forks && !s->forked) return "./run had not gone into the background yet, and what it leaves behind falls to another process now" ;
  if (s->notification == -1) return 0 ;
  command_notified(s) ;
  return s->notification == -1 && !(s->status.flags & STATUS_READY) ? "whether the service is ready was told to nobody" : 0 ;
}

/* Without that the service would be taken for what it is not. */
static void start_again (struct supervisor *s, char const *lost)
{
  strerr_warnw3x("the last supervisor was killed, and ", lost, ": starting the service again") ;
  act_restart(s) ;
}

/* What our predecessor was about to do. */
void restore_go_on (struct supervisor *s, enum restored how)
{
  char due = s->event_due ;
  char const *lost ;
  down_go_on(s) ;
  publish_status(s) ;
  publish_state(s) ;
  if (how == RESTORED_ADOPTED) publish_event(s, 's') ;
  if (due && due != 's') publish_event(s, due) ;
  if (due == 'O') publish_event(s, 'D') ;
  if (s->end_noted) reap_act(s) ;
  else if (s->phase == PHASE_FINISHING && !s->process.pid)
  {
    s->phase = PHASE_STRAYS ; /* ./finish was about to be started */
    act(s, LIFE_STRAYS_GONE) ;
  }
  else if (s->phase == PHASE_UP && !s->process.pid && !s->searching) reap_unknown(s) ;
  else if (s->process.pid && !s->is_child && s->process_fd == -1) reap_seen(s) ;
  else if (s->phase == PHASE_UP && s->stop_due)
  {
    if (s->status.flags & STATUS_WANT_UP) act_restart(s) ;
    else act(s, LIFE_WANT_DOWN) ;
  }
  else if (how == RESTORED_ADOPTED && s->phase == PHASE_UP && (lost = what_is_lost(s))) start_again(s, lost) ;
  else if (strays_under_way(s)) strays_end(s) ;
  else if ((s->phase == PHASE_DOWN || s->phase == PHASE_WAITING) && s->leaving)
  {
    if (how == RESTORED_ADOPTED && s->phase == PHASE_WAITING) /* for the rest of its input, which nobody else held */
      strerr_warnw1x("what the service has written last is left unread, and lost") ;
    act(s, LIFE_LEAVE) ;
  }
  else if (s->phase == PHASE_WAITING && !s->deadline_ms) act(s, LIFE_DEADLINE) ; /* ./run was about to be started */
  else if (s->phase == PHASE_DOWN && s->status.flags & STATUS_WANT_UP) act(s, LIFE_WANT_UP) ;
}
