/* Using the whole terminal, as `reeve top` does: the alternate screen, and keys that are read without a
   newline. It needs nothing but ECMA-48 escape sequences. There is one terminal: that of stdin and
   stdout. */

#ifndef REEVE_CONTROL_TERMINAL_H
#define REEVE_CONTROL_TERMINAL_H

#include <stddef.h>

/* Takes the terminal. Until terminal_end(), what is written to stderr is lost; exit() also calls
   terminal_end(). Blocks the signals that terminal_signals() reports. Returns 1, or 0 with errno. */
extern int terminal_begin (void) ;
extern void terminal_end (void) ;

/* Returns a descriptor that becomes readable when a signal comes, or -1 with errno. */
extern int terminal_signals (void) ;

enum terminal_event
{
  TERMINAL_NOTHING,
  TERMINAL_DRAW, /* the terminal has another size, or the process goes on after it was stopped */
  TERMINAL_CHILD /* a child has ended */
} ;

/* Reads a signal from that descriptor. A signal that ends or stops a process ends or stops this one; the
   terminal is given back before. */
extern enum terminal_event terminal_take_signal (int fd) ;

extern void terminal_size (int *rows, int *columns) ;

/* Shows the lines of `text`. Lines that are the same as before are not written again. */
extern void terminal_draw (char const *text) ;

/* Keys are characters, and these. */
enum terminal_key { KEY_ESCAPE = 27, KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END, KEY_UNKNOWN } ;
/* Takes the next key from the `len` bytes that were read. *at is where it begins; it becomes where the
   next key begins. */
extern int terminal_key (char const *keys, size_t len, size_t *at) ;

#endif
