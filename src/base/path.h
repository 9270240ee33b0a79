/* Paths as text; the filesystem is not looked at. */

#ifndef REEVE_BASE_PATH_H
#define REEVE_BASE_PATH_H

#include <stddef.h>

/* Writes DIRECTORY/NAME to `out`; `name` alone for an empty directory. Returns 1; or 0 with
   errno ENAMETOOLONG: `out`, of `size` bytes, is as it was. `directory` may be `out`. */
extern int path_join (char *out, size_t size, char const *directory, char const *name) ;

/* The part behind the last `/` of a path; it points into `path`. */
extern char const *path_last (char const *path) ;

#endif
