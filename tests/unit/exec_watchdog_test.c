#include <string.h>

#include "exec/exec.h"
#include "unit.h"

static struct notification const alive = { .alive = 1 } ;
static struct notification const stopping = { .stopping = 1 } ;

static struct silence begun (uint32_t interval_ms)
{
  struct silence s = { .interval_ms = interval_ms, .is_promised = 1 } ;
  silence_begin(&s, 1000) ;
  return s ;
}

/* Looks whenever it is due; returns when there is something to do. */
static enum silence_deed run (struct silence *s, uint64_t *now, uint64_t until, uint32_t oversleep_ms)
{
  for (;;)
  {
    enum silence_deed deed ;
    uint32_t ms = silence_wait_ms(s, *now) ;
    if (ms == FOR_EVER || *now + ms > until) return SILENCE_WAIT ;
    *now += ms + oversleep_ms ;
    deed = silence_look(s, *now) ;
    if (deed != SILENCE_WAIT) return deed ;
  }
}

TEST(silence_is_noticed_when_the_interval_is_over)
{
  struct silence s = begun(10000) ;
  uint64_t now = 1000 ;
  CHECK(run(&s, &now, 100000, 0) == SILENCE_ABORT && now == 11000) ;
}

TEST(an_oversleep_as_of_a_busy_machine_changes_little)
{
  struct silence s = begun(10000) ;
  uint64_t now = 1000 ;
  CHECK(run(&s, &now, 100000, 300) == SILENCE_ABORT && now <= 12000) ;
}

TEST(each_word_counts_anew)
{
  struct silence s = begun(10000) ;
  uint64_t now = 1000 ;
  for (int i = 0 ; i < 20 ; i++)
  {
    CHECK(run(&s, &now, now + 6000, 0) == SILENCE_WAIT) ;
    silence_hear(&s, &alive, now) ;
  }
  CHECK(run(&s, &now, now + 20000, 0) == SILENCE_ABORT) ;
}

TEST(who_was_suspended_counts_anew)
{
  struct silence s = begun(10000) ;
  uint64_t now = 500000 ;
  CHECK(silence_look(&s, now) == SILENCE_WAIT) ;
  CHECK(run(&s, &now, now + 9999, 0) == SILENCE_WAIT) ;
  CHECK(run(&s, &now, now + 10000, 0) == SILENCE_ABORT && now == 510000) ;
}

TEST(suspended_within_the_last_quarter)
{
  struct silence s = begun(10000) ;
  uint64_t now = 1000 ;
  CHECK(run(&s, &now, 9000, 0) == SILENCE_WAIT) ;
  CHECK(silence_look(&s, 11000 + 2501) == SILENCE_WAIT) ;
  CHECK(silence_wait_ms(&s, 11000 + 2501) > 2400) ;
}

TEST(before_a_promise_and_without_an_interval_nothing_is_due)
{
  struct silence s = begun(10000) ;
  s.is_promised = 0 ;
  CHECK(silence_wait_ms(&s, 1000000) == FOR_EVER && silence_look(&s, 1000000) == SILENCE_WAIT) ;
  silence_hear(&s, &alive, 1000000) ;
  CHECK(silence_wait_ms(&s, 1000000) != FOR_EVER) ;
  silence_hear(&s, &stopping, 1000000) ;
  CHECK(silence_wait_ms(&s, 2000000) == FOR_EVER && silence_look(&s, 2000000) == SILENCE_WAIT) ;
}

TEST(the_program_may_change_the_interval)
{
  struct silence s = begun(10000) ;
  struct notification const n = { .has_interval = 1, .interval_ms = 500 } ;
  uint64_t now = 2000 ;
  silence_hear(&s, &n, now) ;
  CHECK(run(&s, &now, 100000, 0) == SILENCE_ABORT && now == 2500) ;
}

TEST(who_outlives_it_is_killed_once_unless_it_speaks)
{
  struct silence s = begun(10000) ;
  uint64_t now = 20000 ;
  silence_aborted(&s, now, 700) ;
  CHECK(silence_wait_ms(&s, now) == 700 && silence_look(&s, now + 699) == SILENCE_WAIT) ;
  CHECK(silence_look(&s, now + 700) == SILENCE_KILL) ;
  CHECK(silence_wait_ms(&s, now + 700) == FOR_EVER && silence_look(&s, now + 100000) == SILENCE_WAIT) ;
  silence_hear(&s, &alive, now) ;
  CHECK(run(&s, &now, 100000, 0) == SILENCE_ABORT) ;
}

TEST(short_intervals)
{
  struct silence s = begun(1) ;
  uint64_t now = 1000 ;
  CHECK(run(&s, &now, 1100, 0) == SILENCE_ABORT && now == 1001) ;
}
