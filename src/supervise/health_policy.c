#include "supervise/health_policy.h"

#define SOON_MIN_MS 200
#define SOON_MAX_MS 5000
#define SOON_PART 4

#define CELL(next, deeds) { next, deeds, 1 }
#define NEVER(phase) CELL(phase, HEALTH_IMPOSSIBLE)

static struct health_step const table[HEALTH_PHASE_COUNT][HEALTH_EVENT_COUNT] =
{
  [HEALTH_OFF] =
  {
    [HEALTH_BEGIN] = CELL(HEALTH_WAITING, HEALTH_ARM),
    [HEALTH_END] = CELL(HEALTH_OFF, 0),
    [HEALTH_DUE] = CELL(HEALTH_OFF, HEALTH_DISARM),
    [HEALTH_FLOODED] = NEVER(HEALTH_OFF),
    [HEALTH_ENDED] = NEVER(HEALTH_OFF),
    [HEALTH_NOT_STARTED] = NEVER(HEALTH_OFF),
  },
  [HEALTH_WAITING] =
  {
    [HEALTH_BEGIN] = CELL(HEALTH_WAITING, 0),
    [HEALTH_END] = CELL(HEALTH_OFF, HEALTH_DISARM),
    [HEALTH_DUE] = CELL(HEALTH_CHECKING, HEALTH_START),
    [HEALTH_FLOODED] = NEVER(HEALTH_WAITING),
    [HEALTH_ENDED] = NEVER(HEALTH_WAITING),
    [HEALTH_NOT_STARTED] = NEVER(HEALTH_WAITING),
  },
  [HEALTH_CHECKING] =
  {
    [HEALTH_BEGIN] = CELL(HEALTH_CHECKING, 0),
    [HEALTH_END] = CELL(HEALTH_DROPPED, HEALTH_DISARM | HEALTH_KILL),
    [HEALTH_DUE] = CELL(HEALTH_LATE, HEALTH_KILL | HEALTH_FAIL | HEALTH_ARM),
    [HEALTH_FLOODED] = CELL(HEALTH_LATE, HEALTH_KILL | HEALTH_FAIL | HEALTH_ARM),
    [HEALTH_ENDED] = CELL(HEALTH_WAITING, HEALTH_JUDGE | HEALTH_ARM),
    [HEALTH_NOT_STARTED] = CELL(HEALTH_WAITING, HEALTH_ARM),
  },
  [HEALTH_LATE] =
  {
    [HEALTH_BEGIN] = CELL(HEALTH_LATE, 0),
    [HEALTH_END] = CELL(HEALTH_DROPPED, HEALTH_DISARM),
    [HEALTH_DUE] = CELL(HEALTH_LATE, HEALTH_KILL | HEALTH_FAIL | HEALTH_ARM),
    [HEALTH_FLOODED] = CELL(HEALTH_LATE, 0),
    [HEALTH_ENDED] = CELL(HEALTH_WAITING, 0), /* the deadline of the next check stays */
    [HEALTH_NOT_STARTED] = NEVER(HEALTH_LATE),
  },
  [HEALTH_DROPPED] =
  {
    [HEALTH_BEGIN] = CELL(HEALTH_LATE, HEALTH_ARM),
    [HEALTH_END] = CELL(HEALTH_DROPPED, 0),
    [HEALTH_DUE] = CELL(HEALTH_DROPPED, HEALTH_DISARM),
    [HEALTH_FLOODED] = CELL(HEALTH_DROPPED, 0),
    [HEALTH_ENDED] = CELL(HEALTH_OFF, 0),
    [HEALTH_NOT_STARTED] = NEVER(HEALTH_DROPPED),
  },
} ;

struct health_step health_step (enum health_phase phase, enum health_event event)
{
  return table[phase][event] ;
}

static int is_starting (struct health_facts const *facts)
{
  return facts->health == HEALTH_UNKNOWN && facts->up_ms < facts->start_period_ms ;
}

enum health health_judge (struct health_facts const *facts, int passed, uint32_t *failures)
{
  if (passed) *failures = 0 ;
  if (passed) return HEALTH_GOOD ;
  if (is_starting(facts) || ++*failures < facts->retries) return HEALTH_UNKNOWN ;
  *failures = 0 ;
  return HEALTH_BAD ;
}

uint32_t health_delay (struct health_facts const *facts)
{
  uint64_t ms = facts->up_ms / SOON_PART ;
  if (facts->told_ready) return 0 ;
  if (!is_starting(facts)) return facts->interval_ms ;
  if (ms < SOON_MIN_MS) ms = SOON_MIN_MS ;
  if (ms > SOON_MAX_MS) ms = SOON_MAX_MS ;
  return ms < facts->interval_ms ? (uint32_t)ms : facts->interval_ms ;
}
