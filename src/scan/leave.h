/* Deeds: letting go of a unit. Its supervisor is told to leave: to stop the service and then to
   exit. Then its logger is let go, and at last the unit is forgotten. */

#ifndef REEVE_SCAN_LEAVE_H
#define REEVE_SCAN_LEAVE_H

#include "scan/scanner.h"

/* PLAN_TELL_LEAVE: tells the supervisor to leave. If it cannot be told, the next try is in a
   second. */
extern enum unit_event leave_tell (struct scanner *s, struct unit *unit) ;
/* PLAN_END_LOGGER: lets go of the unit's logger. Returns UNIT_LOGGER_GONE when there is none. */
extern enum unit_event leave_end_logger (struct scanner *s, struct unit *unit) ;
/* PLAN_CLEAN: removes what was made for the unit in LIVE; in a stop it does nothing. */
extern void leave_clean (struct scanner *s, struct unit *unit) ;
/* PLAN_RELEASE: takes the unit out of the set, and forgets what it needs. The producer of a logger
   is posted UNIT_LOGGER_GONE. */
extern void leave_release (struct scanner *s, struct unit *unit) ;

#endif
