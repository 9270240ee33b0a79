/* Source: processes that have ended, and reports of supervisors. */

#ifndef REEVE_SCAN_REAP_H
#define REEVE_SCAN_REAP_H

#include "scan/scanner.h"

/* Reaps all children that have ended. */
extern void reap (struct scanner *s) ;
/* The unit's supervisor, which is not a child of the scanner, has ended. */
extern void reap_other (struct scanner *s, struct unit *unit) ;
/* Handles each process whose pidfd (pidfds.h) says that it has ended. */
extern void reap_by_pidfds (struct scanner *s) ;
/* Reads the fifo of reports once. Returns whether anything was there. */
extern int reap_reports (struct scanner *s) ;

#endif
