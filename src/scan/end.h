/* The end of the scanner: the exit code, and what is executed then, .s6-svscan/finish or
   .s6-svscan/crash. */

#ifndef REEVE_SCAN_END_H
#define REEVE_SCAN_END_H

#include "scan/scanner.h"

/* For .s6-svscan/finish: the milliseconds that the stop has taken so far. */
#define STOP_SPENT_VARIABLE "REEVE_STOP_SPENT"

/* At the start: where LIVE/.s6-svscan/finish leads, as LIVE may be removed by the end. */
extern void end_know_finish (struct scanner *s) ;
extern void end_in_order (struct scanner *s) __attribute__((noreturn)) ;
extern void end_by_crash (struct scanner *s) __attribute__((noreturn)) ;

#endif
