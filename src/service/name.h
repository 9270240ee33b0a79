/* The name of a service: that of its directory. */

#ifndef REEVE_SERVICE_NAME_H
#define REEVE_SERVICE_NAME_H

#include <stddef.h>

#define SERVICE_NAME_MAX 251
#define LOGGER_SUFFIX "/log"

/* Why `name` cannot be a service's name, or 0 when it can: 1 to 251 bytes, no
   leading dot, no `/`, no control character: bytes below 32, 127, and U+0080 to U+009F in
   UTF-8. */
extern char const *service_name_fault (char const *name) ;

/* Writes `name` for a person: control characters, and what is no UTF-8, as `?`. Returns `out`.
   Writes at most `size` bytes, the NUL among them; size > 0. */
extern char const *service_name_printable (char *out, size_t size, char const *name) ;

#endif
