/* Deeds: the stop. All units are let go. stages.h decides when what is done to a unit
   that does not end. The state of the stop is in stopping.h. */

#ifndef REEVE_SCAN_STOP_H
#define REEVE_SCAN_STOP_H

#include "scan/scanner.h"

/* Warns of a budget that is too short for anything to end by itself. */
extern void stop_warn_of_budget (struct scanner const *s) ;
/* Begins the stop that stopping_ask() has asked for, if it has. */
extern void stop_begin (struct scanner *s) ;
/* Does what the stages ask for that have come. Returns whether the tree has ended. */
extern int stop_progress (struct scanner *s) ;
/* clock_ms() at which the next stage comes; 0: none does. */
extern uint64_t stop_deadline (struct scanner const *s) ;

/* The unit has got a supervisor in the stop: it is ordered what others were ordered before. */
extern void stop_too_late (struct scanner *s, struct unit *unit) ;
/* Orders the unit's supervisor to kill what it runs; again every second until it could be told. */
extern void stop_order_kill (struct scanner *s, struct unit *unit) ;
/* The unit is about to get a supervisor, or its supervisor to be told again. Was that tried too
   often in this stop? Then the inherited process is ended first (returns 0 meanwhile); when that
   is not possible, a message names the unit. Returns 1: UNIT_OVER is to follow. */
extern int stop_gives_up (struct scanner *s, struct unit *unit) ;

#endif
