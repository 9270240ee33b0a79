#include "scan/stages.h"

#define SPEAK_BEFORE_MS 500 /* before the end of the grace */
#define ABANDON_BEFORE_MS 500 /* before the end of the budget */
#define LEAVE_BEFORE_MS 200 /* before the end of the budget: LIVE/.s6-svscan/finish needs a moment, too */

static uint64_t before (uint32_t end_ms, uint32_t ms)
{
  return end_ms > ms ? end_ms - ms : 0 ;
}

static uint64_t before_end (struct stage_limits const *limits, uint32_t ms)
{
  return limits->budget_ms ? before(limits->budget_ms, ms) : STAGE_NEVER ;
}

int stage_kills_by_k (struct stage_limits const *limits)
{
  return limits->kill_ms && limits->kill_ms <= before_end(limits, STAGE_KILL_BEFORE_MS) ;
}

/* Half of the time in which services may end by themselves. */
static uint64_t order_ms (struct stage_limits const *limits)
{
  uint64_t end = limits->budget_ms ? limits->budget_ms : limits->grace_ms ? limits->grace_ms : STAGE_NEVER ;
  if (limits->kill_ms && limits->kill_ms < end) end = limits->kill_ms ;
  return end == STAGE_NEVER ? STAGE_NEVER : end / 2 ;
}

uint64_t stage_due_ms (struct stage_limits const *limits, enum stage stage)
{
  switch (stage)
  {
    case STAGE_ORDER : return order_ms(limits) ;
    case STAGE_SPEAK : return limits->grace_ms && !limits->budget_ms ? before(limits->grace_ms, SPEAK_BEFORE_MS) : STAGE_NEVER ;
    case STAGE_KILL : return stage_kills_by_k(limits) ? limits->kill_ms : before_end(limits, STAGE_KILL_BEFORE_MS) ;
    case STAGE_ABANDON : return before_end(limits, ABANDON_BEFORE_MS) ;
    case STAGE_LEAVE : return before_end(limits, LEAVE_BEFORE_MS) ;
    default : return STAGE_NEVER ;
  }
}

enum stage stage_next (struct stage_limits const *limits, unsigned int done)
{
  enum stage first = STAGE_COUNT ;
  uint64_t first_ms = STAGE_NEVER ;
  for (unsigned int i = 0 ; i < STAGE_COUNT ; i++)
  {
    uint64_t ms = done & 1U << i ? STAGE_NEVER : stage_due_ms(limits, (enum stage)i) ;
    if (ms >= first_ms) continue ;
    first = (enum stage)i ;
    first_ms = ms ;
  }
  return first ;
}
