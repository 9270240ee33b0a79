/* When ./run has ended: was that asked for, may it start again, and when? Pure. */

#ifndef REEVE_SUPERVISE_POLICY_H
#define REEVE_SUPERVISE_POLICY_H

#include <stdint.h>

#include "service/settings.h"
#include "wire/state.h"

/* Was the end of ./run asked for? */
struct asking
{
  int asked ; /* by `d D x O o`, and that was not taken back by `u` */
  int told ; /* ./run has had the down-signal, and is wanted up: of a restart, or of a `d` that `u` has taken back */
  uint64_t told_ago_ms ;
  uint32_t timeout_kill_ms ; /* 0: never */
  int obeyed ; /* it ended as the down-signal has one end: by it, with a success, or with 128 and its number */
} ;

/* An end within timeout-kill (3 s without one) of the down-signal was asked for. A later end was
   only if it is that of a process that obeys. */
extern int policy_asked (struct asking const *asking) ;

/* How ./run has ended, for policy_judge. */
struct end
{
  int asked ; /* somebody asked for it */
  int failed ; /* with a code other than 0, by a signal, and not in success-codes; or unknown */
  int unknown ; /* nobody could learn how */
  int task ; /* flag-oneshot */
  int want_up ; /* a task: it is to run again after an end that was asked for */
  int forbidden ; /* ./finish has exited 125 */
  uint64_t up_ms ;
  enum restart_policy policy ;
  uint32_t restarts_max ; /* of on-failure:N; 0: no limit */
} ;

/* Does the policy let the service start again (REASON_NONE), or why not? A task that has ended
   well is done (REASON_DONE), unless it was told to start again. It never runs twice unasked: how
   it has ended must be known for another try.
   `failures`: how many in a row there have been; updated. */
extern enum state_reason policy_judge (struct end const *end, uint32_t *failures) ;

/* Was an end of ./run a crash? */
struct crash
{
  int asked ; /* as for policy_judge */
  int ordered ; /* by us (timeout-up, health), or a signal that a command had it sent */
  int paced ; /* ./run keeps a schedule: its ends are not counted as a row */
  int failed ; /* as for policy_judge */
  int again ; /* it is started again */
  uint64_t up_ms ;
} ;

/* Nobody asked for it, and it was a failure, or came within 10 s though the service is to go on:
   a program that puts itself into the background, say.
   `row`: how many in a row there have been, with this one; updated. A row ends as that of the
   quick deaths does. */
extern int policy_crash (struct crash const *crash, uint32_t *row) ;

/* The restart delay (section `restart-delay` of the manual page). */
struct restart_delay
{
  uint32_t next_ms ; /* the last one doubled; 0: begin with the minimum */
  int had_quick_death ;
} ;

/* How long to wait before the next start.
     asked   somebody asked for the end (restart)
     up_ms   how long ./run was up; 0 when it could not be started
   Updates `delay`; returns milliseconds. */
extern uint32_t policy_delay (struct restart_delay *delay, int asked, uint64_t up_ms, uint32_t min_ms, uint32_t max_ms) ;

/* Must the next start wait (still) for s6's listeners? They drop what they read together
   with the end (wire/fifodir.h). So the start waits until each has read its fifo, and then
   until nothing else runs on the machine: then the program behind the listener has had its
   turn. On a busy machine it waits a second, as s6-supervise does before each start.
     waited_ms  since the end was told; what is found before LISTENERS_MS does not count
     read_ms    for how long everything has been read
     unread     one has not read everything
     alone      no other process runs or waits for a CPU
   Returns after how many milliseconds to look again; 0: start. One that does not read
   at all is stuck, and not waited for any longer. */
#define LISTENERS_MS 50
extern uint32_t policy_listeners (uint64_t waited_ms, uint64_t read_ms, int unread, int alone) ;

#endif
