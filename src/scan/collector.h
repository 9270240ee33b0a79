/* Option -L: what services write (with a log/ only stderr) is read by the collector, `reeve-log --collect`,
   a service of the tool's own: LIVE/.log. It begins before all others, and ends after them. */

#ifndef REEVE_SCAN_COLLECTOR_H
#define REEVE_SCAN_COLLECTOR_H

#include "base/spawn.h"
#include "scan/scanner.h"

/* `mode`: lines, prefix, json, off. Exits when the option cannot be used. */
extern void collector_use (struct scanner *s, char const *mode) ;
/* Takes over one that runs in LIVE, or has it started, if there is to be one. Returns 1, or 0
   with errno: to be tried again. */
extern int collector_begin (struct scanner *s) ;
/* In LIVE/NAME, the fifos that it reads, if it is to read them. Returns 1, or 0 with errno. */
extern int collector_make_fifos (struct scanner *s, struct unit *unit) ;
/* Its output may have to go there: adds the descriptors, which the caller closes. Returns 1, or
   0 with errno. */
extern int collector_for_cmd (struct scanner const *s, struct spawn *request) ;
/* In a stop, when nothing else is left. */
extern void collector_let_go (struct scanner *s) ;
/* The stop has no time left: what nobody takes is given up. */
extern void collector_hurry (struct scanner const *s) ;

#endif
