/* Lines from a fifo. Writers write each line whole, but a read may end within a line. */

#ifndef REEVE_WIRE_FIFO_LINES_H
#define REEVE_WIRE_FIFO_LINES_H

#include <stddef.h>

struct fifo_lines
{
  char *bytes ; /* the caller's buffer of `size` bytes: at least twice the longest line */
  size_t size ;
  size_t begin ; /* where the lines begin that were not taken yet */
  size_t end ;
  unsigned int dropping : 1 ; /* the bytes up to the next newline belong to a line that was too long */
} ;

/* Reads once, and then at most the rest of the last line, so that a flood of lines does not keep
   the caller busy. Lines that were not taken yet are kept. Returns 1, or 0: nothing was read. Waits
   only if reading the descriptor does. */
extern int fifo_lines_read (struct fifo_lines *lines, int fd) ;

/* Takes the next line, without its newline; it is valid until the next read. A line that has more
   than `size` bytes, with its newline, is left out as a whole. Returns 0 when there is none. */
extern char const *fifo_lines_next (struct fifo_lines *lines, size_t *len) ;

#endif
