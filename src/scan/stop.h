/* Deeds: the stop. All units are let go. A unit that does not end is treated as the stage of the
   stop says (stages.h). The state of the stop is in stopping.h. */

#ifndef REEVE_SCAN_STOP_H
#define REEVE_SCAN_STOP_H

#include "scan/scanner.h"

/* Warns of a budget that is too short for anything to end by itself. */
extern void stop_warn_of_budget (struct scanner const *s) ;
/* Begins the stop, if stopping_ask() has asked for it. */
extern void stop_begin (struct scanner *s) ;
/* Does what each stage that has come asks for. Returns whether the tree has ended. */
extern int stop_progress (struct scanner *s) ;
/* clock_ms() at which the next stage comes; 0: none does. */
extern uint64_t stop_deadline (struct scanner const *s) ;

/* The unit got its supervisor during the stop: gives it the order to kill that the others have got
   before. */
extern void stop_too_late (struct scanner *s, struct unit *unit) ;
/* Orders the unit's supervisor to kill what it runs. If it cannot be told, it is tried again every
   second. */
extern void stop_order_kill (struct scanner *s, struct unit *unit) ;
/* The unit is about to get a supervisor, or its supervisor is about to be told again. Was that
   tried too often in this stop? Then the inherited process is ended first; while it ends, returns
   0. If it cannot be ended, a message names the unit. Returns 1: give the unit up, UNIT_OVER is to
   follow. */
extern int stop_gives_up (struct scanner *s, struct unit *unit) ;

#endif
