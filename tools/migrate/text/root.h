/* An unpacked image: a folder that stands for /. Its files are read, never executed. No link leads
   out of it: `..` and an absolute link stay below the folder, as in the image. */

#ifndef REEVE_MIGRATE_ROOT_H
#define REEVE_MIGRATE_ROOT_H

#include "migrate/text/pool.h"

#define ROOT_NONE -1

/* Returns a descriptor, or -1 with errno. */
extern int root_open (char const *folder) ;

/* Is there such a file, of any kind, behind links? */
extern int root_has (int root, char const *path) ;

/* The content of a regular file of at most 1 MB; 0: there is none. */
extern char const *root_read (struct pool *pool, int root, char const *path) ;

/* Adds the names in a folder, sorted, but those that begin with a dot. */
extern void root_list (struct pool *pool, int root, char const *path, struct texts *names) ;

#endif
