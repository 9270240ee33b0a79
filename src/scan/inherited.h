/* The process that a killed supervisor leaves behind. It becomes a child of the scanner, which
   alone learns its wait status. The supervisor's successor proves that the process is the recorded
   one, adopts it, and is told the wait status, until it reports that it has taken note. */

#ifndef REEVE_SCAN_INHERITED_H
#define REEVE_SCAN_INHERITED_H

#include "scan/scanner.h"
#include "wire/state.h"

/* Reads what the last supervisor of the unit has recorded. A process that it has started, but
   had no time to record, counts: state->process. Returns what state_recover() does. */
extern int inherited_last_run (struct unit const *unit, struct state *state) ;
/* Was that record certainly removed? Then no successor could go on. */
extern int inherited_state_is_lost (struct unit const *unit) ;

/* The supervisor of the unit was killed, or an earlier scanner has started it: from now on the
   end of its process is waited for.
     state  what it has recorded; 0: that is lost, and what it had reported counts
   Returns 1, or 0 when there is no memory. */
extern int inherited_take (struct scanner *s, struct unit *unit, struct state const *state) ;
/* The same; reads the record itself. */
extern int inherited_learn (struct scanner *s, struct unit *unit) ;
/* The process has ended: tells the supervisor, if there is one. */
extern void inherited_ended (struct scanner *s, struct unit *unit, int wstat) ;
/* The supervisor reports that its process is this one now. */
extern void inherited_reported (struct scanner *s, struct unit *unit, pid_t process) ;
/* Has an inherited process ended whose supervisor has not taken note yet? */
extern int inherited_in_the_air (struct scanner const *s) ;

#endif
