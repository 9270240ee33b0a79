/* Writing to a descriptor that is shared with other processes, without waiting for its reader. The
   descriptor's flags are never changed, because the other processes share them.

   A pipe or a terminal is opened again through /proc, close-on-exec: so this process gets an open
   file description of its own. To a socket it writes with MSG_DONTWAIT. A write to a file never
   waits. If none of these is possible, a timer of 20 ms interrupts the write by SIGALRM; a SIGALRM
   that somebody else sends meanwhile is not lost. Allocates nothing. */

#ifndef REEVE_BASE_OUTPUT_H
#define REEVE_BASE_OUTPUT_H

#include <sys/types.h>

enum output_way { OUTPUT_UNKNOWN, OUTPUT_OWN, OUTPUT_SOCKET, OUTPUT_FILE, OUTPUT_TIMED } ;

struct output
{
  int fd ; /* the shared descriptor */
  int own ; /* this process's own; with OUTPUT_OWN */
  enum output_way way ; /* found at the first write */
} ;

#define OUTPUT(n) { .fd = (n), .own = -1 }

/* Returns the bytes written, or -1 with errno; EAGAIN: there is no room. Up to PIPE_BUF bytes are
   written to a pipe as a whole, or not at all. */
extern ssize_t output_write (struct output *o, char const *bytes, size_t len) ;

/* The descriptor to poll for POLLOUT. */
extern int output_fd (struct output const *o) ;

#endif
