/* Listing a directory without allocating anything. */

#ifndef REEVE_BASE_LISTING_H
#define REEVE_BASE_LISTING_H

/* Is given each name, "." and ".." too, and the directory's descriptor. Returns 0 when it
   has had enough. */
typedef int listing_func (int dir, char const *name, void *data) ;

/* Lists the directory `path`. Never waits, not even where a fifo has taken its name.
   Returns 1, or 0 with errno: then `each` may have been given some of the names. */
extern int listing_each (char const *path, listing_func *each, void *data) ;

#endif
