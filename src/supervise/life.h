/* A supervisor's life: what happens next, decided without I/O or clock.

   down       nothing runs; waits for a command
   waiting    nothing runs; ./run is started at a deadline (restart delay)
   up         ./run runs; a deadline, if armed, is timeout-kill's
   strays     ./run has ended; what it left behind is being ended (service/stray.h): of
              an end that was asked for that may be the service itself
   finishing  ./finish runs; the deadline is timeout-finish's
   leftovers  ./finish has ended; what it left behind is being ended
   exited     the supervisor leaves its loop

   Flags beside the phase: `want_up`, and `leaving` (told to exit when the
   service has ended; a logger, when it has read what is left as well: until then it
   is started again, and waits for that as any other). ./run stands for whatever is the service: this supervisor's
   child, one that it has adopted, or what ./run has left behind (flag-forks). Every
   outcome is an event too: an action that starts
   something is answered by LIFE_SPAWNED or LIFE_SPAWN_FAILED, a ./finish that is
   missing by LIFE_NO_FINISH, LIFE_SETTLE by one of the three settled events. */

#ifndef REEVE_SUPERVISE_LIFE_H
#define REEVE_SUPERVISE_LIFE_H

#include <stdint.h>

#include "service/settings.h"
#include "wire/report.h"
#include "wire/state.h"

enum life_event
{
  LIFE_WANT_UP, /* u */
  LIFE_WANT_DOWN, /* d */
  LIFE_WANT_ONCE, /* O: wanted down, but not stopped */
  LIFE_LEAVE, /* x */
  LIFE_ABANDON, /* all is to be killed at once, without ./finish, and then left */
  LIFE_SPAWNED, /* ./run was executed */
  LIFE_SPAWN_FAILED, /* it was not */
  LIFE_FORKED, /* ./run has ended, and what it has left behind is the service */
  LIFE_RUN_ENDED,
  LIFE_STRAYS_GONE,
  LIFE_FINISHED, /* ./finish has ended, or was killed */
  LIFE_NO_FINISH, /* it is missing, could not be started, or is not to be */
  LIFE_DEADLINE,
  LIFE_SETTLED_DOWN, /* nothing runs: stay down */
  LIFE_SETTLED_AGAIN, /* nothing runs: start again, at once or after the delay */
  LIFE_SETTLED_LEAVE, /* nothing runs: leave */
  LIFE_EVENT_COUNT
} ;

enum life_action /* bits; act.c has the order in which they are done */
{
  LIFE_MARK_UP = 1 << 0,
  LIFE_MARK_DOWN = 1 << 1,
  LIFE_MARK_LEAVING = 1 << 2,
  LIFE_TELL_UP = 1 << 3, /* status, event u */
  LIFE_TELL_DOWN = 1 << 4, /* status, tally, event d */
  LIFE_TELL_FINISHED = 1 << 5, /* status, event D */
  LIFE_STOP = 1 << 6, /* down-signal, CONT, timeout-kill */
  LIFE_KILL = 1 << 7, /* the deadline's SIGKILL */
  LIFE_END_STRAYS = 1 << 8, /* begins, or goes on with it */
  LIFE_RUN = 1 << 9, /* start ./run */
  LIFE_RUN_FINISH = 1 << 10, /* start ./finish */
  LIFE_DELAY = 1 << 11, /* arm the restart delay */
  LIFE_SETTLE = 1 << 12,
  LIFE_JUDGE = 1 << 13, /* does its policy let it start again? */
  LIFE_TELL_FORKED = 1 << 14, /* status */
  LIFE_ABANDON_ALL = 1 << 15, /* SIGKILL to whatever runs */
  LIFE_IMPOSSIBLE = 1 << 16 /* a bug of ours: reported, nothing done */
} ;

struct life_step
{
  enum phase next ;
  unsigned int todo ;
  int known ; /* 0: nobody has filled in this cell; the unit test fails */
} ;

extern struct life_step life_step (enum phase phase, enum life_event event) ;

/* What LIFE_SETTLE is answered with.
     want_up, leaving  the flags
     not_again         its policy, or ./finish, says so
     input_left        a logger that runs dry ended before its input did */
extern enum life_event life_settle (int want_up, int leaving, int not_again, int input_left) ;

/* Was the end of ./run asked for? */
struct life_asking
{
  int asked ; /* by `d D x O o`, and that was not taken back by `u` */
  int told ; /* ./run has had the down-signal: of a restart, or of a `d` that was taken back */
  uint64_t told_ago_ms ;
  uint32_t timeout_kill_ms ; /* 0: never */
  int obeyed ; /* it ended as the down-signal has one end: by it, with 0, or with 128 and its number */
} ;

/* A restart is asking until the service has outlived it: by 3 s, or timeout-kill. What it
   does later is its own doing, unless it ends as one that obeys. */
extern int life_asked (struct life_asking const *asking) ;

/* How ./run has ended, for life_judge. */
struct life_end
{
  int asked ; /* somebody asked for it */
  int failed ; /* with a code other than 0, by a signal, or unknown */
  int forbidden ; /* ./finish has exited 125 */
  uint64_t up_ms ;
  enum restart_policy policy ;
  uint32_t restarts_max ; /* of on-failure:N; 0: no limit */
} ;

/* Does the policy let the service start again (REASON_NONE), or why not?
   `failures`: how many in a row there have been; updated. */
extern enum state_reason life_judge (struct life_end const *end, uint32_t *failures) ;

/* The restart delay (section `restart-delay` of the manual page). */
struct life_delay
{
  uint32_t next_ms ; /* the last one doubled; 0: begin with the minimum */
  int had_quick_death ;
} ;

/* How long to wait before the next start.
     asked   somebody asked for the end (restart)
     up_ms   how long ./run was up; 0 when it could not be started
   Updates `delay`; returns milliseconds. */
extern uint32_t life_restart_delay (struct life_delay *delay, int asked, uint64_t up_ms, uint32_t min_ms, uint32_t max_ms) ;

/* Must the next start wait (still) for s6's listeners? They drop what they read together
   with the end (wire/fifodir.h). One that has read its fifo passes the end on to the
   program that asked, in which the drop happens: that has had its turn when nobody else
   wants a CPU; else it is given a second, as s6-supervise gives it before each start.
     waited_ms  since the end was told; the first look comes after LIFE_LISTENERS_MS
     read_ms    for how long everything has been read
     unread     one has not read everything
     alone      no other process runs or waits for a CPU
   Returns after how many milliseconds to look again; 0: start. One that does not read
   at all is stuck, and not waited for any longer. */
#define LIFE_LISTENERS_MS 50
extern uint32_t life_listeners (uint64_t waited_ms, uint64_t read_ms, int unread, int alone) ;

#endif
