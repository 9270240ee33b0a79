/* enable-if: is a service wanted in this container? service/enable_if.h decides; environment.h
   tells what it decides about. Here is what `reeve` is to know of it (wire/disabled.h). */

#ifndef REEVE_SCAN_CONDITION_H
#define REEVE_SCAN_CONDITION_H

#include "scan/scanner.h"

/* Is the unit, which has a directory in LIVE and is about to get a supervisor, disabled? No,
   if it has one, or a successor goes on with what runs. That it is, or is no more, is
   recorded for clients. */
extern int condition_disables (struct scanner *s, struct unit *unit) ;
/* Is the unit, which has a supervisor, down or held, and its condition does not hold any more? A
   task is not: it would run again. */
extern int condition_ends (struct scanner *s, struct unit *unit) ;
/* All services are known. Says so where every one is disabled, and there is no CMD: a value that is
   misspelt is the likely reason. */
extern void condition_say_none_left (struct scanner const *s) ;

#endif
