/* Writing to a descriptor that is shared with other processes, without waiting for its
   reader. The flags of the descriptor are never changed: the other processes share them.

   A pipe or a terminal is opened again through /proc, close-on-exec, to get an open file
   description of our own. A socket is written to with MSG_DONTWAIT. A write to a file never
   waits. Where none of these is possible, a timer of 20 ms interrupts the write with SIGALRM;
   a SIGALRM that somebody else sends meanwhile is not lost. Allocates nothing. */

#ifndef REEVE_BASE_OUTPUT_H
#define REEVE_BASE_OUTPUT_H

#include <sys/types.h>

enum output_way { OUTPUT_UNKNOWN, OUTPUT_OWN, OUTPUT_SOCKET, OUTPUT_FILE, OUTPUT_TIMED } ;

struct output
{
  int fd ; /* the shared one */
  int own ; /* with OUTPUT_OWN */
  enum output_way way ; /* found at the first write */
} ;

#define OUTPUT(n) { .fd = (n), .own = -1 }

/* Returns the bytes written, or -1 with errno: EAGAIN where there is no room. Up to PIPE_BUF
   bytes are written to a pipe whole, or not at all. */
extern ssize_t output_write (struct output *o, char const *bytes, size_t len) ;

/* What to poll for POLLOUT. */
extern int output_fd (struct output const *o) ;

#endif
