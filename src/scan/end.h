/* The end of the scanner: decides the exit code, and executes .s6-svscan/finish or
   .s6-svscan/crash, if there is one. */

#ifndef REEVE_SCAN_END_H
#define REEVE_SCAN_END_H

#include "scan/scanner.h"

/* For .s6-svscan/finish: the milliseconds that the stop has taken so far. */
#define STOP_SPENT_VARIABLE "REEVE_STOP_SPENT"

/* At the start: notes where LIVE/.s6-svscan/finish leads, because LIVE may have been removed when
   the scanner ends. */
extern void end_know_finish (struct scanner *s) ;
extern void end_in_order (struct scanner *s) __attribute__((noreturn)) ;
extern void end_by_crash (struct scanner *s) __attribute__((noreturn)) ;

#endif
