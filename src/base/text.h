/* Text that somebody else has written, and that we show. */

#ifndef REEVE_BASE_TEXT_H
#define REEVE_BASE_TEXT_H

#include <stddef.h>

/* The length of the UTF-8 character at `text`, of which `left` bytes are there, at least 1;
   0: there is none. */
extern size_t text_utf8 (char const *text, size_t left) ;

/* Makes of it what a terminal only shows: control characters, also those that take two bytes in
   UTF-8, and what is no UTF-8 become question marks, a tab a space. A newline stays. */
extern void text_make_printable (char *text, size_t len) ;

/* Has it a control character, also one of those that take two bytes in UTF-8? */
extern int text_has_control (char const *text) ;

#endif
