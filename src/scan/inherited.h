/* The process that a killed supervisor leaves behind. It becomes a child of the scanner, and only
   the scanner learns its wait status. The supervisor's successor proves that the process is the
   recorded one, and adopts it. The scanner sends the wait status to the successor until the
   successor reports that it has taken note. */

#ifndef REEVE_SCAN_INHERITED_H
#define REEVE_SCAN_INHERITED_H

#include "scan/scanner.h"
#include "wire/state.h"

/* Reads what the last supervisor of the unit has recorded. If it has started a process but had no
   time to record it, state->process is that process. Returns what state_recover() does. */
extern int inherited_last_run (struct unit const *unit, struct state *state) ;
/* Was that record certainly removed? Then no successor can go on. */
extern int inherited_state_is_lost (struct unit const *unit) ;

/* The unit's supervisor was killed, or an earlier scanner has started it: from now on the scanner
   waits for the end of its process.
     state  what the supervisor has recorded; 0: that is lost, and what it had reported counts
   Returns 1, or 0 when there is no memory. */
extern int inherited_take (struct scanner *s, struct unit *unit, struct state const *state) ;
/* The same; reads the record itself. */
extern int inherited_learn (struct scanner *s, struct unit *unit) ;
/* The inherited process has ended: tells the unit's supervisor, if there is one. */
extern void inherited_ended (struct scanner *s, struct unit *unit, int wstat) ;
/* The unit's supervisor reports that its process is this one now. */
extern void inherited_reported (struct scanner *s, struct unit *unit, pid_t process) ;
/* Is there an inherited process that has ended, of which no supervisor has taken note yet? */
extern int inherited_in_the_air (struct scanner const *s) ;

#endif
