/* The checks of a service's health: a table of phase x event -> next phase and deeds, and what
   their results mean. Pure: no I/O, no clock, no globals.

     off       no check is due: the service is not up and ready, is paused by command, or leaves
     waiting   the deadline is the next check's
     checking  one runs; the deadline is health-timeout's
     late      one has not ended by its deadline: it has failed, and was sent SIGKILL; the
               deadline is that of the next one, which does not start while this one is there
     dropped   off, and a check that is of no interest any more was sent SIGKILL */

#ifndef REEVE_SUPERVISE_HEALTH_POLICY_H
#define REEVE_SUPERVISE_HEALTH_POLICY_H

#include <stdint.h>

enum health_phase
{
  HEALTH_OFF,
  HEALTH_WAITING,
  HEALTH_CHECKING,
  HEALTH_LATE,
  HEALTH_DROPPED,
  HEALTH_PHASE_COUNT
} ;

enum health_event
{
  HEALTH_BEGIN, /* the service is to be checked */
  HEALTH_END, /* it is not, any more */
  HEALTH_DUE, /* the deadline */
  HEALTH_FLOODED, /* the check has written more than anybody reads */
  HEALTH_ENDED, /* the check has ended */
  HEALTH_NOT_STARTED, /* it could not be started: an outcome of HEALTH_START */
  HEALTH_EVENT_COUNT
} ;

enum health_deed /* bits, in the order in which they are done */
{
  HEALTH_DISARM = 1 << 0,
  HEALTH_KILL = 1 << 1, /* SIGKILL to the check's process group */
  HEALTH_ARM = 1 << 2, /* the next check */
  HEALTH_JUDGE = 1 << 3, /* by how it has ended */
  HEALTH_FAIL = 1 << 4, /* it has failed, however it ends */
  HEALTH_START = 1 << 5, /* a check; health-timeout is armed */
  HEALTH_IMPOSSIBLE = 1 << 6
} ;

struct health_step
{
  enum health_phase next ;
  unsigned int deeds ;
  int known ; /* 0: nobody has filled in this cell */
} ;

extern struct health_step health_step (enum health_phase phase, enum health_event event) ;

/* What is known of a service. */
enum health { HEALTH_UNKNOWN, HEALTH_GOOD, HEALTH_BAD } ;

struct health_facts
{
  enum health health ;
  uint64_t up_ms ; /* how long ./run has been up */
  uint32_t start_period_ms ;
  uint32_t retries ;
  uint32_t interval_ms ;
  int told_ready ; /* it has said that it is ready, and no check was made yet */
} ;

/* Is the service healthy after a check that has passed, or failed? HEALTH_UNKNOWN: that check
   changes nothing.
     failures  in a row, which count; updated. It begins anew with each verdict, so one that
               stays unhealthy is found so again after as many. */
extern enum health health_judge (struct health_facts const *facts, int passed, uint32_t *failures) ;

/* After how many milliseconds does the next check begin? In the start period, as long as none
   has passed: after a quarter of the time that the service has been up, at least 200 ms, at
   most 5 s, and never more than the interval; at once when it has just told that it is ready. */
extern uint32_t health_delay (struct health_facts const *facts) ;

#endif
