/* How many columns of a terminal a text takes.

   A character of UTF-8 takes one column. A wide East Asian character takes two. A character that
   combines with the one before it takes none. The C library's wcwidth() decides which is which.
   A control character, or a byte that is not UTF-8, takes one column per byte:
   text_make_printable() shows it as so many question marks. */

#ifndef REEVE_BASE_WIDTH_H
#define REEVE_BASE_WIDTH_H

#include <stddef.h>

/* The columns of the first `len` bytes of `text`. */
extern size_t width_of (char const *text, size_t len) ;

/* The same, of a string. */
extern size_t width_of_string (char const *text) ;

/* How many bytes at the beginning of the string have room in `columns`. No character is cut. */
extern size_t width_fit (char const *text, size_t columns) ;

#endif
