#include "supervise/resume.h"
#include "unit.h"

static enum life_event event_of (struct resume resume)
{
  return resume_event(&resume) ;
}

TEST(every_event_is_possible_in_its_phase)
{
  for (int phase = 0 ; phase < PHASE_EXITED ; phase++)
    for (unsigned int flags = 0 ; flags < 48 ; flags++)
    {
      struct resume resume = { .phase = (enum phase)phase, .born = "\0rf"[flags / 16], .has_process = flags & 1, .has_deadline = flags >> 1 & 1,
        .want_up = flags >> 2 & 1, .leaving = flags >> 3 & 1 } ;
      enum life_event event = resume_event(&resume) ;
      if (event != LIFE_NOTHING) CHECK(!(life_step(resume.phase, event).deeds & LIFE_IMPOSSIBLE)) ;
    }
}

TEST(a_child_that_was_born_unseen_counts_as_started)
{
  CHECK(event_of((struct resume) { .phase = PHASE_DOWN, .born = 'r', .has_process = 1, .want_up = 1 }) == LIFE_SPAWNED) ;
  CHECK(event_of((struct resume) { .phase = PHASE_WAITING, .born = 'r', .has_process = 1 }) == LIFE_SPAWNED) ;
  CHECK(event_of((struct resume) { .phase = PHASE_FINISHING, .born = 'f', .has_process = 1 }) == LIFE_FINISH_SPAWNED) ;
}

TEST(a_start_that_was_about_to_come_comes)
{
  CHECK(event_of((struct resume) { .phase = PHASE_DOWN, .want_up = 1 }) == LIFE_WANT_IN_ORDER) ;
  CHECK(event_of((struct resume) { .phase = PHASE_HELD, .want_up = 1 }) == LIFE_GO_ON) ;
  CHECK(event_of((struct resume) { .phase = PHASE_HELD, .born = 'r', .has_process = 1, .want_up = 1 }) == LIFE_SPAWNED) ;
  CHECK(event_of((struct resume) { .phase = PHASE_WAITING, .want_up = 1 }) == LIFE_DEADLINE) ;
  CHECK(event_of((struct resume) { .phase = PHASE_WAITING, .want_up = 1, .has_deadline = 1 }) == LIFE_GO_ON) ;
  CHECK(life_step(PHASE_FINISHING, event_of((struct resume) { .phase = PHASE_FINISHING })).deeds == LIFE_RUN_FINISH) ;
}

TEST(a_finish_that_runs_is_not_started_again)
{
  CHECK(event_of((struct resume) { .phase = PHASE_FINISHING, .has_process = 1 }) == LIFE_NOTHING) ;
}

TEST(a_run_of_which_nothing_is_recorded_has_ended)
{
  CHECK(event_of((struct resume) { .phase = PHASE_UP }) == LIFE_ENDED_UNSEEN) ;
  CHECK(event_of((struct resume) { .phase = PHASE_STOPPING }) == LIFE_ENDED_UNSEEN) ;
  CHECK(event_of((struct resume) { .phase = PHASE_UP, .has_process = 1 }) == LIFE_GO_ON) ;
}

TEST(one_that_was_told_to_leave_leaves)
{
  CHECK(event_of((struct resume) { .phase = PHASE_DOWN, .leaving = 1, .want_up = 1 }) == LIFE_LEAVE) ;
  CHECK(event_of((struct resume) { .phase = PHASE_WAITING, .leaving = 1, .has_deadline = 1 }) == LIFE_LEAVE) ;
}
