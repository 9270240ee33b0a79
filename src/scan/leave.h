/* Deeds: letting go of a unit. Its supervisor is told to leave: to stop the service, and to
   exit then. After that its logger is, and at last the unit is forgotten. */

#ifndef REEVE_SCAN_LEAVE_H
#define REEVE_SCAN_LEAVE_H

#include "scan/scanner.h"

/* PLAN_TELL_LEAVE: told again in a second if it could not be told. */
extern enum unit_event leave_tell (struct scanner *s, struct unit *unit) ;
/* PLAN_END_LOGGER. Returns UNIT_LOGGER_GONE when there is none. */
extern enum unit_event leave_end_logger (struct scanner *s, struct unit *unit) ;
/* PLAN_CLEAN: removes what was made for it in LIVE, but not in a stop. */
extern void leave_clean (struct scanner *s, struct unit *unit) ;
/* PLAN_RELEASE; the producer of a logger hears of it. */
extern void leave_release (struct scanner *s, struct unit *unit) ;

#endif
