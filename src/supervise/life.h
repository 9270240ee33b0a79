/* The life of a service under its supervisor: a table of phase x event -> next phase and deeds.
   Pure: no I/O, no clock, no globals.

   The phases are those of wire/report.h:

     down            nothing runs; waits for a command
     waiting         nothing runs; ./run is started at the deadline (restart delay)
     up              ./run runs, and nobody has told it to end
     stop due        the down-signal has to be sent; if it could not be sent, the deadline tries again
     stopping        ./run has got the down-signal; the deadline is timeout-kill
     searching       ./run has exited 0 (flag-forks): which process is the service?
     code due        ./run, which is not our child, has ended; its exit code is still to come
     strays          ./run has ended; its strays are being ended (service/stray.h)
     finishing       ./finish runs, or the ./undo of a task; the deadline is timeout-finish
     finish code due ./finish, which is not our child, has ended; its exit code is still to come
     leftovers       ./finish has ended; its strays are being ended
     exited          the supervisor leaves its loop
     held            nothing runs; ./run is started by command, or when the scanner says that all
                     services that it needs (dependencies.d) are ready

   Here ./run means the process that is the service: a child of this supervisor, an adopted process,
   or the process that ./run has put into the background (flag-forks). Besides the phase there are
   flags: is the service wanted up? Is the supervisor to leave when the service has ended? Does
   ./finish or ./undo run? Both of these pass through the same phases.

   A deed may have an outcome, which is the next event:

     LIFE_RUN           LIFE_SPAWNED or LIFE_SPAWN_FAILED
     LIFE_RUN_IN_ORDER  these, or LIFE_HELD
     LIFE_SETTLE        LIFE_SETTLED_DOWN, LIFE_SETTLED_AGAIN, LIFE_SETTLED_LEAVE or LIFE_SETTLED_UNDO

   A step has at most one such deed, so the outcomes need no queue. */

#ifndef REEVE_SUPERVISE_LIFE_H
#define REEVE_SUPERVISE_LIFE_H

#include "wire/report.h"

enum life_event
{
  LIFE_NOTHING, /* no event: the outcome of a deed that has none */
  /* commands */
  LIFE_WANT_UP, /* u: start without waiting for dependencies */
  LIFE_WANT_IN_ORDER, /* w: start when the services that it needs are ready */
  LIFE_WANT_ANOTHER, /* n: start a new ./run; one that runs is told to end first, one that has just ended is not. If nothing runs, as w */
  LIFE_WANT_DOWN, /* d */
  LIFE_WANT_ONCE, /* O: wanted down, but not stopped now */
  LIFE_RESTART, /* r: told to end, and still wanted up */
  LIFE_UNFIT, /* ./run does not do its work: told to end, still wanted up; its end is a failure */
  LIFE_LEAVE, /* x */
  LIFE_KILL_NOW, /* the budget of the tree's stop is over */
  LIFE_ABANDON, /* SIGKILL to all, no ./finish, then leave */
  /* time, and ended processes */
  LIFE_DEADLINE,
  LIFE_CHILD_ENDED, /* children were reaped: look again */
  LIFE_ENDED, /* ./run or ./finish, with a known or an unknown code */
  LIFE_ENDED_UNSEEN, /* the same, but another process has reaped it, and is about to tell the exit code */
  LIFE_WENT_BACKGROUND, /* ./run has exited 0, and the service has flag-forks */
  LIFE_GO, /* the scanner says: the needed services are ready */
  LIFE_GO_ON, /* after an adoption or upgrade: do what was about to be done */
  /* outcomes */
  LIFE_SPAWNED, /* ./run was executed */
  LIFE_SPAWN_FAILED, /* ./run was not executed */
  LIFE_HELD, /* ./run must not be executed before the scanner says so */
  LIFE_TOLD, /* the down-signal was sent to ./run */
  LIFE_NOT_TOLD, /* the down-signal could not be sent, for a reason that can pass */
  LIFE_TAKEN_BACK, /* the down-signal had no effect, and the stop is not wanted any more */
  LIFE_FORKED, /* the service was found among the processes that ./run has started */
  LIFE_STRAYS_GONE,
  LIFE_FINISH_SPAWNED,
  LIFE_NO_FINISH, /* ./finish is missing, could not be executed, or must not run */
  LIFE_SETTLED_DOWN, /* nothing runs: stay down */
  LIFE_SETTLED_AGAIN, /* nothing runs: start again, at once or after the delay */
  LIFE_SETTLED_LEAVE, /* nothing runs: leave */
  LIFE_SETTLED_UNDO, /* nothing runs, and a done task has to be undone: it was told to be down, or the supervisor to leave */
  LIFE_EVENT_COUNT
} ;

enum life_deed /* bits, in the order in which they are done */
{
  LIFE_MARK_UP = 1 << 0, /* wanted up */
  LIFE_MARK_DOWN = 1 << 1, /* wanted down; the end counts as asked for */
  LIFE_MARK_LEAVING = 1 << 2, /* told to leave; the end counts as asked for */
  LIFE_MARK_NOT_ASKED = 1 << 3, /* the end does not count as asked for any more, nor as that of a service that does not do its work */
  LIFE_MARK_ASKED = 1 << 4, /* the end counts as asked for */
  LIFE_MARK_ABANDONED = 1 << 5, /* ./finish must not run */
  LIFE_MARK_AT_ONCE = 1 << 6, /* strays are killed at once */
  LIFE_COUNT_AS_TOLD = 1 << 7, /* ./run has ended: treat its processes as if they had got the down-signal */
  LIFE_TELL_UP = 1 << 8, /* status, event u */
  LIFE_TELL_FORKED = 1 << 9, /* status */
  LIFE_TELL_DOWN = 1 << 10, /* status, death tally, event d */
  LIFE_TELL_FINISHING = 1 << 11, /* status; timeout-finish is armed */
  LIFE_TELL_FINISHED = 1 << 12, /* decide whether ./run may start again; status, event D */
  LIFE_TELL_NOT_STARTED = 1 << 13, /* decide whether ./run may start again; if not, events O and D */
  LIFE_KILL = 1 << 14, /* SIGKILL to ./run or ./finish; the deadline sends it again */
  LIFE_KILL_LATE = 1 << 15, /* the same, with a message: the time limit is over */
  LIFE_ARM_KILL = 1 << 16, /* set the deadline of timeout-kill */
  LIFE_ARM_AGAIN = 1 << 17, /* send the down-signal again in a second */
  LIFE_ARM_CODE = 1 << 18, /* wait a second for the exit code */
  LIFE_ARM_DELAY = 1 << 19, /* set the deadline of the restart delay */
  /* deeds that have an outcome */
  LIFE_CODE_UNKNOWN = 1 << 20, /* nobody has told the exit code: outcome LIFE_ENDED */
  LIFE_STOP = 1 << 21, /* send the down-signal, and SIGCONT */
  LIFE_TAKE_BACK = 1 << 22, /* is the stop unwanted again, and does ./run ignore the down-signal? */
  LIFE_SEARCH = 1 << 23, /* look which process is the service; LIFE_ENDED: none */
  LIFE_END_STRAYS = 1 << 24, /* end the strays: begin, or go on */
  LIFE_RUN = 1 << 25, /* start ./run */
  LIFE_RUN_IN_ORDER = 1 << 26, /* the same; but a service with dependencies is held */
  LIFE_RUN_WHEN_HEARD = 1 << 27, /* as LIFE_RUN_IN_ORDER, once s6's listeners have taken the end */
  LIFE_RUN_FINISH = 1 << 28, /* start ./finish; for a task that is done, ./undo */
  LIFE_SETTLE = 1 << 29, /* decide by life_settle() what comes next */
  LIFE_IMPOSSIBLE = 1 << 30 /* a bug in Reeve: a message, and nothing is done */
} ;

/* Wanted down by `d`: if the task is done, or gets done meanwhile, it is undone. `O` only asks that
   it is not started again. */
#define LIFE_MARK_STOPPED (LIFE_MARK_DOWN | LIFE_MARK_ASKED)

/* ./run has ended, and a new one is wanted, whatever `restart` says of such an end. */
#define LIFE_MARK_ANOTHER (LIFE_MARK_UP | LIFE_MARK_NOT_ASKED | LIFE_MARK_ASKED)

#define LIFE_HAS_OUTCOME (LIFE_STOP | LIFE_TAKE_BACK | LIFE_SEARCH | LIFE_END_STRAYS | LIFE_RUN \
  | LIFE_RUN_IN_ORDER | LIFE_RUN_WHEN_HEARD | LIFE_RUN_FINISH | LIFE_SETTLE | LIFE_CODE_UNKNOWN)

struct life_step
{
  enum phase next ;
  unsigned int deeds ;
  int known ; /* 0: nobody has filled in this cell; the unit test fails */
} ;

extern struct life_step life_step (enum phase phase, enum life_event event) ;

/* The outcome of LIFE_SETTLE.
     want_up, leaving  the flags
     not_again         the restart policy, or ./finish, forbids another start
     input_left        a logger that runs dry has ended before it has read all of its input
     undo              a task that is done has to be undone */
extern enum life_event life_settle (int want_up, int leaving, int not_again, int input_left, int undo) ;

#endif
