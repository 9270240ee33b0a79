/* Source: what an earlier scanner, which was killed or upgraded, has left in LIVE. A directory
   becomes a unit if a supervisor lives in it, or if a service runs in it whose supervisor was
   killed. Any other directory that a scanner had made is removed. */

#ifndef REEVE_SCAN_EARLIER_H
#define REEVE_SCAN_EARLIER_H

#include "scan/scanner.h"

/* At the start: looks at all of LIVE. Returns 1, or 0 with errno when LIVE cannot be read, or when
   it cannot be told what runs in one of its directories. */
extern int earlier_take_all (struct scanner *s) ;
/* Looks at LIVE/NAME, which a scanner had made. Returns 1, or 0 with errno as above. */
extern int earlier_take (struct scanner *s, char const *name) ;
/* Looks at the collector's directory. Returns 1, or 0 with errno when it cannot be told what runs
   there. */
extern int earlier_take_collector (struct scanner *s) ;
/* In a stop: looks at a foreign directory in LIVE. If something runs there, its unit is let go of. */
extern void earlier_take_foreign (struct scanner *s, char const *identity, char const *name) ;

#endif
