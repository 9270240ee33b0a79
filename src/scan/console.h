/* flag-console: one service has the container's stdin, which is the scanner's, unless CMD has it.
   The supervisor of that service inherits it as its own stdin, and so does a successor; ./run takes
   the terminal. */

#ifndef REEVE_SCAN_CONSOLE_H
#define REEVE_SCAN_CONSOLE_H

#include "scan/scanner.h"

/* The unit's supervisor is about to be started: does it get the container's stdin? If so, the
   scanner gives up the terminal. If the unit asks for stdin and does not get it, a message says so
   once. */
extern int console_is_for (struct scanner *s, struct unit *unit) ;
/* The unit's supervisor was started by an earlier scanner, or by this one before an upgrade: it may
   have the container's stdin. */
extern void console_taken_over (struct scanner *s, struct unit *unit) ;

#endif
