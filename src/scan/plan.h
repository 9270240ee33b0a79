/* What the scanner does about a unit: a table. For each phase of a unit and each event it gives the
   next phase, and what to do. No I/O, no clock.

   A unit is one supervised directory: a service or a logger. Its phases:

     incomplete  It cannot be started: its ./run cannot be executed, or it is a template, or it is
                 disabled because its enable-if does not hold. Nothing runs.
     settling    Its directory is being created. The scanner looks at it again 100 ms after the
                 last change in it. Nothing runs.
     waiting     It has no supervisor, and gets one in 1 s, or at once. Its service may run, if
                 its last supervisor was killed, or if it is not known whether it has one. An
                 inherited process that no supervisor can adopt is ended first.
     running     It has a supervisor.
     missing     It has a supervisor, and its directory is gone. If that was in SCAN, the unit is
                 let go of after 1 s; if others had put it into LIVE, when a command says so.
     leaving     Its supervisor was told to leave. When it has ended, its logger is let go. When
                 that has ended, too, the unit is released. A supervisor that is killed meanwhile
                 gets a successor, which is told to leave.
     returning   Leaving, but its directory is there again. It then starts anew, as settling.
     released    It is forgotten, and freed by units_sweep().

   A deed may have an outcome, which is the next event of the unit:

     PLAN_START       STARTED, START_FAILED, START_REFUSED, DISABLED, IS_TEMPLATE or OVER
     PLAN_REFRESH     none, or UNWANTED
     PLAN_EXAMINE     a SEEN event, or UNSEEN
     PLAN_TELL_LEAVE  none, or OVER
     PLAN_END_LOGGER  none, or LOGGER_GONE

   A cell asks for at most one deed that has an outcome. */

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
  UNIT_START_FAILED, /* the reason can pass, or the last supervisor lived for less than 1 s. The service may run */
  UNIT_START_REFUSED, /* the user has to remove the reason, such as a taken name in LIVE. Nothing runs */
  UNIT_DISABLED, /* its enable-if does not hold. Nothing runs */
  UNIT_UNWANTED, /* the enable-if does not hold any more; the unit has a supervisor, and is down or held */
  UNIT_IS_TEMPLATE, /* it is a template: only its instances get supervisors */
  UNIT_OVER, /* it gets no supervisor any more: nothing runs, or nothing more can be done for it in this stop */
  UNIT_DIED, /* its supervisor has ended in order: nothing runs */
  UNIT_KILLED, /* its supervisor has ended in another way: the service may run */
  UNIT_LOGGER_GONE, /* it has no logger any more */
  UNIT_PRUNE, /* by a command: let go of the unit if its directory is missing */
  UNIT_LET_GO, /* let go of the unit: by the stop; for a logger, when its producer has ended */
  UNIT_EVENT_COUNT,
  UNIT_NOTHING = UNIT_EVENT_COUNT /* no event: the outcome of a deed that has none (yet) */
} ;

enum plan_action /* bits. They are done in the order of loop.c's perform(), the deed with an outcome last */
{
  PLAN_DISARM = 1 << 0, /* cancel its deadline, and do not watch its directory any more */
  PLAN_CLEAN = 1 << 1, /* remove what was made for it in LIVE */
  PLAN_AWAIT_QUIET = 1 << 2, /* watch its directory, and set a deadline: 100 ms; 1 s for an instance without a ./run of its own */
  PLAN_AWAIT_RETURN = 1 << 3, /* set a deadline of 1 s, if its directory was in SCAN */
  PLAN_AWAIT_RETRY = 1 << 4, /* set a deadline of 1 s */
  PLAN_EXAMINE = 1 << 5, /* look at its directory again */
  PLAN_SAY_INCOMPLETE = 1 << 6, /* say once why it is not started */
  PLAN_REFRESH = 1 << 7, /* renew the links in LIVE, and start a logger that is new */
  PLAN_START = 1 << 8, /* make what it needs in LIVE, and start a supervisor; for a template: count its instances */
  PLAN_TELL_LEAVE = 1 << 9, /* tell its supervisor to leave */
  PLAN_END_LOGGER = 1 << 10, /* let go of its logger */
  PLAN_RELEASE = 1 << 11, /* forget it */
  PLAN_IMPOSSIBLE = 1 << 12 /* a bug in Reeve: a message, and nothing is done */
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
