/* Text that somebody else has written, and that we show. */

#ifndef REEVE_BASE_TEXT_H
#define REEVE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* The length of the UTF-8 character at the beginning of `text`; 0: there is none.
     left  the number of bytes in `text`, at least 1 */
extern size_t text_utf8 (char const *text, size_t left) ;

/* The same. Writes the character's code point to `point`, but not when it returns 0. */
extern size_t text_code_point (char const *text, size_t left, uint32_t *point) ;

/* Makes the text safe to show on a terminal. Control characters (also the two-byte ones of
   UTF-8) and bytes that are not UTF-8 become question marks; a tab becomes a space. A newline stays. */
extern void text_make_printable (char *text, size_t len) ;

/* Does the text contain a control character (also a two-byte one of UTF-8)? */
extern int text_has_control (char const *text) ;

#endif
