#include "supervise/life.h"

#define QUICK_DEATH_MS 10000
#define HAD_WORKED_MS 1000
#define OUTLIVED_MS 3000
#define LISTENER_TURN_MS 1000
#define LISTENER_STUCK_MS 3000
#define LISTENER_STEP_MAX_MS 500

#define CELL(next, todo) { next, todo, 1 }
#define NEVER(phase) CELL(phase, LIFE_IMPOSSIBLE)

static struct life_step const table[PHASE_COUNT][LIFE_EVENT_COUNT] =
{
  [PHASE_DOWN] =
  {
    [LIFE_WANT_UP]       = CELL(PHASE_DOWN, LIFE_MARK_UP | LIFE_RUN),
    [LIFE_WANT_DOWN]     = CELL(PHASE_DOWN, LIFE_MARK_DOWN),
    [LIFE_WANT_ONCE]     = CELL(PHASE_DOWN, LIFE_MARK_DOWN),
    [LIFE_LEAVE]         = CELL(PHASE_DOWN, LIFE_MARK_LEAVING | LIFE_SETTLE),
    [LIFE_ABANDON]       = CELL(PHASE_EXITED, LIFE_MARK_LEAVING),
    [LIFE_SPAWNED]       = CELL(PHASE_UP, LIFE_TELL_UP),
    [LIFE_SPAWN_FAILED]  = CELL(PHASE_DOWN, LIFE_JUDGE | LIFE_SETTLE),
    [LIFE_FORKED]        = NEVER(PHASE_DOWN),
    [LIFE_RUN_ENDED]     = NEVER(PHASE_DOWN),
    [LIFE_STRAYS_GONE]   = NEVER(PHASE_DOWN),
    [LIFE_FINISHED]      = NEVER(PHASE_DOWN),
    [LIFE_NO_FINISH]     = NEVER(PHASE_DOWN),
    [LIFE_DEADLINE]      = CELL(PHASE_DOWN, 0),
    [LIFE_SETTLED_DOWN]  = CELL(PHASE_DOWN, 0),
    [LIFE_SETTLED_AGAIN] = CELL(PHASE_WAITING, LIFE_DELAY),
    [LIFE_SETTLED_LEAVE] = CELL(PHASE_EXITED, 0),
  },
  [PHASE_WAITING] =
  {
    [LIFE_WANT_UP]       = CELL(PHASE_WAITING, LIFE_MARK_UP | LIFE_RUN),
    [LIFE_WANT_DOWN]     = CELL(PHASE_DOWN, LIFE_MARK_DOWN | LIFE_SETTLE),
    [LIFE_WANT_ONCE]     = CELL(PHASE_DOWN, LIFE_MARK_DOWN | LIFE_SETTLE),
    [LIFE_LEAVE]         = CELL(PHASE_DOWN, LIFE_MARK_LEAVING | LIFE_SETTLE),
    [LIFE_ABANDON]       = CELL(PHASE_EXITED, LIFE_MARK_LEAVING),
    [LIFE_SPAWNED]       = CELL(PHASE_UP, LIFE_TELL_UP),
    [LIFE_SPAWN_FAILED]  = CELL(PHASE_DOWN, LIFE_JUDGE | LIFE_SETTLE),
    [LIFE_FORKED]        = NEVER(PHASE_WAITING),
    [LIFE_RUN_ENDED]     = NEVER(PHASE_WAITING),
    [LIFE_STRAYS_GONE]   = NEVER(PHASE_WAITING),
    [LIFE_FINISHED]      = NEVER(PHASE_WAITING),
    [LIFE_NO_FINISH]     = NEVER(PHASE_WAITING),
    [LIFE_DEADLINE]      = CELL(PHASE_WAITING, LIFE_RUN),
    [LIFE_SETTLED_DOWN]  = NEVER(PHASE_WAITING),
    [LIFE_SETTLED_AGAIN] = NEVER(PHASE_WAITING),
    [LIFE_SETTLED_LEAVE] = NEVER(PHASE_WAITING),
  },
  [PHASE_UP] =
  {
    [LIFE_WANT_UP]       = CELL(PHASE_UP, LIFE_MARK_UP),
    [LIFE_WANT_DOWN]     = CELL(PHASE_UP, LIFE_MARK_DOWN | LIFE_STOP),
    [LIFE_WANT_ONCE]     = CELL(PHASE_UP, LIFE_MARK_DOWN),
    [LIFE_LEAVE]         = CELL(PHASE_UP, LIFE_MARK_LEAVING),
    [LIFE_ABANDON]       = CELL(PHASE_UP, LIFE_MARK_DOWN | LIFE_MARK_LEAVING | LIFE_ABANDON_ALL),
    [LIFE_SPAWNED]       = NEVER(PHASE_UP),
    [LIFE_SPAWN_FAILED]  = NEVER(PHASE_UP),
    [LIFE_FORKED]        = CELL(PHASE_UP, LIFE_TELL_FORKED),
    [LIFE_RUN_ENDED]     = CELL(PHASE_STRAYS, LIFE_TELL_DOWN | LIFE_END_STRAYS),
    [LIFE_STRAYS_GONE]   = NEVER(PHASE_UP),
    [LIFE_FINISHED]      = NEVER(PHASE_UP),
    [LIFE_NO_FINISH]     = NEVER(PHASE_UP),
    [LIFE_DEADLINE]      = CELL(PHASE_UP, LIFE_KILL),
    [LIFE_SETTLED_DOWN]  = NEVER(PHASE_UP),
    [LIFE_SETTLED_AGAIN] = NEVER(PHASE_UP),
    [LIFE_SETTLED_LEAVE] = NEVER(PHASE_UP),
  },
  [PHASE_STRAYS] =
  {
    [LIFE_WANT_UP]       = CELL(PHASE_STRAYS, LIFE_MARK_UP),
    [LIFE_WANT_DOWN]     = CELL(PHASE_STRAYS, LIFE_MARK_DOWN),
    [LIFE_WANT_ONCE]     = CELL(PHASE_STRAYS, LIFE_MARK_DOWN),
    [LIFE_LEAVE]         = CELL(PHASE_STRAYS, LIFE_MARK_LEAVING),
    [LIFE_ABANDON]       = CELL(PHASE_STRAYS, LIFE_MARK_DOWN | LIFE_MARK_LEAVING | LIFE_ABANDON_ALL),
    [LIFE_SPAWNED]       = NEVER(PHASE_STRAYS),
    [LIFE_SPAWN_FAILED]  = NEVER(PHASE_STRAYS),
    [LIFE_FORKED]        = NEVER(PHASE_STRAYS),
    [LIFE_RUN_ENDED]     = NEVER(PHASE_STRAYS),
    [LIFE_STRAYS_GONE]   = CELL(PHASE_FINISHING, LIFE_RUN_FINISH),
    [LIFE_FINISHED]      = NEVER(PHASE_STRAYS),
    [LIFE_NO_FINISH]     = NEVER(PHASE_STRAYS),
    [LIFE_DEADLINE]      = CELL(PHASE_STRAYS, LIFE_END_STRAYS),
    [LIFE_SETTLED_DOWN]  = NEVER(PHASE_STRAYS),
    [LIFE_SETTLED_AGAIN] = NEVER(PHASE_STRAYS),
    [LIFE_SETTLED_LEAVE] = NEVER(PHASE_STRAYS),
  },
  [PHASE_FINISHING] =
  {
    [LIFE_WANT_UP]       = CELL(PHASE_FINISHING, LIFE_MARK_UP),
    [LIFE_WANT_DOWN]     = CELL(PHASE_FINISHING, LIFE_MARK_DOWN),
    [LIFE_WANT_ONCE]     = CELL(PHASE_FINISHING, LIFE_MARK_DOWN),
    [LIFE_LEAVE]         = CELL(PHASE_FINISHING, LIFE_MARK_LEAVING),
    [LIFE_ABANDON]       = CELL(PHASE_FINISHING, LIFE_MARK_DOWN | LIFE_MARK_LEAVING | LIFE_ABANDON_ALL),
    [LIFE_SPAWNED]       = NEVER(PHASE_FINISHING),
    [LIFE_SPAWN_FAILED]  = NEVER(PHASE_FINISHING),
    [LIFE_FORKED]        = NEVER(PHASE_FINISHING),
    [LIFE_RUN_ENDED]     = NEVER(PHASE_FINISHING),
    [LIFE_STRAYS_GONE]   = NEVER(PHASE_FINISHING),
    [LIFE_FINISHED]      = CELL(PHASE_LEFTOVERS, LIFE_END_STRAYS),
    [LIFE_NO_FINISH]     = CELL(PHASE_DOWN, LIFE_JUDGE | LIFE_TELL_FINISHED | LIFE_SETTLE),
    [LIFE_DEADLINE]      = CELL(PHASE_FINISHING, LIFE_KILL),
    [LIFE_SETTLED_DOWN]  = NEVER(PHASE_FINISHING),
    [LIFE_SETTLED_AGAIN] = NEVER(PHASE_FINISHING),
    [LIFE_SETTLED_LEAVE] = NEVER(PHASE_FINISHING),
  },
  [PHASE_LEFTOVERS] =
  {
    [LIFE_WANT_UP]       = CELL(PHASE_LEFTOVERS, LIFE_MARK_UP),
    [LIFE_WANT_DOWN]     = CELL(PHASE_LEFTOVERS, LIFE_MARK_DOWN),
    [LIFE_WANT_ONCE]     = CELL(PHASE_LEFTOVERS, LIFE_MARK_DOWN),
    [LIFE_LEAVE]         = CELL(PHASE_LEFTOVERS, LIFE_MARK_LEAVING),
    [LIFE_ABANDON]       = CELL(PHASE_LEFTOVERS, LIFE_MARK_DOWN | LIFE_MARK_LEAVING | LIFE_ABANDON_ALL),
    [LIFE_SPAWNED]       = NEVER(PHASE_LEFTOVERS),
    [LIFE_SPAWN_FAILED]  = NEVER(PHASE_LEFTOVERS),
    [LIFE_FORKED]        = NEVER(PHASE_LEFTOVERS),
    [LIFE_RUN_ENDED]     = NEVER(PHASE_LEFTOVERS),
    [LIFE_STRAYS_GONE]   = CELL(PHASE_DOWN, LIFE_JUDGE | LIFE_TELL_FINISHED | LIFE_SETTLE),
    [LIFE_FINISHED]      = NEVER(PHASE_LEFTOVERS),
    [LIFE_NO_FINISH]     = NEVER(PHASE_LEFTOVERS),
    [LIFE_DEADLINE]      = CELL(PHASE_LEFTOVERS, LIFE_END_STRAYS),
    [LIFE_SETTLED_DOWN]  = NEVER(PHASE_LEFTOVERS),
    [LIFE_SETTLED_AGAIN] = NEVER(PHASE_LEFTOVERS),
    [LIFE_SETTLED_LEAVE] = NEVER(PHASE_LEFTOVERS),
  },
  [PHASE_EXITED] = /* whatever comes with the last wake-up is too late */
  {
    [LIFE_WANT_UP]       = CELL(PHASE_EXITED, 0),
    [LIFE_WANT_DOWN]     = CELL(PHASE_EXITED, 0),
    [LIFE_WANT_ONCE]     = CELL(PHASE_EXITED, 0),
    [LIFE_LEAVE]         = CELL(PHASE_EXITED, 0),
    [LIFE_ABANDON]       = CELL(PHASE_EXITED, 0),
    [LIFE_SPAWNED]       = NEVER(PHASE_EXITED),
    [LIFE_SPAWN_FAILED]  = NEVER(PHASE_EXITED),
    [LIFE_FORKED]        = CELL(PHASE_EXITED, 0),
    [LIFE_RUN_ENDED]     = CELL(PHASE_EXITED, 0),
    [LIFE_STRAYS_GONE]   = CELL(PHASE_EXITED, 0),
    [LIFE_FINISHED]      = CELL(PHASE_EXITED, 0),
    [LIFE_NO_FINISH]     = CELL(PHASE_EXITED, 0),
    [LIFE_DEADLINE]      = CELL(PHASE_EXITED, 0),
    [LIFE_SETTLED_DOWN]  = NEVER(PHASE_EXITED),
    [LIFE_SETTLED_AGAIN] = NEVER(PHASE_EXITED),
    [LIFE_SETTLED_LEAVE] = NEVER(PHASE_EXITED),
  },
} ;

struct life_step life_step (enum phase phase, enum life_event event)
{
  return table[phase][event] ;
}

enum life_event life_settle (int want_up, int leaving, int not_again, int input_left)
{
  if (not_again) return leaving ? LIFE_SETTLED_LEAVE : LIFE_SETTLED_DOWN ;
  if (leaving) return want_up && input_left ? LIFE_SETTLED_AGAIN : LIFE_SETTLED_LEAVE ;
  return want_up ? LIFE_SETTLED_AGAIN : LIFE_SETTLED_DOWN ;
}

int life_asked (struct life_asking const *asking)
{
  if (asking->asked || (asking->told && asking->obeyed)) return 1 ;
  return asking->told && asking->told_ago_ms <= (asking->timeout_kill_ms ? asking->timeout_kill_ms : OUTLIVED_MS) ;
}

enum state_reason life_judge (struct life_end const *end, uint32_t *failures)
{
  if (end->asked || end->up_ms >= QUICK_DEATH_MS) *failures = 0 ;
  if (end->forbidden) return REASON_FINISH_FORBIDS ;
  if (end->asked || end->policy == RESTART_ALWAYS) return REASON_NONE ;
  if (!end->failed) return REASON_DONE ;
  if (end->policy == RESTART_NO) return REASON_FAILED ;
  if (*failures < UINT32_MAX) ++*failures ;
  return end->restarts_max && *failures > end->restarts_max ? REASON_FAILED_TOO_OFTEN : REASON_NONE ;
}

uint32_t life_restart_delay (struct life_delay *delay, int asked, uint64_t up_ms, uint32_t min_ms, uint32_t max_ms)
{
  uint32_t ms ;
  if (asked || up_ms >= QUICK_DEATH_MS)
  {
    *delay = (struct life_delay) { 0 } ;
    return 0 ;
  }
  if (!delay->had_quick_death && up_ms >= HAD_WORKED_MS)
  {
    delay->had_quick_death = 1 ;
    return 0 ;
  }
  delay->had_quick_death = 1 ;
  ms = delay->next_ms > min_ms ? delay->next_ms : min_ms ;
  if (ms > max_ms) ms = max_ms ;
  delay->next_ms = ms > max_ms / 2 ? max_ms : ms * 2 ;
  return ms ;
}

uint32_t life_listeners (uint64_t waited_ms, uint64_t read_ms, int unread, int alone)
{
  uint64_t step = waited_ms < LIFE_LISTENERS_MS ? LIFE_LISTENERS_MS : waited_ms ; /* twice as long each time */
  if (step > LISTENER_STEP_MAX_MS) step = LISTENER_STEP_MAX_MS ;
  if (unread) return waited_ms < LISTENER_STUCK_MS ? (uint32_t)step : 0 ;
  if (alone || read_ms >= LISTENER_TURN_MS) return 0 ;
  return (uint32_t)(step < LISTENER_TURN_MS - read_ms ? step : LISTENER_TURN_MS - read_ms) ;
}
