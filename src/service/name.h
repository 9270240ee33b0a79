/* The name of a service: that of its directory. */

#ifndef REEVE_SERVICE_NAME_H
#define REEVE_SERVICE_NAME_H

#include <stddef.h>

#define SERVICE_NAME_MAX 251
#define LOGGER_SUFFIX "/log"

/* Why `name` cannot be a service's name; 0: it can. A name has 1 to 251 bytes, no leading dot, no
   `/`, and no control character (bytes below 32, 127, and U+0080 to U+009F in UTF-8). */
extern char const *service_name_fault (char const *name) ;

/* Writes `name` for people to read: control characters, and bytes that are not UTF-8, become `?`.
   Writes at most `size` bytes, with the NUL; size > 0. Returns `out`. */
extern char const *service_name_printable (char *out, size_t size, char const *name) ;

#endif
