/* flag-console: the container's stdin, which is ours, is that of one service, unless CMD has it.
   Its supervisor has it as its own, and so does a successor; ./run takes the terminal. */

#ifndef REEVE_SCAN_CONSOLE_H
#define REEVE_SCAN_CONSOLE_H

#include "scan/scanner.h"

/* Does the supervisor of the unit, which is about to be started, get it? Then the terminal is not
   ours any more. Who asks for it and does not get it is told, once. */
extern int console_is_for (struct scanner *s, struct unit *unit) ;
/* An earlier scanner, or this one before an upgrade, has started the unit's supervisor. */
extern void console_taken_over (struct scanner *s, struct unit *unit) ;

#endif
