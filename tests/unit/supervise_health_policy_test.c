#include "supervise/health_policy.h"
#include "unit.h"

static struct health_facts const facts = { .up_ms = 1000, .start_period_ms = 60000, .retries = 3, .interval_ms = 30000 } ;

static enum health_phase next (enum health_phase phase, enum health_event event)
{
  return health_step(phase, event).next ;
}

static unsigned int deeds (enum health_phase phase, enum health_event event)
{
  return health_step(phase, event).deeds ;
}

static int runs (enum health_phase phase)
{
  return phase == HEALTH_CHECKING || phase == HEALTH_LATE || phase == HEALTH_DROPPED ;
}

TEST(every_cell_of_the_table_is_filled_in)
{
  for (int phase = 0 ; phase < HEALTH_PHASE_COUNT ; phase++)
    for (int event = 0 ; event < HEALTH_EVENT_COUNT ; event++)
    {
      CHECK(health_step((enum health_phase)phase, (enum health_event)event).known) ;
      CHECK(next((enum health_phase)phase, (enum health_event)event) < HEALTH_PHASE_COUNT) ;
    }
}

TEST(there_are_never_two_checks_at_once)
{
  for (int phase = 0 ; phase < HEALTH_PHASE_COUNT ; phase++)
    for (int event = 0 ; event < HEALTH_EVENT_COUNT ; event++)
    {
      if (runs((enum health_phase)phase)) CHECK(!(deeds((enum health_phase)phase, (enum health_event)event) & HEALTH_START)) ;
      if (!runs((enum health_phase)phase)) CHECK(!(deeds((enum health_phase)phase, (enum health_event)event) & HEALTH_KILL)) ;
      if (runs((enum health_phase)phase) && event != HEALTH_ENDED && event != HEALTH_NOT_STARTED) CHECK(runs(next((enum health_phase)phase, (enum health_event)event))) ;
    }
}

TEST(a_check_is_judged_once_unless_it_does_not_even_end_by_sigkill)
{
  CHECK(deeds(HEALTH_CHECKING, HEALTH_ENDED) == (HEALTH_JUDGE | HEALTH_ARM)) ;
  CHECK(deeds(HEALTH_CHECKING, HEALTH_DUE) == (HEALTH_KILL | HEALTH_FAIL | HEALTH_ARM)) ;
  CHECK(deeds(HEALTH_CHECKING, HEALTH_FLOODED) == (HEALTH_KILL | HEALTH_FAIL | HEALTH_ARM)) ;
  CHECK(next(HEALTH_CHECKING, HEALTH_DUE) == HEALTH_LATE) ;
  CHECK(!deeds(HEALTH_LATE, HEALTH_ENDED)) ;
  CHECK(deeds(HEALTH_LATE, HEALTH_DUE) & HEALTH_FAIL) ;
}

TEST(what_is_not_to_be_checked_any_more_has_no_verdict_and_no_deadline)
{
  for (int phase = 0 ; phase < HEALTH_PHASE_COUNT ; phase++)
  {
    CHECK(!(deeds((enum health_phase)phase, HEALTH_END) & (HEALTH_JUDGE | HEALTH_FAIL | HEALTH_START | HEALTH_ARM))) ;
    CHECK(next((enum health_phase)phase, HEALTH_END) == (runs((enum health_phase)phase) ? HEALTH_DROPPED : HEALTH_OFF)) ;
    if (phase != HEALTH_OFF && phase != HEALTH_DROPPED) CHECK(deeds((enum health_phase)phase, HEALTH_END) & HEALTH_DISARM) ;
  }
  CHECK(deeds(HEALTH_CHECKING, HEALTH_END) & HEALTH_KILL) ;
  CHECK(next(HEALTH_DROPPED, HEALTH_ENDED) == HEALTH_OFF) ;
  CHECK(!deeds(HEALTH_DROPPED, HEALTH_ENDED)) ;
}

TEST(a_check_that_is_still_there_keeps_the_next_from_starting)
{
  CHECK(next(HEALTH_DROPPED, HEALTH_BEGIN) == HEALTH_LATE) ;
  CHECK(next(HEALTH_LATE, HEALTH_ENDED) == HEALTH_WAITING) ;
}

TEST(so_many_failures_in_a_row_make_it_unhealthy)
{
  struct health_facts good = facts ;
  uint32_t failures = 0 ;
  good.health = HEALTH_GOOD ;
  CHECK(health_judge(&good, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(health_judge(&good, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(health_judge(&good, 1, &failures) == HEALTH_GOOD) ;
  CHECK(health_judge(&good, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(health_judge(&good, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(health_judge(&good, 0, &failures) == HEALTH_BAD) ;
  CHECK(!failures) ; /* found so again after as many */
}

TEST(within_the_start_period_failures_count_after_the_first_success_only)
{
  struct health_facts now = facts ;
  uint32_t failures = 0 ;
  for (int i = 0 ; i < 10 ; i++) CHECK(health_judge(&now, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(!failures) ;
  now.up_ms = 60000 ; /* it is over */
  CHECK(health_judge(&now, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(failures == 1) ;
  now.up_ms = 2000 ;
  now.health = HEALTH_GOOD ;
  CHECK(health_judge(&now, 0, &failures) == HEALTH_UNKNOWN) ;
  CHECK(health_judge(&now, 0, &failures) == HEALTH_BAD) ;
}

TEST(one_failure_is_enough_where_retries_is_one)
{
  struct health_facts now = facts ;
  uint32_t failures = 0 ;
  now.start_period_ms = 0 ;
  now.retries = 1 ;
  CHECK(health_judge(&now, 0, &failures) == HEALTH_BAD) ;
}

TEST(checks_come_sooner_in_the_start_period)
{
  struct health_facts now = facts ;
  now.up_ms = 0 ;
  CHECK(health_delay(&now) == 200) ;
  now.up_ms = 4000 ;
  CHECK(health_delay(&now) == 1000) ;
  now.up_ms = 59000 ;
  CHECK(health_delay(&now) == 5000) ;
  now.interval_ms = 300 ;
  CHECK(health_delay(&now) == 300) ; /* never more than the interval */
  now.interval_ms = 100 ;
  now.up_ms = 0 ;
  CHECK(health_delay(&now) == 100) ;
}

TEST(else_the_interval_holds)
{
  struct health_facts now = facts ;
  now.health = HEALTH_GOOD ;
  CHECK(health_delay(&now) == 30000) ;
  now.health = HEALTH_BAD ;
  CHECK(health_delay(&now) == 30000) ;
  now.health = HEALTH_UNKNOWN ;
  now.up_ms = 60000 ;
  CHECK(health_delay(&now) == 30000) ;
  now.told_ready = 1 ;
  CHECK(!health_delay(&now)) ; /* the first one, when it has told */
}
