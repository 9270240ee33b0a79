/* What the scanner does about a service: what was seen of its directory and what
   runs -> what to start, stop, let go. Decided without I/O or clock.

   A unit is one supervised directory: a service or a logger.

   incomplete  known, has no ./run (that can be executed); nothing runs
   settling    seen being created; looked at again 100 ms after its last change
   retrying    it has no supervisor, and gets one in 1 s
   running     it has a supervisor
   replacing   its supervisor was killed, and what that has left runs on; it gets
               another one, at once or in 1 s. Or it may have one, and in 1 s is
               looked again: nothing ends before that is known. Or what it has left
               is being ended first, as no supervisor could go on with it
   missing     running, and its directory is gone; let go after 1 s if it was
               in SCAN, else when that is ordered
   leaving     its supervisor was told to leave; then its logger is. One that is
               killed meanwhile is replaced, and its successor told
   returning   leaving, and its directory is there again
   released    freed by the next units_sweep()

   A deed may have an outcome, which is the unit's next event: PLAN_START is followed by
   STARTED, START_FAILED, START_REFUSED, MAY_HAVE_ONE, NOTHING_LEFT, LOST or DIED,
   PLAN_EXAMINE by a SEEN event, PLAN_TELL_LEAVE perhaps by GIVEN_UP, PLAN_END_LOGGER by
   LOGGER_GONE, when there is none. A step has one such deed at most. */

#ifndef REEVE_SCAN_PLAN_H
#define REEVE_SCAN_PLAN_H

#include "base/process.h"

enum unit_phase
{
  UNIT_INCOMPLETE,
  UNIT_SETTLING,
  UNIT_RETRYING,
  UNIT_RUNNING,
  UNIT_REPLACING,
  UNIT_MISSING,
  UNIT_LEAVING,
  UNIT_RETURNING,
  UNIT_RELEASED,
  UNIT_PHASE_COUNT
} ;

enum unit_event
{
  UNIT_NOTHING, /* no event: the outcome of a deed that has none (yet) */
  UNIT_SEEN_COMPLETE, /* with a ./run, at a scan, or moved in */
  UNIT_SEEN_CHANGING, /* being created, or a change in it */
  UNIT_SEEN_INCOMPLETE, /* the examination found no ./run that can be executed */
  UNIT_UNSEEN, /* its directory is gone */
  UNIT_DEADLINE,
  UNIT_LEFT_BEHIND, /* an earlier scanner has left it, and something of it still runs */
  UNIT_STARTED, /* it has a supervisor, a new one or one that was found */
  UNIT_START_FAILED, /* for a reason that can pass */
  UNIT_START_REFUSED, /* its name in LIVE is taken */
  UNIT_MAY_HAVE_ONE, /* a supervisor, or what one has left: it could not be taken over, for a reason that can pass */
  UNIT_NOTHING_LEFT, /* leaving, and nothing runs that a supervisor would have to end */
  UNIT_LOST, /* nothing runs, and there is no directory in LIVE (any more) to start a supervisor in */
  UNIT_DIED, /* its supervisor has ended in order, having lived 1 s */
  UNIT_DIED_EARLY, /* ... less than that */
  UNIT_KILLED, /* it has ended otherwise, and may have left something that runs */
  UNIT_KILLED_EARLY,
  UNIT_LOGGER_GONE, /* it has no logger any more */
  UNIT_PRUNE, /* let go of what is missing */
  UNIT_LET_GO,
  UNIT_GIVEN_UP, /* in a stop: it gets no supervisor, or that cannot be told */
  UNIT_EVENT_COUNT
} ;

enum plan_action /* bits, done from the lowest up */
{
  PLAN_DISARM = 1 << 0, /* no deadline, no watch */
  PLAN_CLEAN = 1 << 1, /* remove what was made for it in LIVE */
  PLAN_AWAIT_QUIET = 1 << 2, /* watch it; the deadline in 100 ms */
  PLAN_AWAIT_RETURN = 1 << 3, /* the deadline in 1 s, for what was in SCAN */
  PLAN_AWAIT_RETRY = 1 << 4, /* the deadline in 1 s */
  PLAN_EXAMINE = 1 << 5, /* look at its directory again */
  PLAN_SAY_INCOMPLETE = 1 << 6, /* once */
  PLAN_REFRESH = 1 << 7, /* the links in LIVE, and its logger */
  PLAN_START = 1 << 8, /* make what it needs in LIVE, and a supervisor */
  PLAN_TELL_LEAVE = 1 << 9,
  PLAN_END_LOGGER = 1 << 10,
  PLAN_RELEASE = 1 << 11,
  PLAN_IMPOSSIBLE = 1 << 12 /* a bug of ours: reported, nothing done */
} ;

#define PLAN_HAS_OUTCOME (PLAN_EXAMINE | PLAN_REFRESH | PLAN_START | PLAN_TELL_LEAVE | PLAN_END_LOGGER)

struct plan_step
{
  enum unit_phase next ;
  unsigned int todo ;
  int known ; /* 0: nobody has filled in this cell; the unit test fails */
} ;

extern struct plan_step plan_step (enum unit_phase phase, enum unit_event event) ;

/* CMD is told to end by SIGTERM. Has it to hear that its terminal hangs up, too, as it has
   one? Interactive shells ignore SIGTERM and end by SIGHUP. But who catches SIGTERM, to end
   in order, is not to be killed meanwhile by a SIGHUP that it does not expect.
     signals  CMD's; 0: not known */
extern int plan_hangs_up (struct process_signals const *signals) ;

#endif
