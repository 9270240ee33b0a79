/* Signals as a descriptor to poll. skalibs' selfpipe is not used, because it empties the signal
   mask when it begins: a signal that comes just then would be lost on PID 1, and would end any
   other process. */

#ifndef REEVE_BASE_SIGNALS_H
#define REEVE_BASE_SIGNALS_H

#include <stddef.h>

/* Returns a descriptor, close-on-exec and non-blocking, that becomes readable when one of the `n`
   signals in `list` has come. All signals must be blocked (spawn_prepare_signals), and stay so.
   Returns -1 with errno. */
extern int signals_open (int const *list, size_t n) ;

/* The next signal that has come, or 0. */
extern int signals_read (int fd) ;

/* The same; *by_kernel: no process has sent the signal, but the kernel, such as for a key, or a new
   size of the terminal. */
extern int signals_read_from (int fd, int *by_kernel) ;

#endif
