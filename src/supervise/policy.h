/* Decisions after the end of ./run: was it asked for, may ./run start again, and when? Pure. */

#ifndef REEVE_SUPERVISE_POLICY_H
#define REEVE_SUPERVISE_POLICY_H

#include <stdint.h>

#include "service/settings.h"
#include "wire/state.h"

/* Facts for the question: was the end of ./run asked for? */
struct asking
{
  int asked ; /* by `d D x O o`, and not taken back by `u` */
  int told ; /* ./run has got the down-signal, but is wanted up: by a restart, or by a `d` that `u` has taken back */
  uint64_t told_ago_ms ;
  uint32_t timeout_kill_ms ; /* 0: never */
  int obeyed ; /* ./run ended as a process does that obeys the down-signal: by that signal, with 128 plus its number, or with a success */
} ;

/* An end within timeout-kill after the down-signal (3 s, if there is none) counts as asked for. A
   later end does only if ./run has obeyed. */
extern int policy_asked (struct asking const *asking) ;

/* How ./run has ended, for policy_judge(). */
struct end
{
  int asked ; /* somebody asked for it */
  int failed ; /* by a code other than 0 or a signal, and not in success-codes; or unknown */
  int unknown ; /* nobody could learn how it has ended */
  int task ; /* flag-oneshot */
  int want_up ; /* for a task: it is to run again after an end that was asked for */
  int forbidden ; /* ./finish has exited 125 */
  uint64_t up_ms ;
  enum restart_policy policy ;
  uint32_t restarts_max ; /* the N of on-failure:N; 0: no limit */
} ;

/* May the service start again (REASON_NONE), or why not? A task that has ended well is done
   (REASON_DONE), unless it was told to start again. A task never runs twice unasked: for another
   try it must be known how it has ended.
     failures  failures in a row; updated */
extern enum state_reason policy_judge (struct end const *end, uint32_t *failures) ;

/* Facts for the question: was the end of ./run a crash? */
struct crash
{
  int asked ; /* as for policy_judge */
  int ordered ; /* Reeve has ended it (timeout-up, health), or a signal that a command has sent */
  int paced ; /* ./run keeps a schedule: its ends are no row */
  int failed ; /* as for policy_judge */
  int again ; /* it will be started again */
  uint64_t up_ms ;
} ;

/* A crash is an end that nobody asked for, and that was a failure, or came within 10 s although the
   service shall go on. An example for the latter is a program that puts itself into the background.
     row  crashes in a row, with this one; updated. A row ends as that of quick deaths does. */
extern int policy_crash (struct crash const *crash, uint32_t *row) ;

/* The restart delay (section `restart-delay` of the manual page). */
struct restart_delay
{
  uint32_t next_ms ; /* the last delay, doubled; 0: start with the minimum */
  int had_quick_death ;
} ;

/* How long to wait before the next start.
     asked   somebody asked for the end (restart)
     up_ms   how long ./run was up; 0 when it could not be started
   Updates `delay`; returns milliseconds. */
extern uint32_t policy_delay (struct restart_delay *delay, int asked, uint64_t up_ms, uint32_t min_ms, uint32_t max_ms) ;

/* Must the next start (still) wait for s6's listeners? A listener drops all events that it reads
   together with the end (wire/fifodir.h). So the start waits until each has read its fifo, and then
   until nothing else runs on the machine: then the program behind the listener has had its turn. On
   a busy machine it waits a second, as s6-supervise does before each start.
     waited_ms  time since the end was told; before LISTENERS_MS nothing counts
     read_ms    for how long all events have been read
     unread     a listener has not read all events
     alone      no other process runs or waits for a CPU
   Returns the milliseconds until the next look; 0: start now. A listener that reads nothing is
   stuck, and not waited for any longer. */
#define LISTENERS_MS 50
extern uint32_t policy_listeners (uint64_t waited_ms, uint64_t read_ms, int unread, int alone) ;

#endif
