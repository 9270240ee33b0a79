/* The clock of deadlines and durations: setting the wall clock does not move it, and
   all programs read the same time from it, so that a deadline can be handed over. */

#ifndef REEVE_BASE_CLOCK_H
#define REEVE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include <skalibs/tai.h>

/* CLOCK_MONOTONIC, in milliseconds. */
extern uint64_t clock_ms (void) ;

/* The wall clock in milliseconds: for what is older than this machine's start. */
extern uint64_t clock_wall_ms (void) ;

/* The wall clock, for a time that others read. */
extern void clock_stamp (tain *stamp) ;

/* Milliseconds of the wall clock since the stamp; 0 for one that is to come, as the clock may have been set. */
extern uint64_t clock_ms_since (tain const *stamp) ;

/* clock_gettime(), which cannot fail. */
extern void clock_read (clockid_t clock, struct timespec *now) ;

/* From now on each look at a clock is a system call. The libraries look into a page that the
   kernel maps into each process (vdso): that is quicker, but takes 8 to 12 kB of page tables,
   much for one process of many that seldom look. */
extern void clock_ask_kernel (void) ;

/* For a loop that cannot wait otherwise, as what failed (errno) would fail again at
   once: says "unable to WHAT", and sleeps. The same failure is said once. */
extern void clock_pause (char const *what, uint32_t ms) ;

#endif
