/* Traps: the signals that services got, and the work at the end. */

#ifndef REEVE_MIGRATE_TRAPS_H
#define REEVE_MIGRATE_TRAPS_H

#include "migrate/facts/analysis.h"

/* ---- traps.c ---- */
extern void walk_trap (struct analysis *a, struct statement *statement) ;
extern int walk_trap_call (struct analysis *a, struct statement *statement) ; /* of a function that only sets traps; 1: it was that */
extern struct claim *walk_end_call (struct analysis *a, struct statement *statement) ; /* of a function that signals services and works, behind the wait: as a trap of EXIT */
extern void apply_traps (struct analysis *a) ;

/* ---- stopcommand.c ---- */
extern int checks_configuration (struct statement const *statement) ; /* nginx -t, ahead of its signal, at which it does that itself */

#endif
