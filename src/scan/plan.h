/* What the scanner does about a unit: a table. From the unit's phase and an event it tells the
   next phase, and what is to be done. No I/O, no clock.

   A unit is one supervised directory: a service or a logger. Its phases:

   incomplete  It has no ./run that can be executed, or is a template, or disabled: its enable-if
               does not hold. Nothing runs.
   settling    Its directory is being created. The scanner looks at it again 100 ms after the
               last change in it. Nothing runs.
   waiting     It has no supervisor, and gets one in 1 s, or at once. Its service may run, if
               its last supervisor was killed, or if it is not known whether it has one. An
               inherited process that no supervisor could adopt is ended first.
   running     It has a supervisor.
   missing     It has a supervisor, and its directory is gone. If that was in SCAN, the unit is
               let go of after 1 s; if others had put it into LIVE, when a command says so.
   leaving     Its supervisor was told to leave. When that has ended, its logger is told, and
               when that has ended, the unit is released. A supervisor that is killed meanwhile
               gets a successor, which is told to leave.
   returning   Leaving, but its directory is there again: then it begins anew, as settling.
   released    It is forgotten, and freed by units_sweep().

   A deed may have an outcome, which is the next event of the unit:

   PLAN_START       STARTED, START_FAILED, START_REFUSED, DISABLED, IS_TEMPLATE or OVER
   PLAN_REFRESH     none, or UNWANTED
   PLAN_EXAMINE     a SEEN event, or UNSEEN
   PLAN_TELL_LEAVE  none, or OVER
   PLAN_END_LOGGER  none, or LOGGER_GONE

   A cell asks for one such deed at most. */

#ifndef REEVE_SCAN_PLAN_H
#define REEVE_SCAN_PLAN_H

enum unit_phase
{
  UNIT_INCOMPLETE,
  UNIT_SETTLING,
  UNIT_WAITING,
  UNIT_RUNNING,
  UNIT_MISSING,
  UNIT_LEAVING,
  UNIT_RETURNING,
  UNIT_PHASE_COUNT,
  UNIT_RELEASED = UNIT_PHASE_COUNT /* nothing happens to it any more */
} ;

enum unit_event
{
  UNIT_SEEN_COMPLETE, /* a scan has seen its directory, with a ./run; or it was moved into SCAN */
  UNIT_SEEN_CHANGING, /* its directory was created, or something in it has changed */
  UNIT_SEEN_INCOMPLETE, /* there is no ./run in it that can be executed */
  UNIT_UNSEEN, /* its directory is gone */
  UNIT_DEADLINE,
  UNIT_STARTED, /* it has a supervisor: a new one, or one that was taken over */
  UNIT_START_FAILED, /* for a reason that can pass, or as its last supervisor had not lived for 1 s. If it cannot
                        be told whether it has a supervisor, it may have one; and its service may run */
  UNIT_START_REFUSED, /* for a reason that its user has to remove: its name in LIVE is taken, ... Nothing runs */
  UNIT_DISABLED, /* its enable-if does not hold. Nothing runs */
  UNIT_UNWANTED, /* the same, of one that has a supervisor and is down, or held */
  UNIT_IS_TEMPLATE, /* it gets none: its instances do */
  UNIT_OVER, /* it gets no supervisor any more: nothing runs, or nothing can be done about it in this stop */
  UNIT_DIED, /* its supervisor has ended in order: nothing runs */
  UNIT_KILLED, /* its supervisor, or the one that an earlier scanner had started, has ended otherwise: the service may run */
  UNIT_LOGGER_GONE, /* it has no logger any more */
  UNIT_PRUNE, /* a command: let go of what is missing */
  UNIT_LET_GO, /* by the stop; or, of a logger, when its producer has ended */
  UNIT_EVENT_COUNT,
  UNIT_NOTHING = UNIT_EVENT_COUNT /* no event: the outcome of a deed that has none (yet) */
} ;

enum plan_action /* bits. The one that has an outcome is done last, the others in this order */
{
  PLAN_DISARM = 1 << 0, /* it has no deadline, and is not watched */
  PLAN_CLEAN = 1 << 1, /* remove what was made for it in LIVE */
  PLAN_AWAIT_QUIET = 1 << 2, /* watch its directory; a deadline in 100 ms, in 1 s without a ./run */
  PLAN_AWAIT_RETURN = 1 << 3, /* a deadline in 1 s, if its directory was in SCAN */
  PLAN_AWAIT_RETRY = 1 << 4, /* a deadline in 1 s */
  PLAN_EXAMINE = 1 << 5, /* look at its directory again */
  PLAN_SAY_INCOMPLETE = 1 << 6, /* say once why it is not started */
  PLAN_REFRESH = 1 << 7, /* renew the links in LIVE, and start a logger that is new */
  PLAN_START = 1 << 8, /* make what it needs in LIVE, and start a supervisor; of a template, count its instances */
  PLAN_TELL_LEAVE = 1 << 9, /* tell its supervisor to leave */
  PLAN_END_LOGGER = 1 << 10, /* let go of its logger */
  PLAN_RELEASE = 1 << 11, /* forget it */
  PLAN_IMPOSSIBLE = 1 << 12 /* a bug of ours: reported, nothing done */
} ;

#define PLAN_HAS_OUTCOME (PLAN_EXAMINE | PLAN_REFRESH | PLAN_START | PLAN_TELL_LEAVE | PLAN_END_LOGGER)

struct plan_step
{
  enum unit_phase next ;
  unsigned int todo ;
  int known ; /* 0: nobody has filled in this cell; the unit test fails */
} ;

/* `phase` is not UNIT_RELEASED, `event` not UNIT_NOTHING. */
extern struct plan_step plan_step (enum unit_phase phase, enum unit_event event) ;

#endif
