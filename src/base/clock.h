/* The clock of deadlines and durations: setting the wall clock does not move it, and
   all programs read the same time from it, so that a deadline can be handed over. */

#ifndef REEVE_BASE_CLOCK_H
#define REEVE_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, in milliseconds. */
extern uint64_t clock_ms (void) ;

#endif
