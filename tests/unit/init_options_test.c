#include "init/init.h"

#include <limits.h>

#include "unit.h"

static int raised (struct options o, uint32_t budget_ms, uint32_t after_ms)
{
  options_raise(&o) ;
  return o.budget_ms == budget_ms && o.after_ms == after_ms ;
}

#define OPTIONS(...) (struct options) { __VA_ARGS__ }

TEST(without_a_budget_there_is_nothing_to_raise)
{
  CHECK(raised(OPTIONS(.stop_ms = 0), 0, 0)) ;
  CHECK(raised(OPTIONS(.services_grace_ms = 240000, .finish_script_ms = 240000, .kill_grace_ms = 240000, .kill_grace_given = 1), 0, 0)) ;
}

TEST(limits_within_the_budget_leave_it)
{
  CHECK(raised(OPTIONS(.stop_ms = 9000), 9000, 0)) ;
  CHECK(raised(OPTIONS(.stop_ms = 9000, .services_grace_ms = 8000, .finish_script_ms = 9000, .kill_grace_ms = 9000, .kill_grace_given = 1), 9000, 0)) ;
}

TEST(each_of_two_limits_that_is_longer_raises_it)
{
  CHECK(raised(OPTIONS(.stop_ms = 9000, .services_grace_ms = 8001), 9001, 0)) ;
  CHECK(raised(OPTIONS(.stop_ms = 9000, .services_grace_ms = 240000), 241000, 0)) ;
  CHECK(raised(OPTIONS(.stop_ms = 9000, .finish_script_ms = 60000), 9000, 0)) ; /* which is named instead */
  CHECK(raised(OPTIONS(.stop_ms = 9000, .kill_grace_ms = 30000, .kill_grace_given = 1), 9000, 30000)) ;
  CHECK(raised(OPTIONS(.stop_ms = 9000, .services_grace_ms = 240000, .kill_grace_ms = 30000, .kill_grace_given = 1), 241000, 30000)) ;
}

TEST(a_default_raises_nothing)
{
  CHECK(raised(OPTIONS(.stop_ms = 500, .kill_grace_ms = 3000), 500, 0)) ;
}

TEST(a_budget_shorter_than_what_the_kill_needs_is_raised_by_a_services_limit_all_the_same)
{
  CHECK(raised(OPTIONS(.stop_ms = 500, .services_grace_ms = 200), 1200, 0)) ;
}

TEST(the_longest_limits_do_not_overflow)
{
  CHECK(raised(OPTIONS(.stop_ms = 9000, .services_grace_ms = INT_MAX, .finish_script_ms = INT_MAX, .kill_grace_ms = INT_MAX, .kill_grace_given = 1), INT_MAX, INT_MAX)) ;
}
