/* Any text in JSON. */

#ifndef REEVE_BASE_JSON_H
#define REEVE_BASE_JSON_H

#include <stddef.h>

#define JSON_ESCAPED_MAX(len) ((len) * 6) /* the most bytes that `len` bytes can become */

/* Writes `len` bytes of `text` as the inside of a JSON string, without quotes and without a NUL. A
   byte that is not UTF-8 becomes U+FFFD, because JSON cannot express it. `out` has room for
   JSON_ESCAPED_MAX(len). Returns the bytes written. */
extern size_t json_escape (char *out, char const *text, size_t len) ;

/* Prints a JSON string, with its quotes, to stdout. */
extern void json_print (char const *text) ;

#endif
