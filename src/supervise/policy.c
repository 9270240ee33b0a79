#include "supervise/policy.h"

#define QUICK_DEATH_MS 10000
#define HAD_WORKED_MS 1000
#define OUTLIVED_MS 3000
#define LISTENER_TURN_MS 1000
#define LISTENER_STUCK_MS 3000
#define LISTENER_STEP_MAX_MS 500

int policy_asked (struct asking const *asking)
{
  if (asking->asked || (asking->told && asking->obeyed)) return 1 ;
  return asking->told && asking->told_ago_ms <= (asking->timeout_kill_ms ? asking->timeout_kill_ms : OUTLIVED_MS) ;
}

int policy_crash (struct crash const *crash, uint32_t *row)
{
  int again = crash->again && !crash->paced && crash->up_ms < QUICK_DEATH_MS ;
  int is_crash = !crash->asked && !crash->ordered && (crash->failed || again) ;
  if (crash->asked || crash->paced || crash->up_ms >= QUICK_DEATH_MS) *row = 0 ;
  if (is_crash && *row < UINT32_MAX) ++*row ;
  return is_crash ;
}

static int is_done (struct end const *end)
{
  return end->task && !end->failed && !(end->asked && end->want_up) ;
}

enum state_reason policy_judge (struct end const *end, uint32_t *failures)
{
  if (is_done(end)) return REASON_DONE ;
  if (end->asked || end->up_ms >= QUICK_DEATH_MS) *failures = 0 ;
  if (end->forbidden) return REASON_FINISH_FORBIDS ;
  if (end->asked) return REASON_NONE ;
  if (end->task && end->unknown) return REASON_FAILED ;
  if (end->policy == RESTART_ALWAYS) return REASON_NONE ;
  if (!end->failed) return REASON_DONE ;
  if (end->policy == RESTART_NO) return REASON_FAILED ;
  if (*failures < UINT32_MAX) ++*failures ;
  return end->restarts_max && *failures > end->restarts_max ? REASON_FAILED_TOO_OFTEN : REASON_NONE ;
}

uint32_t policy_delay (struct restart_delay *delay, int asked, uint64_t up_ms, uint32_t min_ms, uint32_t max_ms)
{
  uint32_t ms ;
  if (asked || up_ms >= QUICK_DEATH_MS)
  {
    *delay = (struct restart_delay) { 0 } ;
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

uint32_t policy_listeners (uint64_t waited_ms, uint64_t read_ms, int unread, int alone)
{
  uint64_t step = waited_ms ; /* each pause is as long as the time waited so far */
  if (waited_ms < LISTENERS_MS) return (uint32_t)(LISTENERS_MS - waited_ms) ;
  if (step > LISTENER_STEP_MAX_MS) step = LISTENER_STEP_MAX_MS ;
  if (unread) return waited_ms < LISTENER_STUCK_MS ? (uint32_t)step : 0 ;
  if (alone || read_ms >= LISTENER_TURN_MS) return 0 ;
  return (uint32_t)(step < LISTENER_TURN_MS - read_ms ? step : LISTENER_TURN_MS - read_ms) ;
}
