/* Which services need which (dependencies.d). Here are the facts, from the directories and from the
   supervisors' reports. service/graph.h decides who is held, and turns.h acts on it. A logger
   belongs to its service, and needs nothing. */

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
/* Does the unit need others, and do none of them hold it? */
extern int needs_are_met (struct scanner const *s, struct unit const *unit) ;
/* The unit, which has a supervisor, may have been renamed. Returns 1 if it was: then nothing is
   known any more of what its supervisor has reported. */
extern int needs_renamed (struct scanner *s, struct unit *unit) ;
/* The unit's supervisor has reported. If it holds its service, dependencies.d is read again: an
   edit takes effect at each start. */
extern void needs_reported (struct scanner *s, struct unit *unit, struct report const *report) ;
/* The unit's supervisor has ended; there may be another one later. */
extern void needs_supervisor_lost (struct scanner *s, struct unit *unit) ;
/* The unit is let go, or not started after all. In a stop this lets go of the units that it needed,
   when nobody else needs them. */
extern void needs_forget (struct scanner *s, struct unit *unit) ;

/* Brings the graph up to date: the instances of templates, and circles. Call it when all else of a
   turn of the loop is done. */
extern void needs_settle (struct scanner *s) ;
/* Reports circles that are new, so that the order of a stop is known. */
extern void needs_find_circles (struct scanner *s) ;

#endif
