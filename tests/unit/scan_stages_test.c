#include "scan/stages.h"

#include "unit.h"

#define ORDER (1U << STAGE_ORDER) /* has come */

static struct stage_limits limits (uint32_t budget_ms, uint32_t kill_ms, uint32_t grace_ms)
{
  return (struct stage_limits) { .budget_ms = budget_ms, .kill_ms = kill_ms, .grace_ms = grace_ms } ;
}

static int are (struct stage_limits l, uint64_t speak, uint64_t kill, uint64_t abandon, uint64_t leave)
{
  return stage_due_ms(&l, STAGE_SPEAK) == speak && stage_due_ms(&l, STAGE_KILL) == kill
    && stage_due_ms(&l, STAGE_ABANDON) == abandon && stage_due_ms(&l, STAGE_LEAVE) == leave ;
}

TEST(without_a_limit_nothing_comes)
{
  struct stage_limits l = limits(0, 0, 0) ;
  CHECK(are(l, STAGE_NEVER, STAGE_NEVER, STAGE_NEVER, STAGE_NEVER)) ;
  CHECK(stage_next(&l, 0) == STAGE_COUNT) ;
}

TEST(the_runtimes_grace_alone_kills_nothing)
{
  struct stage_limits l = limits(0, 0, 9000) ;
  CHECK(are(l, 8500, STAGE_NEVER, STAGE_NEVER, STAGE_NEVER)) ;
  CHECK(stage_next(&l, ORDER) == STAGE_SPEAK) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_SPEAK) == STAGE_COUNT) ;
}

TEST(a_budget_has_three_stages_and_says_nothing_of_the_runtimes_grace)
{
  struct stage_limits l = limits(60000, 0, 9000) ;
  CHECK(are(l, STAGE_NEVER, 59000, 59500, 59800)) ;
  CHECK(stage_next(&l, ORDER) == STAGE_KILL) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_KILL) == STAGE_ABANDON) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_KILL | 1U << STAGE_ABANDON) == STAGE_LEAVE) ;
  CHECK(stage_next(&l, ~0U) == STAGE_COUNT) ;
  CHECK(!stage_kills_by_k(&l)) ;
}

TEST(k_kills_when_it_comes_before_the_budget)
{
  struct stage_limits l = limits(60000, 3000, 0) ;
  CHECK(are(l, STAGE_NEVER, 3000, 59500, 59800)) ;
  CHECK(stage_kills_by_k(&l)) ;
  l = limits(60000, 58999, 0) ;
  CHECK(stage_kills_by_k(&l)) ;
  l = limits(60000, 59000, 0) ;
  CHECK(stage_kills_by_k(&l) && stage_due_ms(&l, STAGE_KILL) == 59000) ;
  l = limits(60000, 59001, 0) ;
  CHECK(!stage_kills_by_k(&l) && stage_due_ms(&l, STAGE_KILL) == 59000) ;
  l = limits(60000, 240000, 0) ;
  CHECK(!stage_kills_by_k(&l) && stage_due_ms(&l, STAGE_KILL) == 59000) ;
}

TEST(k_alone_kills_and_waits_for_the_rest)
{
  struct stage_limits l = limits(0, 240000, 9000) ;
  CHECK(are(l, 8500, 240000, STAGE_NEVER, STAGE_NEVER)) ;
  CHECK(stage_kills_by_k(&l)) ;
  CHECK(stage_next(&l, ORDER) == STAGE_SPEAK) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_SPEAK) == STAGE_KILL) ;
  l = limits(0, 200, 9000) ;
  CHECK(stage_next(&l, ORDER) == STAGE_KILL) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_KILL) == STAGE_SPEAK) ;
}

TEST(a_budget_that_is_too_short_kills_at_once_and_in_order)
{
  struct stage_limits l = limits(1, 0, 0) ;
  CHECK(are(l, STAGE_NEVER, 0, 0, 0)) ;
  CHECK(stage_next(&l, ORDER) == STAGE_KILL) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_KILL) == STAGE_ABANDON) ;
  CHECK(stage_next(&l, ORDER | 1U << STAGE_KILL | 1U << STAGE_ABANDON) == STAGE_LEAVE) ;
  CHECK(are(limits(1200, 0, 0), STAGE_NEVER, 200, 700, 1000)) ;
}

TEST(the_longest_budget_does_not_overflow)
{
  CHECK(are(limits(UINT32_MAX, UINT32_MAX, UINT32_MAX), STAGE_NEVER, UINT32_MAX - 1000ULL, UINT32_MAX - 500ULL, UINT32_MAX - 200ULL)) ;
}

TEST(order_is_given_up_at_half_of_the_time_that_there_is)
{
  struct stage_limits l = limits(0, 0, 0) ;
  CHECK(stage_due_ms(&l, STAGE_ORDER) == STAGE_NEVER) ;
  l = limits(0, 0, 9000) ;
  CHECK(stage_due_ms(&l, STAGE_ORDER) == 4500) ;
  l = limits(60000, 0, 9000) ;
  CHECK(stage_due_ms(&l, STAGE_ORDER) == 30000) ;
  l = limits(60000, 3000, 9000) ;
  CHECK(stage_due_ms(&l, STAGE_ORDER) == 1500) ;
  l = limits(1, 0, 0) ;
  CHECK(stage_due_ms(&l, STAGE_ORDER) == 0 && stage_next(&l, 0) == STAGE_ORDER) ;
}
