#include "supervise/life.h"
#include "unit.h"

TEST(every_cell_of_the_table_is_filled_in)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    {
      struct life_step step = life_step((enum phase)phase, (enum life_event)event) ;
      CHECK(step.known) ;
      CHECK(step.next < PHASE_COUNT) ;
    }
}

TEST(commands_and_deadlines_are_possible_in_every_phase)
{
  static enum life_event const anytime[] = { LIFE_WANT_UP, LIFE_WANT_DOWN, LIFE_WANT_ONCE, LIFE_LEAVE, LIFE_DEADLINE } ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (unsigned int i = 0 ; i < sizeof anytime / sizeof *anytime ; i++)
      CHECK(!(life_step((enum phase)phase, anytime[i]).todo & LIFE_IMPOSSIBLE)) ;
}

TEST(run_is_started_only_while_nothing_runs)
{
  for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
  {
    CHECK(!(life_step(PHASE_UP, (enum life_event)event).todo & LIFE_RUN)) ;
    CHECK(!(life_step(PHASE_STRAYS, (enum life_event)event).todo & LIFE_RUN)) ;
    CHECK(!(life_step(PHASE_FINISHING, (enum life_event)event).todo & LIFE_RUN)) ;
    CHECK(!(life_step(PHASE_EXITED, (enum life_event)event).todo & LIFE_RUN)) ;
  }
}

TEST(nothing_leaves_exited)
{
  for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    CHECK(life_step(PHASE_EXITED, (enum life_event)event).next == PHASE_EXITED) ;
}

TEST(an_end_passes_through_strays_and_finish)
{
  CHECK(life_step(PHASE_UP, LIFE_RUN_ENDED).next == PHASE_STRAYS) ;
  CHECK(life_step(PHASE_STRAYS, LIFE_STRAYS_GONE).next == PHASE_FINISHING) ;
  CHECK(life_step(PHASE_FINISHING, LIFE_FINISHED).next == PHASE_DOWN) ;
  CHECK(life_step(PHASE_FINISHING, LIFE_FINISHED).todo & LIFE_SETTLE) ;
}

TEST(leaving_waits_for_a_service_that_runs)
{
  CHECK(life_step(PHASE_UP, LIFE_LEAVE).next == PHASE_UP) ;
  CHECK(life_step(PHASE_FINISHING, LIFE_LEAVE).next == PHASE_FINISHING) ;
  CHECK(life_step(PHASE_WAITING, LIFE_LEAVE).next == PHASE_EXITED) ;
  CHECK(life_step(PHASE_DOWN, LIFE_LEAVE).next == PHASE_EXITED) ;
}

TEST(settling)
{
  CHECK(life_settle(1, 0, 0, 0) == LIFE_SETTLED_AGAIN) ;
  CHECK(life_settle(0, 0, 0, 0) == LIFE_SETTLED_DOWN) ;
  CHECK(life_settle(1, 1, 0, 0) == LIFE_SETTLED_LEAVE) ;
  CHECK(life_settle(1, 1, 0, 1) == LIFE_SETTLED_AGAIN) ;
  CHECK(life_settle(0, 1, 0, 1) == LIFE_SETTLED_LEAVE) ;
  CHECK(life_settle(1, 0, 1, 0) == LIFE_SETTLED_DOWN) ;
  CHECK(life_settle(1, 1, 1, 1) == LIFE_SETTLED_LEAVE) ;
}

TEST(the_delay_grows_from_min_to_max)
{
  struct life_delay delay = { 0 } ;
  CHECK(life_restart_delay(&delay, 0, 5, 100, 1000) == 100) ;
  CHECK(life_restart_delay(&delay, 0, 5, 100, 1000) == 200) ;
  CHECK(life_restart_delay(&delay, 0, 5000, 100, 1000) == 400) ;
  CHECK(life_restart_delay(&delay, 0, 5, 100, 1000) == 800) ;
  CHECK(life_restart_delay(&delay, 0, 5, 100, 1000) == 1000) ;
  CHECK(life_restart_delay(&delay, 0, 5, 100, 1000) == 1000) ;
}

TEST(the_first_quick_death_after_a_second_is_free)
{
  struct life_delay delay = { 0 } ;
  CHECK(life_restart_delay(&delay, 0, 1000, 100, 1000) == 0) ;
  CHECK(life_restart_delay(&delay, 0, 1000, 100, 1000) == 100) ;
}

TEST(ten_seconds_up_or_being_asked_begin_anew)
{
  struct life_delay delay = { 0 } ;
  CHECK(life_restart_delay(&delay, 0, 0, 100, 1000) == 100) ;
  CHECK(life_restart_delay(&delay, 0, 10000, 100, 1000) == 0) ;
  CHECK(life_restart_delay(&delay, 0, 0, 100, 1000) == 100) ;
  CHECK(life_restart_delay(&delay, 1, 0, 100, 1000) == 0) ;
  CHECK(life_restart_delay(&delay, 0, 0, 100, 1000) == 100) ;
}

TEST(the_delay_does_not_overflow)
{
  struct life_delay delay = { 0 } ;
  CHECK(life_restart_delay(&delay, 0, 0, 4000000000u, UINT32_MAX) == 4000000000u) ;
  CHECK(life_restart_delay(&delay, 0, 0, 4000000000u, UINT32_MAX) == UINT32_MAX) ;
  CHECK(life_restart_delay(&delay, 0, 0, 0, 0) == 0) ;
}
