/* The life of a service under its supervisor: a table of phase x event -> next phase and
   deeds. Pure: no I/O, no clock, no globals.

   The phases are those of wire/report.h:

     down            nothing runs; waits for a command
     waiting         nothing runs; ./run is started at the deadline (restart delay)
     up              ./run runs, and nobody has told it to end
     stop due        the down-signal is not sent yet; where it could not be, the deadline tries again
     stopping        ./run has had the down-signal; the deadline is timeout-kill's
     searching       ./run has ended with 0 (flag-forks): which process is the service?
     code due        ./run, which is not our child, has ended; its exit code is to come
     strays          ./run has ended; what it has left behind is being ended (service/stray.h)
     finishing       ./finish runs, or the ./undo of a task; the deadline is timeout-finish's
     finish code due ./finish, which is not our child, has ended; its exit code is to come
     leftovers       ./finish has ended; what it has left behind is being ended
     exited          the supervisor leaves its loop
     held            nothing runs; ./run is started when the scanner says that all that it needs
                     (dependencies.d) is ready, or by command

   ./run stands for whatever is the service: a child of this supervisor; a process that it
   has adopted; what ./run has left behind (flag-forks). Beside the phase there are flags:
   is the service wanted up, is the supervisor to leave when the service has ended, which of
   ./finish and ./undo runs. Both pass through the same phases.

   A deed may have an outcome, which is the next event:

   LIFE_RUN           LIFE_SPAWNED or LIFE_SPAWN_FAILED
   LIFE_RUN_IN_ORDER  these, or LIFE_HELD
   LIFE_SETTLE        LIFE_SETTLED_DOWN, LIFE_SETTLED_AGAIN, LIFE_SETTLED_LEAVE or LIFE_SETTLED_UNDO

   A step has one such deed at most, so the outcomes need no queue. */

#ifndef REEVE_SUPERVISE_LIFE_H
#define REEVE_SUPERVISE_LIFE_H

#include "wire/report.h"

enum life_event
{
  LIFE_NOTHING, /* no event: the outcome of a deed that has none */
  /* commands */
  LIFE_WANT_UP, /* u: whatever it depends on */
  LIFE_WANT_IN_ORDER, /* w: when what it needs is ready */
  LIFE_WANT_ANOTHER, /* n: another ./run than the one that runs or has just ended: that is told to end, then it starts; else as w */
  LIFE_WANT_DOWN, /* d */
  LIFE_WANT_ONCE, /* O: wanted down, but not stopped */
  LIFE_RESTART, /* r: told to end, but still wanted up */
  LIFE_UNFIT, /* it runs, and does not do its work: told to end, still wanted up, and that end is a failure */
  LIFE_LEAVE, /* x */
  LIFE_KILL_NOW, /* the budget of the tree's stop is over */
  LIFE_ABANDON, /* SIGKILL to all, no ./finish, then leave */
  /* time, and what has ended */
  LIFE_DEADLINE,
  LIFE_CHILD_ENDED, /* children were reaped: look again */
  LIFE_ENDED, /* ./run or ./finish, with a known or an unknown code */
  LIFE_ENDED_UNSEEN, /* the same; whoever has reaped it is about to tell the code */
  LIFE_WENT_BACKGROUND, /* ./run has ended with 0, and has flag-forks */
  LIFE_GO, /* what it needs is ready */
  LIFE_GO_ON, /* after an adoption or an upgrade: do what was about to be done */
  /* outcomes */
  LIFE_SPAWNED, /* ./run was executed */
  LIFE_SPAWN_FAILED, /* ./run was not executed */
  LIFE_HELD, /* ./run is not to be executed before the scanner says so */
  LIFE_TOLD, /* ./run has had the down-signal */
  LIFE_NOT_TOLD, /* the down-signal could not be sent, for a reason that can pass */
  LIFE_TAKEN_BACK, /* the down-signal had no effect, and nobody wants the end any more */
  LIFE_FORKED, /* what ./run has left behind is the service */
  LIFE_STRAYS_GONE,
  LIFE_FINISH_SPAWNED,
  LIFE_NO_FINISH, /* ./finish is missing, was not executed, or is not to be */
  LIFE_SETTLED_DOWN, /* nothing runs: stay down */
  LIFE_SETTLED_AGAIN, /* nothing runs: start again, at once or after the delay */
  LIFE_SETTLED_LEAVE, /* nothing runs: leave */
  LIFE_SETTLED_UNDO, /* nothing runs, and a task that is done was told to be down, or the supervisor to leave: undo it */
  LIFE_EVENT_COUNT
} ;

enum life_deed /* bits, in the order in which they are done */
{
  LIFE_MARK_UP = 1 << 0, /* wanted up */
  LIFE_MARK_DOWN = 1 << 1, /* wanted down; the end counts as asked for */
  LIFE_MARK_LEAVING = 1 << 2, /* told to leave; the end counts as asked for */
  LIFE_MARK_NOT_ASKED = 1 << 3, /* the end does not count as asked for any more, nor as that of one that is unfit */
  LIFE_MARK_ASKED = 1 << 4, /* the end counts as asked for */
  LIFE_MARK_ABANDONED = 1 << 5, /* ./finish is not to run */
  LIFE_MARK_AT_ONCE = 1 << 6, /* whatever is left behind is killed */
  LIFE_COUNT_AS_TOLD = 1 << 7, /* as if ./run, which has ended, had had the down-signal */
  LIFE_TELL_UP = 1 << 8, /* status, event u */
  LIFE_TELL_FORKED = 1 << 9, /* status */
  LIFE_TELL_DOWN = 1 << 10, /* status, death tally, event d */
  LIFE_TELL_FINISHING = 1 << 11, /* status; timeout-finish is armed */
  LIFE_TELL_FINISHED = 1 << 12, /* may it start again? status, event D */
  LIFE_TELL_NOT_STARTED = 1 << 13, /* may it start again? if not, events O and D */
  LIFE_KILL = 1 << 14, /* SIGKILL to ./run or ./finish; the deadline sends it again */
  LIFE_KILL_LATE = 1 << 15, /* the same, with a message: its time is over */
  LIFE_ARM_KILL = 1 << 16, /* timeout-kill */
  LIFE_ARM_AGAIN = 1 << 17, /* the down-signal is tried again in a second */
  LIFE_ARM_CODE = 1 << 18, /* the exit code is awaited for a second */
  LIFE_ARM_DELAY = 1 << 19, /* the restart delay */
  /* those that have an outcome */
  LIFE_CODE_UNKNOWN = 1 << 20, /* nobody has told the exit code: LIFE_ENDED */
  LIFE_STOP = 1 << 21, /* down-signal, CONT */
  LIFE_TAKE_BACK = 1 << 22, /* is ./run wanted up, and deaf to the down-signal? */
  LIFE_SEARCH = 1 << 23, /* which process is the service? LIFE_ENDED: none */
  LIFE_END_STRAYS = 1 << 24, /* begins, or goes on with it */
  LIFE_RUN = 1 << 25, /* starts ./run */
  LIFE_RUN_IN_ORDER = 1 << 26, /* the same, if it depends on nothing; else it is held */
  LIFE_RUN_WHEN_HEARD = 1 << 27, /* that, once s6's listeners have taken the end */
  LIFE_RUN_FINISH = 1 << 28, /* starts ./finish; of a task that is done, ./undo */
  LIFE_SETTLE = 1 << 29, /* life_settle() */
  LIFE_IMPOSSIBLE = 1 << 30 /* a bug of ours: reported, and nothing is done */
} ;

/* Wanted down by `d`: a task is undone if it is done, or gets done meanwhile. `O` asks for no more
   than that it is not started again. */
#define LIFE_MARK_STOPPED (LIFE_MARK_DOWN | LIFE_MARK_ASKED)

/* ./run has ended and another one is wanted, whatever `restart` says of such an end. */
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

/* What LIFE_SETTLE is followed by.
     want_up, leaving  the flags
     not_again         its policy, or ./finish, says so
     input_left        a logger that runs dry has ended before its input did
     undo              a task that is done is not to stay so */
extern enum life_event life_settle (int want_up, int leaving, int not_again, int input_left, int undo) ;

#endif
