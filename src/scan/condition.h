/* enable-if: is a service wanted in this container? service/enable_if.h decides; here are the
   environment that it decides about, and what `reeve` is to know of it (wire/disabled.h).

   The environment is the scanner's own, which all services inherit, after cont-init.d: under
   /init a variable that is saved in s6/container_environment beside LIVE is what is there, as
   with-contenv has it. A script in cont-init.d may have changed it, and with S6_KEEP_ENV=0
   most are nowhere else. */

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

#endif
