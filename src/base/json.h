/* Text of any kind in JSON. */

#ifndef REEVE_BASE_JSON_H
#define REEVE_BASE_JSON_H

#include <stddef.h>

#define JSON_ESCAPED_MAX(len) ((len) * 6) /* bytes that `len` bytes become at most */

/* Writes `len` bytes of `text` as the inside of a JSON string: no quotes around it,
   no NUL behind it; a byte that is no UTF-8 becomes U+FFFD, as JSON has no way to
   say it. `out` has room for JSON_ESCAPED_MAX(len). Returns the bytes written. */
extern size_t json_escape (char *out, char const *text, size_t len) ;

/* Prints a whole JSON string, with its quotes, to stdout. */
extern void json_print (char const *text) ;

#endif
