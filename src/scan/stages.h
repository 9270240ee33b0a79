/* The stages of a stop: when a stop that lasts does more than wait. No I/O, no clock.

   All times count from the beginning of the stop. T is its budget, K the time of -K, G the grace
   that the container's runtime is assumed to give:

     order    at half of the first of T, K and, if there is no T, G: the order of the stop is
              given up, and all units that still wait are told to end
     speak    at G - 500 ms, if there is no T: the units that still run are named, because the
              container's runtime may kill them soon
     kill     at T - 1000 ms, or at K if that comes first: services and CMD that still run are
              killed; a ./finish may go on
     abandon  at T - 500 ms: ./finish and loggers are killed, too
     leave    at T - 200 ms: the scanner ends, whatever still runs

   Without T and K nothing is killed. Without T, K and G the order is kept, however long that takes. */

#ifndef REEVE_SCAN_STAGES_H
#define REEVE_SCAN_STAGES_H

#include <stdint.h>

#define STAGE_KILL_BEFORE_MS 1000 /* before the end of the budget */
#define STAGE_NEVER UINT64_MAX

enum stage
{
  STAGE_ORDER,
  STAGE_SPEAK,
  STAGE_KILL,
  STAGE_ABANDON,
  STAGE_LEAVE,
  STAGE_COUNT
} ;

struct stage_limits
{
  uint32_t budget_ms ; /* T; 0: none */
  uint32_t kill_ms ; /* K; 0: none */
  uint32_t grace_ms ; /* G; 0: none */
} ;

/* When the stage comes, in milliseconds from the beginning of the stop; or STAGE_NEVER. */
extern uint64_t stage_due_ms (struct stage_limits const *limits, enum stage stage) ;

/* The next stage that has not come yet; of two at the same time, the first in the list above.
   STAGE_COUNT: none comes any more.
     done  the stages that have come: bits 1 << stage */
extern enum stage stage_next (struct stage_limits const *limits, unsigned int done) ;

/* Does the stage `kill` come at K, and not at the end of the budget? */
extern int stage_kills_by_k (struct stage_limits const *limits) ;

#endif
