/* Source: what an earlier scanner, which was killed or executed anew, has left in LIVE. A directory
   in which a supervisor lives, or a service runs whose supervisor was killed, becomes a unit;
   any other one that the scanner had made is removed. */

#ifndef REEVE_SCAN_EARLIER_H
#define REEVE_SCAN_EARLIER_H

#include "scan/scanner.h"

/* At the start: everything in LIVE. Returns 1, or 0 with errno when LIVE cannot be read, or
   when it cannot be told of a directory what runs there. */
extern int earlier_take_all (struct scanner *s) ;
/* The directory LIVE/NAME, which the scanner had made. Returns 1, or 0 like that. */
extern int earlier_take (struct scanner *s, char const *name) ;
/* The collector's: returns 1, or 0 with errno when it cannot be told what runs there. */
extern int earlier_take_collector (struct scanner *s) ;
/* In a stop: the same for a directory that others have put into LIVE. Its unit is let go of. */
extern void earlier_take_foreign (struct scanner *s, char const *identity, char const *name) ;

#endif
