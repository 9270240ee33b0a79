/* Clocks. Deadlines and durations use clock_ms(): setting the wall clock does not move it, and all
   programs read the same time from it, so that a deadline can be handed over. */

#ifndef REEVE_BASE_CLOCK_H
#define REEVE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include <skalibs/tai.h>

/* CLOCK_MONOTONIC, in milliseconds. */
extern uint64_t clock_ms (void) ;

/* The wall clock, in milliseconds: for moments that may lie before this machine's start. */
extern uint64_t clock_wall_ms (void) ;

/* The wall clock, for a time that others read. */
extern void clock_stamp (tain *stamp) ;

/* Milliseconds since the stamp, by the wall clock; 0 if the stamp is in the future, because the
   clock was set. */
extern uint64_t clock_ms_since (tain const *stamp) ;

/* clock_gettime(), which cannot fail. */
extern void clock_read (clockid_t clock, struct timespec *now) ;

/* From now on each reading of a clock is a system call. The C library reads from a page that the
   kernel maps into each process (vdso). That is quicker, but takes 8 to 12 kB of page tables: much
   for one of many processes that seldom read a clock. */
extern void clock_ask_kernel (void) ;

/* For a loop without another way to wait: what has just failed (errno) would fail again at once.
   Says "unable to WHAT", and sleeps. The same failure is said only once. */
extern void clock_pause (char const *what, uint32_t ms) ;

#endif
