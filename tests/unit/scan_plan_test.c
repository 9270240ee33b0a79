#include "scan/plan.h"

#include <signal.h>

#include "unit.h"

static enum unit_phase phase ;

/* Takes a step and tells what is to be done. */
static unsigned int on (enum unit_event event)
{
  struct plan_step step = plan_step(phase, event) ;
  phase = step.next ;
  return step.todo ;
}

TEST(every_cell_of_the_table_is_filled_in)
{
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step((enum unit_phase)p, (enum unit_event)event) ;
      CHECK(step.known) ;
      CHECK(step.next <= UNIT_RELEASED) ;
    }
}

TEST(what_is_impossible_changes_nothing)
{
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step((enum unit_phase)p, (enum unit_event)event) ;
      if (!(step.todo & PLAN_IMPOSSIBLE)) continue ;
      CHECK(step.todo == PLAN_IMPOSSIBLE) ;
      CHECK(step.next == (enum unit_phase)p) ;
    }
}

TEST(what_comes_from_outside_is_possible_in_every_phase)
{
  static enum unit_event const anytime[] =
  {
    UNIT_SEEN_COMPLETE, UNIT_SEEN_CHANGING, UNIT_SEEN_INCOMPLETE, UNIT_UNSEEN, UNIT_LOGGER_GONE, UNIT_PRUNE, UNIT_LET_GO
  } ;
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
    for (unsigned int i = 0 ; i < sizeof anytime / sizeof *anytime ; i++)
      CHECK(!(plan_step((enum unit_phase)p, anytime[i]).todo & PLAN_IMPOSSIBLE)) ;
}

/* Where a unit may have a supervisor, one is started only when that has ended, or when
   the deadline comes that its end has armed. */
TEST(a_supervisor_is_never_started_twice)
{
  static enum unit_phase const supervised[] = { UNIT_RUNNING, UNIT_MISSING, UNIT_LEAVING, UNIT_RETURNING } ;
  for (unsigned int i = 0 ; i < sizeof supervised / sizeof *supervised ; i++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step(supervised[i], (enum unit_event)event) ;
      int has_ended = event == UNIT_KILLED || (event == UNIT_DIED && supervised[i] == UNIT_RUNNING)
        || (event == UNIT_DEADLINE && (supervised[i] == UNIT_LEAVING || supervised[i] == UNIT_RETURNING)) ;
      CHECK(!!(step.todo & PLAN_START) == has_ended) ;
    }
}

TEST(no_deadline_but_a_retrys_is_armed_while_leaving)
{
  static enum unit_phase const from[] = { UNIT_LEAVING, UNIT_RETURNING } ;
  for (unsigned int i = 0 ; i < 2 ; i++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step(from[i], (enum unit_event)event) ;
      if (step.next != UNIT_LEAVING && step.next != UNIT_RETURNING) continue ;
      CHECK(!(step.todo & (PLAN_AWAIT_QUIET | PLAN_AWAIT_RETURN))) ;
    }
}

TEST(a_unit_is_released_only_once_and_cleaned_before)
{
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step((enum unit_phase)p, (enum unit_event)event) ;
      CHECK((step.next == UNIT_RELEASED) == !!(step.todo & PLAN_RELEASE)) ;
      if (step.todo & PLAN_RELEASE) CHECK(step.todo & PLAN_CLEAN && p == UNIT_LEAVING && event == UNIT_LOGGER_GONE) ;
    }
  CHECK(PLAN_CLEAN < PLAN_RELEASE) ;
}

TEST(what_awaits_something_waits_in_the_phase_for_it)
{
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step((enum unit_phase)p, (enum unit_event)event) ;
      if (step.todo & PLAN_AWAIT_QUIET) CHECK(step.next == UNIT_SETTLING) ;
      if (step.todo & PLAN_AWAIT_RETRY) CHECK(plan_step(step.next, UNIT_DEADLINE).todo & PLAN_START) ;
      if (step.todo & PLAN_AWAIT_RETURN) CHECK(step.next == UNIT_MISSING) ;
    }
}

TEST(no_deadline_is_left_behind_when_a_unit_leaves)
{
  static enum unit_phase const waiting[] = { UNIT_SETTLING, UNIT_WAITING, UNIT_MISSING } ;
  for (unsigned int i = 0 ; i < sizeof waiting / sizeof *waiting ; i++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      struct plan_step step = plan_step(waiting[i], (enum unit_event)event) ;
      /* Arming anew replaces the deadline. */
      if (step.next == UNIT_LEAVING) CHECK(step.todo & (PLAN_DISARM | PLAN_AWAIT_RETRY)) ;
      if (step.todo & PLAN_START) CHECK(step.todo & PLAN_DISARM) ;
      if (waiting[i] == UNIT_MISSING && step.next == UNIT_RUNNING) CHECK(step.todo & PLAN_DISARM) ;
    }
}

TEST(a_new_directory_settles_then_starts)
{
  phase = UNIT_INCOMPLETE ;
  CHECK(on(UNIT_SEEN_CHANGING) == PLAN_AWAIT_QUIET && phase == UNIT_SETTLING) ;
  CHECK(on(UNIT_SEEN_CHANGING) == PLAN_AWAIT_QUIET && phase == UNIT_SETTLING) ;
  CHECK(on(UNIT_DEADLINE) == PLAN_EXAMINE) ;
  CHECK(on(UNIT_SEEN_COMPLETE) & PLAN_START) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(what_is_complete_at_a_scan_starts_at_once)
{
  phase = UNIT_INCOMPLETE ;
  CHECK(on(UNIT_SEEN_COMPLETE) & PLAN_START) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(what_settles_without_a_run_is_incomplete_and_said_to_be)
{
  phase = UNIT_SETTLING ;
  CHECK(on(UNIT_DEADLINE) == PLAN_EXAMINE) ;
  CHECK(on(UNIT_SEEN_INCOMPLETE) == PLAN_SAY_INCOMPLETE && phase == UNIT_INCOMPLETE) ;
  CHECK(on(UNIT_SEEN_CHANGING) == PLAN_AWAIT_QUIET && phase == UNIT_SETTLING) ;
}

TEST(what_is_gone_for_a_second_is_let_go)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_UNSEEN) == PLAN_AWAIT_RETURN && phase == UNIT_MISSING) ;
  CHECK(!on(UNIT_UNSEEN) && phase == UNIT_MISSING) ; /* does not begin the second anew */
  CHECK(on(UNIT_DEADLINE) & PLAN_TELL_LEAVE && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_DIED) == PLAN_END_LOGGER && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_LOGGER_GONE) == (PLAN_CLEAN | PLAN_RELEASE) && phase == UNIT_RELEASED) ;
}

TEST(what_returns_while_missing_goes_on)
{
  static enum unit_event const seen[] = { UNIT_SEEN_COMPLETE, UNIT_SEEN_CHANGING, UNIT_SEEN_INCOMPLETE } ;
  for (unsigned int i = 0 ; i < sizeof seen / sizeof *seen ; i++)
  {
    unsigned int todo ;
    phase = UNIT_RUNNING ;
    on(UNIT_UNSEEN) ;
    todo = on(seen[i]) ;
    CHECK(phase == UNIT_RUNNING) ;
    CHECK(todo & PLAN_DISARM && !(todo & (PLAN_TELL_LEAVE | PLAN_START))) ;
  }
}

TEST(a_supervisor_that_dies_is_replaced_at_once)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_DIED) == PLAN_START && phase == UNIT_RUNNING) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(a_start_that_is_too_early_is_retried_later)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_DIED) == PLAN_START) ;
  CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == UNIT_WAITING) ;
  CHECK(!on(UNIT_SEEN_COMPLETE) && phase == UNIT_WAITING) ; /* a scan does not hurry it */
  CHECK(on(UNIT_DEADLINE) & PLAN_START) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(a_supervisor_that_is_killed_is_replaced_at_once)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_KILLED) == PLAN_START && phase == UNIT_WAITING) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(a_supervisor_that_is_killed_early_is_replaced_later)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_KILLED) == PLAN_START) ;
  CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == UNIT_WAITING) ;
  CHECK(!on(UNIT_SEEN_COMPLETE) && phase == UNIT_WAITING) ; /* a scan does not hurry it */
  CHECK(!on(UNIT_PRUNE) && phase == UNIT_WAITING) ;
  CHECK(on(UNIT_DEADLINE) == (PLAN_DISARM | PLAN_START)) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(what_is_disabled_has_no_supervisor_until_a_scan_finds_it_enabled)
{
  phase = UNIT_INCOMPLETE ;
  CHECK(on(UNIT_SEEN_COMPLETE) & PLAN_START) ;
  CHECK(!on(UNIT_DISABLED) && phase == UNIT_INCOMPLETE) ;
  CHECK(on(UNIT_SEEN_COMPLETE) & PLAN_START) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

/* It begins anew, and is then found to be disabled: its logger ends as any does. */
TEST(what_is_down_when_it_becomes_disabled_leaves)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_SEEN_COMPLETE) == PLAN_REFRESH) ;
  CHECK(on(UNIT_UNWANTED) & PLAN_TELL_LEAVE && phase == UNIT_RETURNING) ;
  CHECK(on(UNIT_DIED) == PLAN_END_LOGGER) ;
  CHECK(on(UNIT_LOGGER_GONE) & PLAN_AWAIT_QUIET && phase == UNIT_SETTLING) ;
  CHECK(on(UNIT_DEADLINE) == PLAN_EXAMINE) ;
  CHECK(on(UNIT_SEEN_COMPLETE) & PLAN_START) ;
  CHECK(!on(UNIT_DISABLED) && phase == UNIT_INCOMPLETE) ;
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_DIED) == PLAN_START) ;
  CHECK(on(UNIT_DISABLED) & PLAN_END_LOGGER && phase == UNIT_RETURNING) ;
}

/* What it has left runs on: nothing is let go of before a successor has ended that, or it is known to be no more. */
TEST(what_is_being_replaced_is_never_released_without_a_supervisor)
{
  for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
  {
    struct plan_step step ;
    if (event == UNIT_OVER || event == UNIT_DISABLED) continue ; /* nothing runs */
    step = plan_step(UNIT_WAITING, (enum unit_event)event) ;
    CHECK(!(step.todo & (PLAN_RELEASE | PLAN_CLEAN | PLAN_END_LOGGER | PLAN_TELL_LEAVE))) ;
    if (step.next == UNIT_LEAVING) CHECK(step.todo & PLAN_START) ;
  }
}

TEST(what_has_no_directory_to_run_in_is_let_go_of)
{
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
  {
    phase = (enum unit_phase)p ;
    CHECK(on(UNIT_OVER) == (PLAN_DISARM | PLAN_END_LOGGER)) ;
    CHECK(phase == (p == UNIT_RETURNING ? UNIT_RETURNING : UNIT_LEAVING)) ;
  }
}

TEST(what_leaves_and_has_left_nothing_needs_no_supervisor_to_end_it)
{
  phase = UNIT_WAITING ;
  CHECK(on(UNIT_LET_GO) == (PLAN_DISARM | PLAN_START) && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == UNIT_LEAVING) ; /* it is being ended */
  CHECK(on(UNIT_DEADLINE) & PLAN_START) ;
  CHECK(on(UNIT_OVER) == (PLAN_DISARM | PLAN_END_LOGGER) && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_LOGGER_GONE) & PLAN_RELEASE) ;
}

TEST(what_is_let_go_while_it_is_replaced_gets_a_supervisor_that_leaves)
{
  phase = UNIT_WAITING ;
  CHECK(on(UNIT_LET_GO) == (PLAN_DISARM | PLAN_START) && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_STARTED) == PLAN_TELL_LEAVE && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_DIED) == PLAN_END_LOGGER && phase == UNIT_LEAVING) ;
}

TEST(what_disappears_while_it_is_replaced_leaves)
{
  phase = UNIT_WAITING ;
  CHECK(on(UNIT_UNSEEN) == (PLAN_DISARM | PLAN_START) && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_STARTED) == PLAN_TELL_LEAVE && phase == UNIT_LEAVING) ;
  CHECK(!on(UNIT_SEEN_COMPLETE) && phase == UNIT_RETURNING) ; /* and begins anew when that has ended */
}

TEST(what_an_earlier_scanner_has_left_without_a_supervisor_gets_one)
{
  phase = UNIT_INCOMPLETE ;
  CHECK(on(UNIT_KILLED) == (PLAN_DISARM | PLAN_START) && phase == UNIT_WAITING) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(a_supervisor_that_is_killed_while_it_leaves_is_replaced_and_its_successor_told)
{
  static enum unit_phase const from[] = { UNIT_LEAVING, UNIT_RETURNING } ;
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    phase = from[i] ;
    CHECK(on(UNIT_KILLED) == PLAN_START && phase == from[i]) ;
    CHECK(on(UNIT_STARTED) == PLAN_TELL_LEAVE && phase == from[i]) ;
    CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == from[i]) ;
    CHECK(on(UNIT_DEADLINE) & PLAN_START) ;
    CHECK(on(UNIT_STARTED) == PLAN_TELL_LEAVE) ;
    CHECK(on(UNIT_DIED) == PLAN_END_LOGGER && phase == from[i]) ;
  }
}

TEST(a_supervisor_that_is_killed_while_missing_is_replaced)
{
  phase = UNIT_MISSING ;
  CHECK(on(UNIT_KILLED) == (PLAN_DISARM | PLAN_START) && phase == UNIT_MISSING) ;
  CHECK(on(UNIT_STARTED) == PLAN_AWAIT_RETURN && phase == UNIT_MISSING) ;
  CHECK(on(UNIT_DEADLINE) == (PLAN_DISARM | PLAN_TELL_LEAVE) && phase == UNIT_LEAVING) ;
  phase = UNIT_MISSING ;
  on(UNIT_KILLED) ;
  CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_DEADLINE) & PLAN_START) ;
  CHECK(on(UNIT_STARTED) == PLAN_TELL_LEAVE && phase == UNIT_LEAVING) ;
}

TEST(a_start_that_fails_is_retried)
{
  static enum unit_phase const from[] = { UNIT_INCOMPLETE, UNIT_SETTLING, UNIT_WAITING, UNIT_RUNNING } ;
  for (unsigned int i = 0 ; i < sizeof from / sizeof *from ; i++)
  {
    phase = from[i] ;
    CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == UNIT_WAITING) ;
  }
}

/* It may have a supervisor all the same: nothing is let go of before that is known. */
TEST(a_start_that_fails_while_it_is_to_end_is_retried)
{
  static enum unit_phase const going[] = { UNIT_MISSING, UNIT_LEAVING, UNIT_RETURNING } ;
  for (unsigned int i = 0 ; i < sizeof going / sizeof *going ; i++)
  {
    phase = going[i] ;
    CHECK(on(UNIT_START_FAILED) == PLAN_AWAIT_RETRY && phase == (going[i] == UNIT_RETURNING ? UNIT_RETURNING : UNIT_LEAVING)) ;
  }
}

TEST(a_start_that_is_refused_is_not_retried)
{
  static enum unit_phase const from[] = { UNIT_INCOMPLETE, UNIT_SETTLING, UNIT_WAITING, UNIT_RUNNING } ;
  for (unsigned int i = 0 ; i < sizeof from / sizeof *from ; i++)
  {
    phase = from[i] ;
    CHECK(!on(UNIT_START_REFUSED) && phase == UNIT_INCOMPLETE) ;
  }
}

TEST(a_supervisor_that_dies_in_order_while_missing_is_not_replaced)
{
  phase = UNIT_MISSING ;
  CHECK(on(UNIT_DIED) == (PLAN_DISARM | PLAN_END_LOGGER) && phase == UNIT_LEAVING) ;
}

TEST(letting_go_ends_the_logger_before_the_release)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_LET_GO) == (PLAN_DISARM | PLAN_TELL_LEAVE) && phase == UNIT_LEAVING) ;
  CHECK(!on(UNIT_LET_GO) && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_DIED) == PLAN_END_LOGGER && phase == UNIT_LEAVING) ;
  CHECK(on(UNIT_LOGGER_GONE) == (PLAN_CLEAN | PLAN_RELEASE) && phase == UNIT_RELEASED) ;
}

TEST(what_has_no_supervisor_ends_its_logger_at_once)
{
  static enum unit_phase const from[] = { UNIT_INCOMPLETE, UNIT_SETTLING } ;
  static enum unit_event const events[] = { UNIT_LET_GO, UNIT_UNSEEN } ;
  for (unsigned int i = 0 ; i < sizeof from / sizeof *from ; i++)
    for (unsigned int j = 0 ; j < sizeof events / sizeof *events ; j++)
    {
      phase = from[i] ;
      CHECK(on(events[j]) == (PLAN_DISARM | PLAN_END_LOGGER) && phase == UNIT_LEAVING) ;
      CHECK(on(UNIT_LOGGER_GONE) & PLAN_RELEASE && phase == UNIT_RELEASED) ;
    }
}

TEST(pruning_lets_go_only_of_what_is_missing)
{
  for (int p = 0 ; p < UNIT_PHASE_COUNT ; p++)
  {
    unsigned int todo ;
    phase = (enum unit_phase)p ;
    todo = on(UNIT_PRUNE) ;
    if (p == UNIT_MISSING) CHECK(todo == (PLAN_DISARM | PLAN_TELL_LEAVE) && phase == UNIT_LEAVING) ;
    else CHECK(!todo && phase == (enum unit_phase)p) ;
  }
}

TEST(what_returns_while_leaving_is_started_again_after_cleaning)
{
  unsigned int todo ;
  phase = UNIT_LEAVING ;
  CHECK(!on(UNIT_SEEN_COMPLETE) && phase == UNIT_RETURNING) ;
  CHECK(on(UNIT_DIED) == PLAN_END_LOGGER && phase == UNIT_RETURNING) ;
  todo = on(UNIT_LOGGER_GONE) ;
  CHECK(todo == (PLAN_CLEAN | PLAN_AWAIT_QUIET) && phase == UNIT_SETTLING) ;
  CHECK(PLAN_CLEAN < PLAN_AWAIT_QUIET) ;
  CHECK(on(UNIT_DEADLINE) == PLAN_EXAMINE) ;
  CHECK(on(UNIT_SEEN_COMPLETE) & PLAN_START) ;
  CHECK(!on(UNIT_STARTED) && phase == UNIT_RUNNING) ;
}

TEST(what_returns_and_goes_again_is_released)
{
  phase = UNIT_RETURNING ;
  CHECK(!on(UNIT_UNSEEN) && phase == UNIT_LEAVING) ;
  phase = UNIT_RETURNING ;
  CHECK(!on(UNIT_LET_GO) && phase == UNIT_LEAVING) ;
  on(UNIT_DIED) ;
  CHECK(on(UNIT_LOGGER_GONE) & PLAN_RELEASE && phase == UNIT_RELEASED) ;
}

TEST(a_running_unit_that_is_seen_again_is_refreshed)
{
  phase = UNIT_RUNNING ;
  CHECK(on(UNIT_SEEN_COMPLETE) == PLAN_REFRESH && phase == UNIT_RUNNING) ;
  CHECK(!on(UNIT_SEEN_INCOMPLETE) && phase == UNIT_RUNNING) ;
  CHECK(!on(UNIT_SEEN_CHANGING) && phase == UNIT_RUNNING) ;
}

TEST(a_step_has_one_outcome_at_most)
{
  for (int phase = 0 ; phase < UNIT_PHASE_COUNT ; phase++)
    for (int event = 0 ; event < UNIT_EVENT_COUNT ; event++)
    {
      unsigned int outcomes = plan_step((enum unit_phase)phase, (enum unit_event)event).todo & PLAN_HAS_OUTCOME ;
      CHECK(!(outcomes & (outcomes - 1))) ;
    }
}
