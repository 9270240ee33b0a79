/* Deeds: taking over a living supervisor that an earlier scanner has started. It is watched, and no
   second one is started. Each function returns the event that follows. */

#ifndef REEVE_SCAN_TAKEOVER_H
#define REEVE_SCAN_TAKEOVER_H

#include "scan/scanner.h"

/* The supervisor, which holds the unit's lock, becomes the unit's. */
extern enum unit_event takeover (struct scanner *s, struct unit *unit, pid_t supervisor) ;
/* It cannot be told whether there is a supervisor: the next look is in a second. */
extern enum unit_event takeover_in_doubt (struct unit *unit) ;
/* The unit must not be started as it is. */
extern enum unit_event takeover_refuse (struct unit *unit) ;

/* Says that `what` cannot be done for the unit, and why. It is said once, until the unit has a
   supervisor. */
extern void takeover_cannot (struct unit *unit, char const *what, char const *why) ;

#endif
