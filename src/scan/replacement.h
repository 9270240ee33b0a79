/* Deed: executing a program in place of what a signal does: .s6-svscan/SIGTERM and its like, as with
   s6-svscan. */

#ifndef REEVE_SCAN_REPLACEMENT_H
#define REEVE_SCAN_REPLACEMENT_H

#include "scan/scanner.h"

/* Executes the signal's program, if there is one: LIVE's own, or else SCAN's. Returns 1, or 0: the
   signal does what it does by default. If a program could not be executed, a message says so. */
extern int replacement_execute (struct scanner *s, int sig) ;

#endif
