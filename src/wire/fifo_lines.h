/* Lines that come in through a fifo. Each is written whole, but a read may end within
   one. */

#ifndef REEVE_WIRE_FIFO_LINES_H
#define REEVE_WIRE_FIFO_LINES_H

#include <stddef.h>

struct fifo_lines
{
  char *bytes ; /* the caller's, of `size`: of twice the longest line that is sent, or more */
  size_t size ;
  size_t begin ; /* of what was not taken yet */
  size_t end ;
  unsigned int dropping : 1 ; /* what follows, to the next newline, belongs to a line that was too long */
} ;

/* A flood of lines cannot keep the caller from other things: reads once, and then no
   more than the rest of the last line. Lines that were not taken yet are kept.
   Returns 1, or 0: nothing was read. Never waits, if the descriptor does not. */
extern int fifo_lines_read (struct fifo_lines *lines, int fd) ;

/* Takes the next line, without its newline: valid until the next read. A line that has,
   with its newline, more than `size` bytes is left out as a whole. Returns 0 when there
   is none. */
extern char const *fifo_lines_next (struct fifo_lines *lines, size_t *len) ;

#endif
