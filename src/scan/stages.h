/* The stages of a stop: what its limits ask for, and when. Pure.

   Without a limit nothing is killed, and there is one stage at most:

     speak    G - 500 ms   what still runs is named, as the container's runtime may
                           kill it soon

   With a budget T, or with K:

     kill     T - 1000 ms, or K if that comes first
                           what still runs is killed; ./finish may go on
     abandon  T - 500 ms   ./finish and loggers are killed, too
     leave    T - 200 ms   the scanner ends, whatever is left

   All are counted from the beginning of the stop. */

#ifndef REEVE_SCAN_STAGES_H
#define REEVE_SCAN_STAGES_H

#include <stdint.h>

#define STAGE_KILL_BEFORE_MS 1000 /* the end of the budget */
#define STAGE_NEVER UINT64_MAX

enum stage
{
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
  uint32_t grace_ms ; /* G: what the container's runtime is taken to give, if nobody has said; 0: never mind */
} ;

/* In milliseconds from the beginning of the stop, or STAGE_NEVER. */
extern uint64_t stage_due_ms (struct stage_limits const *limits, enum stage stage) ;

/* The stage that comes first of those not in `done`, a set of bits 1 << stage; of two
   that are due together the earlier in the list above. STAGE_COUNT: none comes. */
extern enum stage stage_next (struct stage_limits const *limits, unsigned int done) ;

/* Is it K, and not the budget, that kills? */
extern int stage_kills_by_k (struct stage_limits const *limits) ;

#endif
