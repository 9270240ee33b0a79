/* Source: requests to the scanner, by a letter in its control fifo or by a signal. */

#ifndef REEVE_SCAN_REQUESTS_H
#define REEVE_SCAN_REQUESTS_H

#include "scan/scanner.h"

/* Reads the control fifo once. */
extern void requests_letters (struct scanner *s) ;
/* `by_kernel`: the kernel has sent the signal, not a process. */
extern void requests_signal (struct scanner *s, int sig, int by_kernel) ;

#endif
