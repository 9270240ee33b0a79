/* A terminal that a program has for itself: the alternate screen, keys without a newline. By ECMA-48
   alone. One at a time. */

#ifndef REEVE_CONTROL_TERMINAL_H
#define REEVE_CONTROL_TERMINAL_H

#include <stddef.h>

/* Takes the terminal of stdin and stdout; stderr leads nowhere until terminal_end(), which is also done
   at exit(). Blocks the signals that terminal_signals() gives. Returns 1, or 0 with errno. */
extern int terminal_begin (void) ;
extern void terminal_end (void) ;

/* A descriptor that can be read when there is a signal; -1 with errno. */
extern int terminal_signals (void) ;

enum terminal_event { TERMINAL_NOTHING, TERMINAL_DRAW, TERMINAL_CHILD } ;

/* What has come. A signal that ends or stops the process does so, with the terminal as it was before. */
extern enum terminal_event terminal_take_signal (int fd) ;

extern void terminal_size (int *rows, int *columns) ;

/* Shows the lines of `text`, of which those that are as before are not written again. */
extern void terminal_draw (char const *text) ;

/* The next key in what was read: a character, or one of these. */
enum terminal_key { KEY_ESCAPE = 27, KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END, KEY_UNKNOWN } ;
extern int terminal_key (char const *keys, size_t len, size_t *at) ;

#endif
