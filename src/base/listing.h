/* Listing a directory without allocating anything. */

#ifndef REEVE_BASE_LISTING_H
#define REEVE_BASE_LISTING_H

/* Called with each name, also "." and "..", and with the directory's descriptor. Returns 0 to end
   the listing. */
typedef int listing_func (int dir, char const *name, void *data) ;

/* Lists the directory `path`. Never waits, not even if `path` is a fifo. Returns 1, or 0 with
   errno; then `each` may have been called for some of the names. */
extern int listing_each (char const *path, listing_func *each, void *data) ;

#endif
