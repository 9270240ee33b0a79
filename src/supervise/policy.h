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
  int told ; /* ./run has had the down-signal: of a restart, or of a `d` that was taken back */
  uint64_t told_ago_ms ;
  uint32_t timeout_kill_ms ; /* 0: never */
  int obeyed ; /* it ended as the down-signal has one end: by it, with 0, or with 128 and its number */
} ;

/* A restart is asking until the service has outlived it: by 3 s, or timeout-kill. What it
   does later is its own doing, unless it ends as one that obeys. */
extern int policy_asked (struct asking const *asking) ;

/* How ./run has ended, for policy_judge. */
struct end
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
extern enum state_reason policy_judge (struct end const *end, uint32_t *failures) ;

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
   with the end (wire/fifodir.h). One that has read its fifo passes the end on to the
   program that asked, in which the drop happens: that has had its turn when nobody else
   wants a CPU; else it is given a second, as s6-supervise gives it before each start.
     waited_ms  since the end was told; the first look comes after LISTENERS_MS
     read_ms    for how long everything has been read
     unread     one has not read everything
     alone      no other process runs or waits for a CPU
   Returns after how many milliseconds to look again; 0: start. One that does not read
   at all is stuck, and not waited for any longer. */
#define LISTENERS_MS 50
extern uint32_t policy_listeners (uint64_t waited_ms, uint64_t read_ms, int unread, int alone) ;

#endif
