/* Which services need which, dependencies.d: who is held, and may start when. service/graph.h
   decides; here are the facts that it decides about, which come from the directories and from
   what the supervisors report, and what is done: telling a supervisor that it may start its
   service. A logger belongs to its service, and needs nothing. */

#ifndef REEVE_SCAN_NEEDS_H
#define REEVE_SCAN_NEEDS_H

#include "scan/scanner.h"
#include "wire/report.h"

/* The unit is about to get a supervisor: it exists, and its dependencies.d is read. */
extern void needs_learn (struct scanner *s, struct unit *unit) ;
/* The unit gets none, as it is disabled: nobody waits for it, and it needs nothing. */
extern void needs_disabled (struct scanner *s, struct unit *unit) ;
/* The unit is a template: who needs it needs its instances. */
extern void needs_learn_template (struct scanner *s, struct unit *unit) ;
/* The unit, an instance or one before, may count as one now, or no longer. */
extern void needs_note_instance (struct scanner *s, struct unit *unit) ;
/* May the unit wait with its first supervisor for needs_take_turns(), as it needs others? If so, it
   counts as postponed. */
extern int needs_postpone (struct scanner *s, struct unit *unit) ;
/* All services are known: each of those that were postponed gets its turn (DEADLINE_TURN) after
   what it needs. So what is needed first has the time to become ready while the others get
   their supervisors, in whatever order their directories were found. */
extern void needs_take_turns (struct scanner *s) ;
/* Does the unit need others, and may it start all the same? */
extern int needs_are_met (struct scanner const *s, struct unit const *unit) ;
/* A unit that has a supervisor may have another name than before. */
extern void needs_renamed (struct scanner *s, struct unit *unit) ;
/* The unit's supervisor has reported. One that is held has its dependencies.d read again: what
   was edited takes effect at each start. */
extern void needs_reported (struct scanner *s, struct unit *unit, struct report const *report) ;
/* The unit has no supervisor any more, or not yet another one. */
extern void needs_supervisor_lost (struct scanner *s, struct unit *unit) ;
/* The unit exists no more: it was let go, or is not to be started. In a stop, what it needed is
   let go when nobody needs that any more. */
extern void needs_forget (struct scanner *s, struct unit *unit) ;

/* Lets those start that may, tells of circles, and asks for the stop if a main service can
   never start. To be called when all else of a turn is done. */
extern void needs_progress (struct scanner *s) ;
/* Orders the unit's supervisor to start what it holds; again every second until it could be told. */
extern void needs_let_start (struct scanner *s, struct unit *unit) ;
/* A stop begins: who is to be stopped before whom is known from here on. */
extern void needs_stop (struct scanner *s) ;

#endif
