/* Deeds: starting a unit. What it needs in LIVE is made, then its logger is started, then its
   own supervisor; or one that lives already is taken over (takeover.h). */

#ifndef REEVE_SCAN_START_H
#define REEVE_SCAN_START_H

#include "scan/scanner.h"

/* PLAN_START. Returns the event that plan.h lists for it. */
extern enum unit_event start_unit (struct scanner *s, struct unit *unit) ;
/* PLAN_REFRESH: the links in LIVE of a unit that runs, and its logger, may have changed. */
extern enum unit_event start_refresh (struct scanner *s, struct unit *unit) ;
/* PLAN_SAY_INCOMPLETE. */
extern void start_say_incomplete (struct scanner *s, struct unit *unit) ;

#endif
