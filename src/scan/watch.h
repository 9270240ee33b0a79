/* What inotify watches: SCAN, and each directory in it that is being created. changes.h reads the
   events. Where a watch fails, one message says so; then only ordered scans notice changes. */

#ifndef REEVE_SCAN_WATCH_H
#define REEVE_SCAN_WATCH_H

#include "scan/scanner.h"

extern void watch_start (struct scanner *s) ;
extern void watch_end (struct scanner *s) ;
/* Watches SCAN; where there is none, the directory in which it would appear. */
extern void watch_scan (struct scanner *s) ;
/* Watches the unit's directory, and its log/. */
extern void watch_unit (struct scanner *s, struct unit *unit) ;
extern void watch_no_unit (struct scanner *s, struct unit *unit) ;
/* The kernel has ended one of the unit's watches. */
extern void watch_ended (struct scanner *s, struct unit *unit, int watch) ;

#endif
