/* The main loop. One turn reads the sources, decides about each event by plan.h, does what
   was decided, and sleeps. Nothing else changes the phase of a unit. */

#ifndef REEVE_SCAN_LOOP_H
#define REEVE_SCAN_LOOP_H

#include "scan/scanner.h"

/* Returns when the stop is over. `signals`: a descriptor of signals_open(). */
extern void loop (struct scanner *s, int signals) ;

/* Parts of a turn, which the start and the fuzz targets use, too. */
/* Begins a stop that was asked for, and applies all events of units. */
extern void loop_settle (struct scanner *s) ;
/* Does what is due now. */
extern void loop_deadlines (struct scanner *s) ;
/* Goes on with a scan; after the first one CMD is started. */
extern void loop_look (struct scanner *s) ;

#endif
