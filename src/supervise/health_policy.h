/* Health checks of a service: a table of phase x event -> next phase and deeds, and the meaning of
   results. Pure: no I/O, no clock, no globals.

     off       no check is due: the service is not up and ready, is paused by command, or leaves
     waiting   no check runs; the next one starts at the deadline
     checking  a check runs; the deadline is its timeout (health-timeout)
     late      a check did not end by its deadline: it has failed, and was sent SIGKILL. The next
               one is due at the deadline, but does not start while this one exists
     dropped   off, but a check still exists: it does not matter any more, and was sent SIGKILL */

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
  HEALTH_BEGIN, /* the service is to be checked from now on */
  HEALTH_END, /* the service is not to be checked any more */
  HEALTH_DUE, /* the deadline has come */
  HEALTH_FLOODED, /* the check has written too much (FLOOD_SIZE in health.c) */
  HEALTH_ENDED, /* the check has ended */
  HEALTH_NOT_STARTED, /* the check could not be started: an outcome of HEALTH_START */
  HEALTH_EVENT_COUNT
} ;

enum health_deed /* bits, in the order in which they are done */
{
  HEALTH_DISARM = 1 << 0,
  HEALTH_KILL = 1 << 1, /* SIGKILL to the check's process group */
  HEALTH_ARM = 1 << 2, /* set the deadline of the next check */
  HEALTH_JUDGE = 1 << 3, /* judge the check by how it has ended */
  HEALTH_FAIL = 1 << 4, /* the check counts as failed, however it ends */
  HEALTH_START = 1 << 5, /* start a check, and set its deadline */
  HEALTH_IMPOSSIBLE = 1 << 6
} ;

struct health_step
{
  enum health_phase next ;
  unsigned int deeds ;
  int known ; /* 0: nobody has filled in this cell */
} ;

extern struct health_step health_step (enum health_phase phase, enum health_event event) ;

/* What is known of a service's health. */
enum health { HEALTH_UNKNOWN, HEALTH_GOOD, HEALTH_BAD } ;

struct health_facts
{
  enum health health ;
  uint64_t up_ms ; /* how long ./run has been up */
  uint32_t start_period_ms ;
  uint32_t retries ;
  uint32_t interval_ms ;
  int told_ready ; /* the service has said that it is ready, and no check was made yet */
} ;

/* The service's health after a check that has passed or failed. HEALTH_UNKNOWN: this check changes
   nothing.
     failures  failures in a row that count; updated. The count starts again with each verdict, so
               an unhealthy service is found unhealthy again after as many more. */
extern enum health health_judge (struct health_facts const *facts, int passed, uint32_t *failures) ;

/* The milliseconds until the next check. In the start period, until a check has passed: a quarter
   of the time that the service has been up; at least 200 ms, at most 5 s, and never more than the
   interval. At once, if the service has just said that it is ready. */
extern uint32_t health_delay (struct health_facts const *facts) ;

#endif
