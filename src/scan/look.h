/* Source: a scan. It reads SCAN, then LIVE, and posts to each unit what was seen of its directory.
   It reads a portion each turn of the loop, so that commands are answered meanwhile. */

#ifndef REEVE_SCAN_LOOK_H
#define REEVE_SCAN_LOOK_H

#include "scan/scanner.h"

/* Orders a scan. `quiet`: nobody has asked for it, so warnings are not repeated. In a stop it reads
   LIVE only: a service that runs there and is not known yet has to be ended, too. */
extern void look_order (struct scanner *s, int quiet) ;
extern int look_under_way (struct scanner const *s) ;
/* Reads a portion. */
extern void look_continue (struct scanner *s) ;
extern void look_cancel (struct scanner *s) ;

/* Orders to let go of all units whose directories are missing; `loggers_too`: without waiting for
   their loggers. It is done at the end of the scan, if one is under way or ordered. */
extern void look_prune (struct scanner *s, int loggers_too) ;
/* Does what look_prune() has ordered, if no scan is under way. */
extern void look_prune_missing (struct scanner *s) ;

/* A name has appeared in SCAN. `at_once`: it was moved there, so the directory is complete. */
extern void look_name (struct scanner *s, char const *name, int at_once) ;

#endif
