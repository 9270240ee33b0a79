/* The deaths of a service: DIR/supervise/death_tally, s6's format.

   A record of 14 bytes a death, the oldest first:
      0  12  stamp   TAI64N, wall clock
     12   1  code    the exit code; 128 + signal if a signal ended it
     13   1  signal  0 if it exited */

#ifndef REEVE_WIRE_DEATH_TALLY_H
#define REEVE_WIRE_DEATH_TALLY_H

#include <skalibs/tai.h>

#define DEATH_TALLY_FILE "supervise/death_tally"
#define DEATH_TALLY_RECORD 14
#define DEATH_TALLY_MAX 4096 /* records; s6's bound on max-death-tally */

extern void death_tally_pack (char out[DEATH_TALLY_RECORD], tain const *stamp, int wstat) ;

/* Adds a death to the tally of the current directory, and drops the oldest ones beyond `max` (at
   most DEATH_TALLY_MAX; 0 keeps none). Returns 1, or 0 with errno; then the tally is as it was.
   Allocates nothing. */
extern int death_tally_add (tain const *stamp, int wstat, unsigned int max) ;

#endif
