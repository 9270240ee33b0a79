/* enable-if: is a service wanted in this container? service/enable_if.h decides, about the
   environment that environment.h reads. Clients learn of it by a file (wire/disabled.h). */

#ifndef REEVE_SCAN_CONDITION_H
#define REEVE_SCAN_CONDITION_H

#include "scan/scanner.h"

/* The unit has a directory in LIVE and is about to get a supervisor: is it disabled? No, if it has
   a supervisor already, or if a successor goes on with its service. The answer is recorded for
   clients. */
extern int condition_disables (struct scanner *s, struct unit *unit) ;
/* The unit has a supervisor and is down or held: does its condition not hold any more? A task never
   counts: it would run again later. */
extern int condition_ends (struct scanner *s, struct unit *unit) ;
/* All services are known. Writes a message if all of them are disabled and there is no CMD: a
   misspelt value is the likely reason. */
extern void condition_say_none_left (struct scanner const *s) ;

#endif
