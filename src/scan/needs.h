/* Which services need which (dependencies.d): who is held, and who may start. service/graph.h
   decides. Here are the facts for that, from the directories and from the supervisors' reports, and
   the deed: ordering a supervisor to start its service. A logger belongs to its service, and needs
   nothing. */

#ifndef REEVE_SCAN_NEEDS_H
#define REEVE_SCAN_NEEDS_H

#include "scan/scanner.h"
#include "wire/report.h"

/* The unit is about to get a supervisor: its node exists from now on, and its dependencies.d is
   read. */
extern void needs_learn (struct scanner *s, struct unit *unit) ;
/* The unit is disabled and gets no supervisor: nobody waits for it, and it needs nothing. */
extern void needs_disabled (struct scanner *s, struct unit *unit) ;
/* The unit is a template: a service that needs it needs its instances. */
extern void needs_learn_template (struct scanner *s, struct unit *unit) ;
/* The unit is or was an instance: notes whether it counts as one now. */
extern void needs_note_instance (struct scanner *s, struct unit *unit) ;
/* Can the start of the unit's first supervisor wait for needs_take_turns()? Yes, if the unit needs
   others. Then unit->needs.postponed is set. */
extern int needs_postpone (struct scanner *s, struct unit *unit) ;
/* All services are known: gives each postponed unit its turn (DEADLINE_TURN), needed units before
   the units that need them. So a needed service has time to become ready while others get their
   supervisors, in whatever order the directories were found. */
extern void needs_take_turns (struct scanner *s) ;
/* Does the unit need others, and do none of them hold it? */
extern int needs_are_met (struct scanner const *s, struct unit const *unit) ;
/* The unit, which has a supervisor, may have been renamed. */
extern void needs_renamed (struct scanner *s, struct unit *unit) ;
/* The unit's supervisor has reported. If it holds its service, dependencies.d is read again: an
   edit takes effect at each start. */
extern void needs_reported (struct scanner *s, struct unit *unit, struct report const *report) ;
/* The unit's supervisor has ended; there may be another one later. */
extern void needs_supervisor_lost (struct scanner *s, struct unit *unit) ;
/* The unit is let go, or not started after all. In a stop this lets go of the units that it needed,
   when nobody else needs them. */
extern void needs_forget (struct scanner *s, struct unit *unit) ;

/* Lets units start whose needs are met, reports circles, and asks for the stop if a main service
   can never start. Call it when all else of a turn is done. */
extern void needs_progress (struct scanner *s) ;
/* Orders the unit's supervisor to start the service that it holds. If it cannot be told, it is
   tried again every second. */
extern void needs_let_start (struct scanner *s, struct unit *unit) ;
/* A stop begins: looks for circles, so that the order of the stop is known. */
extern void needs_stop (struct scanner *s) ;

#endif
