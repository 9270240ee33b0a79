#include <stdlib.h>
#include <time.h>

#include "exec/exec.h"
#include "unit.h"

#define HOUR 3600
#define NOON 1798804800 /* 2027-01-01 12:00 UTC */

static struct schedule after_run (char const *spec, time_t last)
{
  struct schedule s = { .last = last, .is_run = 1 } ;
  setenv("TZ", "UTC0", 1) ;
  CHECK(!cron_parse(spec, &s.cron)) ;
  return s ;
}

TEST(what_has_passed_since_the_last_run_is_due)
{
  struct schedule s = after_run("*/5 * * * *", NOON) ;
  CHECK(schedule_next(&s, NOON + 2) == NOON + 300) ;
  CHECK(schedule_next(&s, NOON + 5000) == NOON + 300) ;
}

TEST(a_clock_that_is_set_back_a_little_repeats_nothing)
{
  struct schedule s = after_run("* * * * *", NOON) ;
  CHECK(schedule_next(&s, NOON - HOUR) == NOON + 60) ;
  CHECK(schedule_next(&s, NOON + 1) == NOON + 60) ;
  s = after_run("0 9-12 * * *", NOON) ;
  CHECK(schedule_next(&s, NOON - 3 * HOUR) == NOON + 21 * HOUR) ;
}

TEST(a_clock_that_was_wrong_is_forgotten)
{
  struct schedule s = after_run("* * * * *", NOON) ;
  CHECK(schedule_next(&s, NOON - HOUR - 1) == NOON - HOUR) ;
  CHECK(schedule_next(&s, NOON - HOUR + 5) == NOON - HOUR) ;
  s = after_run("0 9-12 * * *", NOON) ;
  CHECK(schedule_next(&s, NOON - 3 * HOUR - 1) == NOON - 3 * HOUR) ;
}

TEST(before_the_first_run_any_clock_that_is_set_back_counts)
{
  struct schedule s = after_run("* * * * *", NOON) ;
  s.is_run = 0 ;
  CHECK(schedule_next(&s, NOON - 90) == NOON - 60) ;
}
