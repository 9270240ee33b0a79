#include "supervise/policy.h"
#include "unit.h"

static struct end const crash = { .failed = 1, .up_ms = 50, .policy = RESTART_ALWAYS } ;

static enum state_reason judged (struct end end, enum restart_policy policy, uint32_t max, uint32_t *failures)
{
  end.policy = policy ;
  end.restarts_max = max ;
  return policy_judge(&end, failures) ;
}

TEST(with_always_every_end_starts_again)
{
  uint32_t failures = 0 ;
  struct end success = crash ;
  success.failed = 0 ;
  CHECK(judged(crash, RESTART_ALWAYS, 0, &failures) == REASON_NONE) ;
  CHECK(judged(success, RESTART_ALWAYS, 0, &failures) == REASON_NONE) ;
}

TEST(with_no_a_failure_is_permanent_and_success_is_the_end)
{
  uint32_t failures = 0 ;
  struct end success = crash ;
  success.failed = 0 ;
  CHECK(judged(crash, RESTART_NO, 0, &failures) == REASON_FAILED) ;
  CHECK(judged(success, RESTART_NO, 0, &failures) == REASON_DONE) ;
}

TEST(on_failure_alone_has_no_limit)
{
  uint32_t failures = UINT32_MAX - 2 ;
  struct end success = crash ;
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
  struct end late = crash ;
  late.up_ms = 9999 ;
  CHECK(judged(late, RESTART_ON_FAILURE, 2, &failures) == REASON_FAILED_TOO_OFTEN) ;
  failures = 2 ;
  late.up_ms = 10000 ;
  CHECK(judged(late, RESTART_ON_FAILURE, 2, &failures) == REASON_NONE && failures == 1) ;
}

TEST(an_end_that_was_asked_for_is_no_failure_and_begins_the_count_anew)
{
  static enum restart_policy const policies[] = { RESTART_ALWAYS, RESTART_NO, RESTART_ON_FAILURE } ;
  struct end asked = crash ;
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
      struct end end = crash ;
      end.failed = failed ;
      end.forbidden = 1 ;
      CHECK(judged(end, policies[i], 2, &failures) == REASON_FINISH_FORBIDS) ;
    }
}

static enum restart_policy const all_policies[] = { RESTART_ALWAYS, RESTART_NO, RESTART_ON_FAILURE } ;

#define EACH_POLICY(i) for (unsigned int i = 0 ; i < sizeof all_policies / sizeof *all_policies ; i++)

TEST(a_task_that_has_ended_well_is_done_whatever_the_policy)
{
  EACH_POLICY(i)
    for (int asked = 0 ; asked < 2 ; asked++)
      for (int forbidden = 0 ; forbidden < 2 ; forbidden++)
      {
        uint32_t failures = 0 ;
        struct end end = { .task = 1, .asked = asked, .forbidden = forbidden, .want_up = !asked } ;
        CHECK(judged(end, all_policies[i], 0, &failures) == REASON_DONE) ;
      }
}

TEST(a_task_that_was_told_to_start_again_does)
{
  EACH_POLICY(i)
  {
    uint32_t failures = 0 ;
    struct end end = { .task = 1, .asked = 1, .want_up = 1 } ;
    CHECK(judged(end, all_policies[i], 0, &failures) == REASON_NONE) ;
    end.failed = end.unknown = 1 ;
    CHECK(judged(end, all_policies[i], 0, &failures) == REASON_NONE) ;
  }
}

TEST(a_task_whose_end_is_unknown_has_failed_for_good_whatever_the_policy)
{
  EACH_POLICY(i)
  {
    uint32_t failures = 0 ;
    struct end end = { .task = 1, .failed = 1, .unknown = 1, .want_up = 1 } ;
    CHECK(judged(end, all_policies[i], 5, &failures) == REASON_FAILED) ;
    end.task = 0 ;
    if (all_policies[i] != RESTART_NO) CHECK(judged(end, all_policies[i], 5, &failures) == REASON_NONE) ;
  }
}

TEST(a_task_that_has_failed_follows_its_policy)
{
  uint32_t failures = 0 ;
  struct end end = { .task = 1, .failed = 1, .want_up = 1 } ;
  CHECK(judged(end, RESTART_NO, 0, &failures) == REASON_FAILED) ;
  CHECK(judged(end, RESTART_ALWAYS, 0, &failures) == REASON_NONE) ;
  CHECK(judged(end, RESTART_ON_FAILURE, 1, &failures) == REASON_NONE) ;
  CHECK(judged(end, RESTART_ON_FAILURE, 1, &failures) == REASON_FAILED_TOO_OFTEN) ;
}

TEST(the_delay_grows_from_min_to_max)
{
  struct restart_delay delay = { 0 } ;
  CHECK(policy_delay(&delay, 0, 5, 100, 1000) == 100) ;
  CHECK(policy_delay(&delay, 0, 5, 100, 1000) == 200) ;
  CHECK(policy_delay(&delay, 0, 5000, 100, 1000) == 400) ;
  CHECK(policy_delay(&delay, 0, 5, 100, 1000) == 800) ;
  CHECK(policy_delay(&delay, 0, 5, 100, 1000) == 1000) ;
  CHECK(policy_delay(&delay, 0, 5, 100, 1000) == 1000) ;
}

TEST(the_first_quick_death_after_a_second_is_free)
{
  struct restart_delay delay = { 0 } ;
  CHECK(policy_delay(&delay, 0, 1000, 100, 1000) == 0) ;
  CHECK(policy_delay(&delay, 0, 1000, 100, 1000) == 100) ;
}

TEST(ten_seconds_up_or_being_asked_begin_anew)
{
  struct restart_delay delay = { 0 } ;
  CHECK(policy_delay(&delay, 0, 0, 100, 1000) == 100) ;
  CHECK(policy_delay(&delay, 0, 10000, 100, 1000) == 0) ;
  CHECK(policy_delay(&delay, 0, 0, 100, 1000) == 100) ;
  CHECK(policy_delay(&delay, 1, 0, 100, 1000) == 0) ;
  CHECK(policy_delay(&delay, 0, 0, 100, 1000) == 100) ;
}

TEST(the_delay_does_not_overflow)
{
  struct restart_delay delay = { 0 } ;
  CHECK(policy_delay(&delay, 0, 0, 4000000000u, UINT32_MAX) == 4000000000u) ;
  CHECK(policy_delay(&delay, 0, 0, 4000000000u, UINT32_MAX) == UINT32_MAX) ;
  CHECK(policy_delay(&delay, 0, 0, 0, 0) == 0) ;
}

TEST(what_was_asked_for_is_so_until_it_is_taken_back)
{
  struct asking asking = { .asked = 1 } ;
  CHECK(policy_asked(&asking)) ;
  asking.asked = 0 ;
  CHECK(!policy_asked(&asking)) ;
  asking.obeyed = 1 ; /* nobody told it to */
  CHECK(!policy_asked(&asking)) ;
}

TEST(a_restart_asks_until_the_service_has_outlived_it)
{
  struct asking asking = { .told = 1, .told_ago_ms = 3000 } ;
  CHECK(policy_asked(&asking)) ;
  asking.told_ago_ms = 3001 ;
  CHECK(!policy_asked(&asking)) ;
  asking.obeyed = 1 ;
  asking.told_ago_ms = 3600000 ;
  CHECK(policy_asked(&asking)) ;
}

TEST(or_until_timeout_kill)
{
  struct asking asking = { .told = 1, .told_ago_ms = 20000, .timeout_kill_ms = 20000 } ;
  CHECK(policy_asked(&asking)) ;
  asking.timeout_kill_ms = 500 ;
  CHECK(!policy_asked(&asking)) ;
}

TEST(a_start_follows_when_the_listeners_have_read_and_nobody_else_runs)
{
  CHECK(policy_listeners(0, 0, 0, 1) == 50 && policy_listeners(49, 49, 0, 1) == 1) ;
  CHECK(policy_listeners(50, 50, 0, 1) == 0) ;
  CHECK(policy_listeners(50, 0, 1, 1) > 0) ;
  CHECK(policy_listeners(50, 50, 0, 0) > 0) ;
}

TEST(on_a_busy_machine_listeners_have_a_second_after_they_have_read)
{
  uint64_t read_ms = 50 ;
  unsigned int looks = 0 ;
  for (uint32_t ms ; (ms = policy_listeners(700 + read_ms, read_ms, 0, 0)) ; looks++) read_ms += ms ;
  CHECK(read_ms == 1000) ;
  CHECK(looks < 10) ;
}

TEST(a_listener_that_is_stuck_is_not_waited_for_for_ever)
{
  uint64_t waited_ms = 50 ;
  unsigned int looks = 0 ;
  for (uint32_t ms ; (ms = policy_listeners(waited_ms, 0, 1, 0)) ; looks++) waited_ms += ms ;
  CHECK(waited_ms >= 3000 && waited_ms <= 3500) ;
  CHECK(looks < 15) ;
}

TEST(a_crash_is_an_end_that_nobody_asked_for)
{
  static struct crash const failed = { .failed = 1, .again = 1, .up_ms = 50 } ;
  struct crash other = failed ;
  uint32_t row = 0 ;
  CHECK(policy_crash(&failed, &row) && row == 1) ;
  CHECK(policy_crash(&failed, &row) && row == 2) ;
  other.ordered = 1 ;
  CHECK(!policy_crash(&other, &row) && row == 2) ;
  other.ordered = 0 ;
  other.asked = 1 ;
  CHECK(!policy_crash(&other, &row) && row == 0) ;
  row = UINT32_MAX ;
  CHECK(policy_crash(&failed, &row) && row == UINT32_MAX) ;
}

TEST(after_ten_seconds_up_a_row_of_crashes_begins_anew)
{
  struct crash crash = { .failed = 1, .again = 1, .up_ms = 10000 } ;
  uint32_t row = 7 ;
  CHECK(policy_crash(&crash, &row) && row == 1) ;
  crash.up_ms = 9999 ;
  CHECK(policy_crash(&crash, &row) && row == 2) ;
}

TEST(an_end_with_0_is_a_crash_if_it_is_a_quick_death)
{
  struct crash crash = { .again = 1, .up_ms = 9999 } ;
  uint32_t row = 0 ;
  CHECK(policy_crash(&crash, &row) && row == 1) ;
  crash.up_ms = 10000 ;
  CHECK(!policy_crash(&crash, &row) && row == 0) ;
  crash.up_ms = 50 ;
  crash.again = 0 ;
  CHECK(!policy_crash(&crash, &row)) ;
  crash.again = crash.paced = 1 ;
  CHECK(!policy_crash(&crash, &row)) ;
  crash.failed = 1 ;
  CHECK(policy_crash(&crash, &row) && row == 1) ;
}
