/* Source: a scan reads SCAN, then LIVE, and tells each unit what was seen of its directory. It is
   done in portions, one a turn, so that commands are answered meanwhile. */

#ifndef REEVE_SCAN_LOOK_H
#define REEVE_SCAN_LOOK_H

#include "scan/scanner.h"

/* Orders a scan; `quiet`: what was said before is not repeated, as nobody has asked for it.
   In a stop LIVE alone is read, for what runs there and is not known yet: it is ended, too. */
extern void look_order (struct scanner *s, int quiet) ;
extern int look_under_way (struct scanner const *s) ;
/* Reads a portion. */
extern void look_continue (struct scanner *s) ;
extern void look_cancel (struct scanner *s) ;

/* Orders to let go of what is missing; `loggers_too`: without waiting for its loggers. It is
   done at the end of the scan, if one is under way or ordered. */
extern void look_prune (struct scanner *s, int loggers_too) ;
/* Does that, if it is time for it. */
extern void look_prune_missing (struct scanner *s) ;

/* A name has appeared in SCAN; `at_once`: it was moved there, so that it is complete. */
extern void look_name (struct scanner *s, char const *name, int at_once) ;

#endif
