/* Signals as a descriptor to poll. skalibs' selfpipe would empty the mask when it
   begins: a signal that comes just then would be lost on PID 1, and would end any
   other process. */

#ifndef REEVE_BASE_SIGNALS_H
#define REEVE_BASE_SIGNALS_H

#include <stddef.h>

/* A descriptor, close-on-exec and non-blocking, that can be read when one of the
   `n` signals in `list` has come; all signals must be blocked
   (spawn_prepare_signals) and stay so. Returns -1 with errno. */
extern int signals_open (int const *list, size_t n) ;

/* The next signal that has come, or 0. */
extern int signals_read (int fd) ;

/* The same; *by_kernel: it was not sent by a process, but says that something has
   happened: the size of the terminal has changed, a key was pressed. */
extern int signals_read_from (int fd, int *by_kernel) ;

#endif
