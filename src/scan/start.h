/* Deeds: starting a unit. Its directory in LIVE is made, then its logger is started, then its own
   supervisor. A supervisor that lives already is taken over instead (takeover.h). */

#ifndef REEVE_SCAN_START_H
#define REEVE_SCAN_START_H

#include "scan/scanner.h"

/* PLAN_START. Returns the event that plan.h lists for it. */
extern enum unit_event start_unit (struct scanner *s, struct unit *unit) ;
/* PLAN_REFRESH: the unit runs. Renews the links in LIVE, and starts a logger that is new. */
extern enum unit_event start_refresh (struct scanner *s, struct unit *unit) ;
/* PLAN_SAY_INCOMPLETE: says once why the unit is not started. */
extern void start_say_incomplete (struct scanner *s, struct unit *unit) ;

#endif
