/* What all children of the scanner have in common. */

#ifndef REEVE_SCAN_CHILD_H
#define REEVE_SCAN_CHILD_H

#include "base/spawn.h"
#include "scan/scanner.h"

/* Adds the stdin of a supervisor, or of a signal's script, to the request. With a LIVE it is
   /dev/null, because the container's stdin belongs to CMD. In place it is the scanner's own, as
   with s6-svscan. Returns 1, or 0 with errno. */
extern int child_stdin (struct scanner *s, struct spawn *request) ;

/* Looks for reeve-supervise beside this program, then where it was installed. Returns 1, or 0: it
   is not there (yet). */
extern int child_find_supervise (struct scanner *s) ;

#endif
