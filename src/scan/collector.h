/* Option -L: the output of services (with a log/ only stderr) and of loggers is read by the
   collector, `reeve-log --collect`. The collector is a service of Reeve's own, in LIVE/.log. It starts before all others,
   and ends after them. */

#ifndef REEVE_SCAN_COLLECTOR_H
#define REEVE_SCAN_COLLECTOR_H

#include "base/spawn.h"
#include "scan/scanner.h"

/* `mode`: lines, prefix, json, off. Exits when the option cannot be used. */
extern void collector_use (struct scanner *s, char const *mode) ;
/* Takes over a collector that runs in LIVE; else starts one, if -L asks for it. Returns 1, or 0
   with errno: try again. */
extern int collector_begin (struct scanner *s) ;
/* Makes the unit's fifos in LIVE/NAME, if the collector is to read its output. Returns 1, or 0 with
   errno. */
extern int collector_make_fifos (struct scanner *s, struct unit *unit) ;
/* If CMD's output is collected: adds its stdout and stderr to the request. The caller closes these
   descriptors. Returns 1, or 0 with errno. */
extern int collector_for_cmd (struct scanner const *s, struct spawn *request) ;
/* In a stop, when nothing else runs: lets the collector go. */
extern void collector_let_go (struct scanner *s) ;
/* The stop has no time left: the collector gives up output that nobody takes. */
extern void collector_hurry (struct scanner const *s) ;

#endif
