#include "supervise/life.h"
#include "unit.h"

static enum phase next (enum phase phase, enum life_event event)
{
  return life_step(phase, event).next ;
}

static unsigned int deeds (enum phase phase, enum life_event event)
{
  return life_step(phase, event).deeds ;
}

static int runs (enum phase phase)
{
  return phase != PHASE_DOWN && phase != PHASE_WAITING && phase != PHASE_EXITED && phase != PHASE_HELD ;
}

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

TEST(a_step_has_one_outcome_at_most)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    {
      unsigned int outcomes = deeds((enum phase)phase, (enum life_event)event) & LIFE_HAS_OUTCOME ;
      CHECK(!(outcomes & (outcomes - 1))) ;
    }
}

/* What each deed may be followed by, and in which phase that comes. */
TEST(every_outcome_is_possible_where_its_deed_is_done)
{
  static struct { enum life_deed deed ; enum life_event outcomes[4] ; } const all[] =
  {
    { LIFE_CODE_UNKNOWN, { LIFE_ENDED } },
    { LIFE_STOP, { LIFE_TOLD, LIFE_NOT_TOLD } },
    { LIFE_TAKE_BACK, { LIFE_TAKEN_BACK } },
    { LIFE_SEARCH, { LIFE_FORKED, LIFE_ENDED } },
    { LIFE_END_STRAYS, { LIFE_STRAYS_GONE } },
    { LIFE_RUN, { LIFE_SPAWNED, LIFE_SPAWN_FAILED, LIFE_ABANDON } },
    { LIFE_RUN_IN_ORDER, { LIFE_SPAWNED, LIFE_SPAWN_FAILED, LIFE_ABANDON, LIFE_HELD } },
    { LIFE_RUN_WHEN_HEARD, { LIFE_SPAWNED, LIFE_SPAWN_FAILED, LIFE_ABANDON, LIFE_HELD } },
    { LIFE_RUN_FINISH, { LIFE_FINISH_SPAWNED, LIFE_NO_FINISH } },
    { LIFE_SETTLE, { LIFE_SETTLED_DOWN, LIFE_SETTLED_LEAVE, LIFE_SETTLED_AGAIN, LIFE_SETTLED_UNDO } },
  } ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    {
      struct life_step step = life_step((enum phase)phase, (enum life_event)event) ;
      for (unsigned int i = 0 ; i < sizeof all / sizeof *all ; i++)
        for (unsigned int j = 0 ; j < 4 && step.deeds & all[i].deed ; j++)
          if (all[i].outcomes[j] != LIFE_NOTHING) CHECK(!(deeds(step.next, all[i].outcomes[j]) & LIFE_IMPOSSIBLE)) ;
    }
}

TEST(commands_and_deadlines_are_possible_in_every_phase)
{
  static enum life_event const anytime[] =
    { LIFE_WANT_UP, LIFE_WANT_IN_ORDER, LIFE_WANT_ANOTHER, LIFE_GO, LIFE_WANT_DOWN, LIFE_WANT_ONCE, LIFE_RESTART, LIFE_UNFIT, LIFE_LEAVE, LIFE_KILL_NOW, LIFE_ABANDON, LIFE_DEADLINE, LIFE_CHILD_ENDED, LIFE_GO_ON } ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (unsigned int i = 0 ; i < sizeof anytime / sizeof *anytime ; i++)
      CHECK(!(deeds((enum phase)phase, anytime[i]) & LIFE_IMPOSSIBLE)) ;
}

TEST(what_is_unfit_is_told_to_end_only_while_it_is_up)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (phase != PHASE_UP && phase != PHASE_SEARCHING)
    {
      CHECK(next((enum phase)phase, LIFE_UNFIT) == (enum phase)phase) ;
      CHECK(!deeds((enum phase)phase, LIFE_UNFIT)) ;
    }
  CHECK(next(PHASE_UP, LIFE_UNFIT) == PHASE_STOP_DUE) ;
  CHECK(deeds(PHASE_UP, LIFE_UNFIT) == LIFE_STOP) ;
  CHECK(next(PHASE_SEARCHING, LIFE_UNFIT) == PHASE_STRAYS && !(deeds(PHASE_SEARCHING, LIFE_UNFIT) & LIFE_MARK_ASKED)) ;
}

TEST(run_is_started_only_while_nothing_runs)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
      if (runs((enum phase)phase) || phase == PHASE_EXITED)
        CHECK(!(deeds((enum phase)phase, (enum life_event)event) & (LIFE_RUN | LIFE_RUN_IN_ORDER | LIFE_RUN_WHEN_HEARD))) ;
}

/* s6's `u` does not ask what the service needs. */
TEST(what_is_held_starts_when_it_may_or_by_command)
{
  CHECK(next(PHASE_DOWN, LIFE_HELD) == PHASE_HELD && next(PHASE_WAITING, LIFE_HELD) == PHASE_HELD) ;
  CHECK(deeds(PHASE_HELD, LIFE_GO) == LIFE_RUN) ;
  CHECK(deeds(PHASE_HELD, LIFE_WANT_UP) & LIFE_RUN) ;
  CHECK(deeds(PHASE_HELD, LIFE_WANT_IN_ORDER) & LIFE_RUN_IN_ORDER && next(PHASE_HELD, LIFE_HELD) == PHASE_HELD) ;
  CHECK(next(PHASE_HELD, LIFE_WANT_DOWN) == PHASE_DOWN) ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (phase != PHASE_HELD) CHECK(next((enum phase)phase, LIFE_GO) == (enum phase)phase && !deeds((enum phase)phase, LIFE_GO)) ;
}

TEST(nothing_leaves_exited)
{
  for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    CHECK(next(PHASE_EXITED, (enum life_event)event) == PHASE_EXITED) ;
}

TEST(an_end_passes_through_strays_and_finish)
{
  for (int phase = PHASE_UP ; phase <= PHASE_CODE_DUE ; phase++)
  {
    CHECK(next((enum phase)phase, LIFE_ENDED) == PHASE_STRAYS) ;
    CHECK(deeds((enum phase)phase, LIFE_ENDED) == (LIFE_TELL_DOWN | LIFE_END_STRAYS)) ;
  }
  CHECK(next(PHASE_STRAYS, LIFE_STRAYS_GONE) == PHASE_FINISHING) ;
  CHECK(next(PHASE_FINISHING, LIFE_ENDED) == PHASE_LEFTOVERS) ;
  CHECK(deeds(PHASE_FINISHING, LIFE_ENDED) == LIFE_END_STRAYS) ;
  CHECK(next(PHASE_LEFTOVERS, LIFE_STRAYS_GONE) == PHASE_DOWN) ;
  CHECK(deeds(PHASE_LEFTOVERS, LIFE_STRAYS_GONE) == (LIFE_TELL_FINISHED | LIFE_SETTLE)) ;
}

TEST(without_a_finish_an_end_is_settled_at_once)
{
  CHECK(next(PHASE_FINISHING, LIFE_NO_FINISH) == PHASE_DOWN) ;
  CHECK(deeds(PHASE_FINISHING, LIFE_NO_FINISH) == (LIFE_TELL_FINISHED | LIFE_SETTLE)) ;
}

TEST(a_stop_is_due_until_the_signal_is_sent)
{
  static enum life_event const asking[] = { LIFE_WANT_DOWN, LIFE_RESTART, LIFE_WANT_ANOTHER } ;
  for (unsigned int i = 0 ; i < 3 ; i++)
  {
    CHECK(next(PHASE_UP, asking[i]) == PHASE_STOP_DUE && deeds(PHASE_UP, asking[i]) & LIFE_STOP) ;
    CHECK(next(PHASE_STOPPING, asking[i]) == PHASE_STOPPING && deeds(PHASE_STOPPING, asking[i]) & LIFE_STOP) ;
  }
  CHECK(next(PHASE_STOP_DUE, LIFE_NOT_TOLD) == PHASE_STOP_DUE) ;
  CHECK(deeds(PHASE_STOP_DUE, LIFE_NOT_TOLD) == LIFE_ARM_AGAIN) ;
  CHECK(deeds(PHASE_STOP_DUE, LIFE_DEADLINE) == LIFE_STOP) ;
  CHECK(deeds(PHASE_STOP_DUE, LIFE_GO_ON) == LIFE_STOP) ; /* a successor sends it */
  CHECK(next(PHASE_STOP_DUE, LIFE_TOLD) == PHASE_STOPPING) ;
  CHECK(deeds(PHASE_STOP_DUE, LIFE_TOLD) & LIFE_ARM_KILL) ;
  CHECK(next(PHASE_STOPPING, LIFE_TAKEN_BACK) == PHASE_UP) ;
}

TEST(only_a_service_that_was_told_to_end_is_killed)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (deeds((enum phase)phase, LIFE_DEADLINE) & LIFE_KILL_LATE) CHECK(phase == PHASE_STOPPING || phase == PHASE_FINISHING) ;
  CHECK(deeds(PHASE_STOPPING, LIFE_DEADLINE) & LIFE_KILL_LATE) ;
  CHECK(deeds(PHASE_FINISHING, LIFE_DEADLINE) & LIFE_KILL_LATE) ;
}

TEST(what_is_abandoned_is_killed_and_awaited)
{
  for (int phase = 0 ; phase < PHASE_EXITED ; phase++)
  {
    struct life_step step = life_step((enum phase)phase, LIFE_ABANDON) ;
    CHECK(step.deeds & LIFE_MARK_LEAVING) ;
    CHECK((step.next == PHASE_EXITED) == !runs((enum phase)phase)) ;
    CHECK(!(step.deeds & LIFE_MARK_ABANDONED) == !runs((enum phase)phase)) ;
  }
  CHECK(deeds(PHASE_UP, LIFE_ABANDON) & LIFE_KILL) ;
  CHECK(deeds(PHASE_FINISHING, LIFE_ABANDON) & LIFE_KILL) ;
  CHECK(deeds(PHASE_STRAYS, LIFE_ABANDON) & LIFE_END_STRAYS) ;
}

TEST(leaving_waits_for_a_service_that_runs)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (runs((enum phase)phase))
    {
      CHECK(next((enum phase)phase, LIFE_LEAVE) == (enum phase)phase) ;
      CHECK(deeds((enum phase)phase, LIFE_LEAVE) == LIFE_MARK_LEAVING) ;
    }
}

TEST(where_nothing_runs_it_is_settled_whether_to_leave)
{
  static enum phase const idle[] = { PHASE_DOWN, PHASE_WAITING, PHASE_HELD } ;
  for (unsigned int i = 0 ; i < sizeof idle / sizeof *idle ; i++)
  {
    struct life_step step = life_step(idle[i], LIFE_LEAVE) ;
    CHECK(step.next == PHASE_DOWN && step.deeds == (LIFE_MARK_LEAVING | LIFE_SETTLE)) ;
    CHECK(next(step.next, LIFE_SETTLED_LEAVE) == PHASE_EXITED) ;
  }
}

TEST(one_that_leaves_does_not_stay_down)
{
  static enum life_event const down[] = { LIFE_WANT_DOWN, LIFE_WANT_ONCE } ;
  for (unsigned int i = 0 ; i < sizeof down / sizeof *down ; i++) CHECK(deeds(PHASE_WAITING, down[i]) & LIFE_SETTLE) ;
}

TEST(what_run_has_left_behind_is_searched_only_after_an_end_that_nobody_asked_for)
{
  CHECK(next(PHASE_UP, LIFE_WENT_BACKGROUND) == PHASE_SEARCHING) ;
  CHECK(next(PHASE_CODE_DUE, LIFE_WENT_BACKGROUND) == PHASE_SEARCHING) ;
  CHECK(next(PHASE_STOP_DUE, LIFE_WENT_BACKGROUND) == PHASE_STRAYS) ;
  CHECK(next(PHASE_STOPPING, LIFE_WENT_BACKGROUND) == PHASE_STRAYS) ;
  CHECK(next(PHASE_SEARCHING, LIFE_FORKED) == PHASE_UP) ;
  CHECK(next(PHASE_SEARCHING, LIFE_ENDED) == PHASE_STRAYS) ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (phase != PHASE_SEARCHING) CHECK(!(deeds((enum phase)phase, LIFE_FORKED) & LIFE_TELL_FORKED)) ;
}

TEST(an_exit_code_that_does_not_come_is_unknown)
{
  CHECK(next(PHASE_STOPPING, LIFE_ENDED_UNSEEN) == PHASE_CODE_DUE) ;
  CHECK(deeds(PHASE_CODE_DUE, LIFE_DEADLINE) == LIFE_CODE_UNKNOWN) ;
  CHECK(next(PHASE_FINISHING, LIFE_ENDED_UNSEEN) == PHASE_FINISH_CODE_DUE) ;
  CHECK(deeds(PHASE_FINISH_CODE_DUE, LIFE_DEADLINE) == LIFE_CODE_UNKNOWN) ;
  CHECK(next(PHASE_FINISH_CODE_DUE, LIFE_ENDED) == PHASE_LEFTOVERS) ;
}

TEST(an_end_that_settles_was_judged_before)
{
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
    {
      unsigned int todo = deeds((enum phase)phase, (enum life_event)event) ;
      int command = todo & (LIFE_MARK_DOWN | LIFE_MARK_LEAVING) ? 1 : 0 ; /* the end before it was judged */
      CHECK(!(todo & (LIFE_TELL_FINISHED | LIFE_TELL_NOT_STARTED)) == !(todo & LIFE_SETTLE && !command)) ;
    }
}

TEST(settling)
{
  CHECK(life_settle(1, 0, 0, 0, 0) == LIFE_SETTLED_AGAIN) ;
  CHECK(life_settle(0, 0, 0, 0, 0) == LIFE_SETTLED_DOWN) ;
  CHECK(life_settle(1, 1, 0, 0, 0) == LIFE_SETTLED_LEAVE) ;
  CHECK(life_settle(1, 1, 0, 1, 0) == LIFE_SETTLED_AGAIN) ;
  CHECK(life_settle(0, 1, 0, 1, 0) == LIFE_SETTLED_LEAVE) ;
  CHECK(life_settle(1, 0, 1, 0, 0) == LIFE_SETTLED_DOWN) ;
  CHECK(life_settle(1, 1, 1, 1, 0) == LIFE_SETTLED_LEAVE) ;
  CHECK(life_settle(0, 0, 1, 0, 1) == LIFE_SETTLED_UNDO) ;
  CHECK(life_settle(0, 1, 1, 0, 1) == LIFE_SETTLED_UNDO) ;
}

/* Of two runs that are wanted one would be stopped midway. */
TEST(another_run_is_one_whether_the_last_one_ends_before_or_by_that)
{
  for (int phase = 0 ; phase < PHASE_EXITED ; phase++)
  {
    unsigned int todo = deeds((enum phase)phase, LIFE_WANT_ANOTHER) ;
    int starts = !!(todo & (LIFE_RUN | LIFE_RUN_IN_ORDER | LIFE_RUN_WHEN_HEARD)) ;
    int stops = !!(todo & LIFE_STOP) ;
    CHECK(todo & LIFE_MARK_UP && !(todo & (LIFE_MARK_DOWN | LIFE_KILL))) ;
    CHECK(starts == !runs((enum phase)phase)) ;
    CHECK(!(starts && stops)) ;
    /* What has ended by itself starts again whatever `restart` says. */
    CHECK(starts + stops + ((todo & LIFE_MARK_ANOTHER) == LIFE_MARK_ANOTHER) == 1) ;
  }
  CHECK(next(PHASE_UP, LIFE_WANT_ANOTHER) == PHASE_STOP_DUE && next(PHASE_STOPPING, LIFE_WANT_ANOTHER) == PHASE_STOPPING) ;
  CHECK(next(PHASE_SEARCHING, LIFE_WANT_ANOTHER) == PHASE_STRAYS) ;
}

/* `O` asks for nothing but that it is not started again. */
TEST(a_stop_by_command_is_told_apart_in_every_phase)
{
  for (int phase = 0 ; phase < PHASE_EXITED ; phase++)
  {
    CHECK((deeds((enum phase)phase, LIFE_WANT_DOWN) & LIFE_MARK_STOPPED) == LIFE_MARK_STOPPED) ;
    for (int event = 0 ; event < LIFE_EVENT_COUNT ; event++)
      if (event != LIFE_WANT_DOWN) CHECK((deeds((enum phase)phase, (enum life_event)event) & LIFE_MARK_STOPPED) != LIFE_MARK_STOPPED) ;
  }
}

TEST(what_is_done_is_undone_when_it_is_told_to_be_down_or_to_leave)
{
  CHECK(deeds(PHASE_DOWN, LIFE_WANT_DOWN) & LIFE_SETTLE && deeds(PHASE_DOWN, LIFE_LEAVE) & LIFE_SETTLE) ;
  CHECK(!(deeds(PHASE_DOWN, LIFE_WANT_ONCE) & LIFE_SETTLE)) ;
  CHECK(next(PHASE_DOWN, LIFE_SETTLED_UNDO) == PHASE_FINISHING && deeds(PHASE_DOWN, LIFE_SETTLED_UNDO) == LIFE_RUN_FINISH) ;
  for (int phase = 0 ; phase < PHASE_COUNT ; phase++)
    if (phase != PHASE_DOWN) CHECK(deeds((enum phase)phase, LIFE_SETTLED_UNDO) & LIFE_IMPOSSIBLE) ;
}
