/* Who may start now. needs.h knows what each service needs; here units get their turns, and held
   services their orders to start. */

#ifndef REEVE_SCAN_TURNS_H
#define REEVE_SCAN_TURNS_H

#include "scan/scanner.h"

/* Can the start of the unit's first supervisor wait for turns_give()? Yes, if the unit needs
   others. Then unit->needs.postponed is set. */
extern int turns_postpone (struct scanner *s, struct unit *unit) ;
/* All services are known: gives each postponed unit its turn (DEADLINE_TURN), needed units before
   the units that need them. So a needed service has time to become ready while others get their
   supervisors, in whatever order the directories were found. */
extern void turns_give (struct scanner *s) ;

/* Orders the unit's supervisor to start the service that it holds. If it cannot be told, it is
   tried again every second. */
extern void turns_go (struct scanner *s, struct unit *unit) ;
/* Lets held services start whose needs are met, and asks for the stop if a main service can never
   start. Call it when all else of a turn of the loop is done. */
extern void turns_progress (struct scanner *s) ;

#endif
