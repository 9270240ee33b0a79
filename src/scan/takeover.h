/* Deeds: taking over a supervisor that an earlier scanner has started, and that lives: it is
   watched, and never doubled. Each function returns the event that follows. */

#ifndef REEVE_SCAN_TAKEOVER_H
#define REEVE_SCAN_TAKEOVER_H

#include "scan/scanner.h"

/* The supervisor that holds the lock of the unit becomes the unit's. */
extern enum unit_event takeover (struct scanner *s, struct unit *unit, pid_t supervisor) ;
/* It cannot be told whether there is a supervisor: looked at again in a second. */
extern enum unit_event takeover_in_doubt (struct unit *unit) ;
/* The unit is not to be started as it is. */
extern enum unit_event takeover_refuse (struct unit *unit) ;

/* Says that WHAT of the unit is impossible, and WHY; only once until it is possible. */
extern void takeover_cannot (struct unit *unit, char const *what, char const *why) ;

#endif
