/* Source: which processes have ended, and what the supervisors report. */

#ifndef REEVE_SCAN_REAP_H
#define REEVE_SCAN_REAP_H

#include "scan/scanner.h"

/* Reaps all children that have ended. */
extern void reap (struct scanner *s) ;
/* A supervisor that is no child has ended. */
extern void reap_other (struct scanner *s, struct unit *unit) ;
/* The same for each process whose pidfd (pidfds.h) says that it has ended. */
extern void reap_by_pidfds (struct scanner *s) ;
/* Reads the fifo of reports once. Returns whether there was anything. */
extern int reap_reports (struct scanner *s) ;

#endif
