/* Copying and removing a whole directory, parts of which may belong to somebody else. Each step
   starts from the descriptor of a directory, and no link is followed. */

#ifndef REEVE_SCAN_TREE_H
#define REEVE_SCAN_TREE_H

#include <dirent.h>

/* Copies `entry`, and all that is in it, from one directory to another. The copy belongs to the
   caller, and nobody else may write to it: the set-user-ID, set-group-ID and sticky bits are
   dropped, and write permission of group and others. A link is copied as a link. Devices are left
   out; so are sockets, which are of no use without the server that has bound them.
     from, to  descriptors of directories that can be read
     entry     a name without a slash; `to` must not have it yet
   Returns 1, or 0 with errno; then a part of the copy may be there. */
extern int tree_copy (int from, char const *entry, int to) ;

/* Removes `entry` of the directory `dir`, and all that is in it. Returns 1, also when there is
   none, or 0 with errno. */
extern int tree_remove (int dir, char const *entry) ;

/* Closes a descriptor or directory after the work. Returns `ok`, and keeps errno: only the result
   of the work counts. */
extern int tree_close (int fd, int ok) ;
extern int tree_close_directory (DIR *dir, int ok) ;

#endif
