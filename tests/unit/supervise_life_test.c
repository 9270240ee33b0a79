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
  static enum life_event const anytime[] = { LIFE_WANT_UP, LIFE_WANT_DOWN, LIFE_WANT_ONCE, LIFE_LEAVE, LIFE_ABANDON, LIFE_DEADLINE } ;
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
    CHECK(!(life_step(PHASE_LEFTOVERS, (enum life_event)event).todo & LIFE_RUN)) ;
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
  CHECK(life_step(PHASE_FINISHING, LIFE_FINISHED).next == PHASE_LEFTOVERS) ;
  CHECK(life_step(PHASE_FINISHING, LIFE_FINISHED).todo == LIFE_END_STRAYS) ;
  CHECK(life_step(PHASE_LEFTOVERS, LIFE_STRAYS_GONE).next == PHASE_DOWN) ;
  CHECK(life_step(PHASE_LEFTOVERS, LIFE_STRAYS_GONE).todo & LIFE_SETTLE) ;
}

TEST(without_a_finish_an_end_is_settled_at_once)
{
  CHECK(life_step(PHASE_FINISHING, LIFE_NO_FINISH).next == PHASE_DOWN) ;
  CHECK(life_step(PHASE_FINISHING, LIFE_NO_FINISH).todo & LIFE_SETTLE) ;
}

TEST(what_is_abandoned_is_killed_and_awaited)
{
  for (int phase = 0 ; phase < PHASE_EXITED ; phase++)
  {
    struct life_step step = life_step((enum phase)phase, LIFE_ABANDON) ;
    int runs = phase != PHASE_DOWN && phase != PHASE_WAITING ;
    CHECK(step.todo & LIFE_MARK_LEAVING) ;
    CHECK(step.next == (runs ? (enum phase)phase : PHASE_EXITED)) ;
    CHECK(!(step.todo & LIFE_ABANDON_ALL) == !runs) ;
  }
}

TEST(leaving_waits_for_a_service_that_runs)
{
  CHECK(life_step(PHASE_UP, LIFE_LEAVE).next == PHASE_UP) ;
  CHECK(life_step(PHASE_FINISHING, LIFE_LEAVE).next == PHASE_FINISHING) ;
}

TEST(where_nothing_runs_it_is_settled_whether_to_leave)
{
  static enum phase const idle[] = { PHASE_DOWN, PHASE_WAITING } ;
  for (unsigned int i = 0 ; i < sizeof idle / sizeof *idle ; i++)
  {
    struct life_step step = life_step(idle[i], LIFE_LEAVE) ;
    CHECK(step.next == PHASE_DOWN && step.todo == (LIFE_MARK_LEAVING | LIFE_SETTLE)) ;
    CHECK(life_step(step.next, LIFE_SETTLED_LEAVE).next == PHASE_EXITED) ;
  }
}

TEST(one_that_leaves_does_not_stay_down)
{
  static enum life_event const down[] = { LIFE_WANT_DOWN, LIFE_WANT_ONCE } ;
  for (unsigned int i = 0 ; i < sizeof down / sizeof *down ; i++) CHECK(life_step(PHASE_WAITING, down[i]).todo & LIFE_SETTLE) ;
}

TEST(what_run_has_left_behind_becomes_the_service_only_while_it_is_up)
{
  CHECK(life_step(PHASE_UP, LIFE_FORKED).next == PHASE_UP) ;
  CHECK(life_step(PHASE_UP, LIFE_FORKED).todo == LIFE_TELL_FORKED) ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (phase != PHASE_UP) CHECK(!(life_step((enum phase)phase, LIFE_FORKED).todo & LIFE_TELL_FORKED)) ;
}

TEST(an_end_that_settles_was_judged_before)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    {
      unsigned int todo = life_step((enum phase)phase, (enum life_event)event).todo ;
      int command = todo & (LIFE_MARK_DOWN | LIFE_MARK_LEAVING) ? 1 : 0 ; /* the end before it was judged */
      CHECK(!(todo & LIFE_JUDGE) == !(todo & LIFE_SETTLE && !command)) ;
    }
  CHECK(life_step(PHASE_DOWN, LIFE_SPAWN_FAILED).todo & LIFE_JUDGE) ;
  CHECK(life_step(PHASE_WAITING, LIFE_SPAWN_FAILED).todo & LIFE_JUDGE) ;
}

static struct life_end const crash = { .failed = 1, .up_ms = 50, .policy = RESTART_ALWAYS } ;

static enum state_reason judged (struct life_end end, enum restart_policy policy, uint32_t max, uint32_t *failures)
{
  end.policy = policy ;
  end.restarts_max = max ;
  return life_judge(&end, failures) ;
}

TEST(with_always_every_end_starts_again)
{
  uint32_t failures = 0 ;
  struct life_end success = crash ;
  success.failed = 0 ;
  CHECK(judged(crash, RESTART_ALWAYS, 0, &failures) == REASON_NONE) ;
  CHECK(judged(success, RESTART_ALWAYS, 0, &failures) == REASON_NONE) ;
}

TEST(with_no_a_failure_is_permanent_and_success_is_the_end)
{
  uint32_t failures = 0 ;
  struct life_end success = crash ;
  success.failed = 0 ;
  CHECK(judged(crash, RESTART_NO, 0, &failures) == REASON_FAILED) ;
  CHECK(judged(success, RESTART_NO, 0, &failures) == REASON_DONE) ;
}

TEST(on_failure_alone_has_no_limit)
{
  uint32_t failures = UINT32_MAX - 2 ;
  struct life_end success = crash ;
  success.failed = 0 ;
  for (int i = 0 ; i < 10 ; i++) CHECK(judged(crash, RESTART_ON_FAILURE, 0, &failures) == REASON_NONE) ;
  CHECK(failures == UINT32_MAX) ; /* and does not wrap */
  CHECK(judged(success, RESTART_ON_FAILURE, 0, &failures) == REASON_DONE) ;
}

TEST(on_failure_with_n_allows_n_restarts)
{
  uint32_t failures = 0 ;
  CHECK(judged(crash, RESTART_ON_FAILURE, 2, &failures) == REASON_NONE) ;
  CHECK(judged(crash, RESTART_ON_FAILURE, 2, &failures) == REASON_NONE) ;
  CHECK(judged(crash, RESTART_ON_FAILURE, 2, &failures) == REASON_FAILED_TOO_OFTEN) ;
  failures = 0 ;
  CHECK(judged(crash, RESTART_ON_FAILURE, 1, &failures) == REASON_NONE) ;
  CHECK(judged(crash, RESTART_ON_FAILURE, 1, &failures) == REASON_FAILED_TOO_OFTEN) ;
}

TEST(the_count_begins_anew_after_ten_seconds_up)
{
  uint32_t failures = 2 ;
  struct life_end late = crash ;
  late.up_ms = 9999 ;
  CHECK(judged(late, RESTART_ON_FAILURE, 2, &failures) == REASON_FAILED_TOO_OFTEN) ;
  failures = 2 ;
  late.up_ms = 10000 ;
  CHECK(judged(late, RESTART_ON_FAILURE, 2, &failures) == REASON_NONE && failures == 1) ;
}

TEST(an_end_that_was_asked_for_is_no_failure_and_begins_the_count_anew)
{
  static enum restart_policy const policies[] = { RESTART_ALWAYS, RESTART_NO, RESTART_ON_FAILURE } ;
  struct life_end asked = crash ;
  asked.asked = 1 ;
  for (unsigned int i = 0 ; i < sizeof policies / sizeof *policies ; i++)
  {
    uint32_t failures = 2 ;
    CHECK(judged(asked, policies[i], 2, &failures) == REASON_NONE && !failures) ;
  }
}

TEST(what_finish_forbids_is_forbidden_whatever_the_policy)
{
  static enum restart_policy const policies[] = { RESTART_ALWAYS, RESTART_NO, RESTART_ON_FAILURE } ;
  for (unsigned int i = 0 ; i < sizeof policies / sizeof *policies ; i++)
    for (int failed = 0 ; failed < 2 ; failed++)
    {
      uint32_t failures = 0 ;
      struct life_end end = crash ;
      end.failed = failed ;
      end.forbidden = 1 ;
      CHECK(judged(end, policies[i], 2, &failures) == REASON_FINISH_FORBIDS) ;
    }
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

TEST(what_was_asked_for_is_so_until_it_is_taken_back)
{
  struct life_asking asking = { .asked = 1 } ;
  CHECK(life_asked(&asking)) ;
  asking.asked = 0 ;
  CHECK(!life_asked(&asking)) ;
  asking.obeyed = 1 ; /* nobody told it to */
  CHECK(!life_asked(&asking)) ;
}

TEST(a_restart_asks_until_the_service_has_outlived_it)
{
  struct life_asking asking = { .told = 1, .told_ago_ms = 3000 } ;
  CHECK(life_asked(&asking)) ;
  asking.told_ago_ms = 3001 ;
  CHECK(!life_asked(&asking)) ;
  asking.obeyed = 1 ;
  asking.told_ago_ms = 3600000 ;
  CHECK(life_asked(&asking)) ;
}

TEST(or_until_timeout_kill)
{
  struct life_asking asking = { .told = 1, .told_ago_ms = 20000, .timeout_kill_ms = 20000 } ;
  CHECK(life_asked(&asking)) ;
  asking.timeout_kill_ms = 500 ;
  CHECK(!life_asked(&asking)) ;
}

TEST(a_start_follows_when_the_listeners_have_read_and_nobody_else_runs)
{
  CHECK(life_listeners(50, 50, 0, 1) == 0) ;
  CHECK(life_listeners(50, 0, 1, 1) > 0) ;
  CHECK(life_listeners(50, 50, 0, 0) > 0) ;
}

TEST(on_a_busy_machine_listeners_have_a_second_after_they_have_read)
{
  uint64_t read_ms = 50 ;
  unsigned int looks = 0 ;
  for (uint32_t ms ; (ms = life_listeners(700 + read_ms, read_ms, 0, 0)) ; looks++) read_ms += ms ;
  CHECK(read_ms == 1000) ;
  CHECK(looks < 10) ;
}

TEST(a_listener_that_is_stuck_is_not_waited_for_for_ever)
{
  uint64_t waited_ms = 50 ;
  unsigned int looks = 0 ;
  for (uint32_t ms ; (ms = life_listeners(waited_ms, 0, 1, 0)) ; looks++) waited_ms += ms ;
  CHECK(waited_ms >= 3000 && waited_ms <= 3500) ;
  CHECK(looks < 15) ;
}
