/* The main loop. One turn reads the sources, decides about each event (plan.h), does what was
   decided, and sleeps. Only the loop changes the phase of a unit. */

#ifndef REEVE_SCAN_LOOP_H
#define REEVE_SCAN_LOOP_H

#include "scan/scanner.h"

/* Returns when the stop is over. `signals`: a descriptor from signals_open(). */
extern void loop (struct scanner *s, int signals) ;

/* Parts of a turn, which the start and the fuzz targets use as well. */
/* Begins a stop if one was asked for, and applies all posted events of units. */
extern void loop_settle (struct scanner *s) ;
/* Posts the deadlines that have come, and does the retries that are due. */
extern void loop_deadlines (struct scanner *s) ;
/* Goes on with a scan; after the first scan it starts CMD. */
extern void loop_look (struct scanner *s) ;

#endif
