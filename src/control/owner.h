/* The user whose tree this is. A tree may belong to another user than root. Root then goes on with the
   rights of that user, so that this user cannot lead root, by a link or a file name, to what the user
   itself could not reach. */

#ifndef REEVE_CONTROL_OWNER_H
#define REEVE_CONTROL_OWNER_H

#include <sys/types.h>

/* The user whose tree LIVE, the working directory, is. 0: root. */
extern uid_t owner_of_tree (void) ;
/* If this is root, and the tree another user's: takes that user's effective user and group, and gives
   up root's other groups. Where root may not do that, nothing changes. */
extern void owner_become (void) ;
/* Takes the effective user and group of root back. The other groups do not come back. */
extern void owner_return (void) ;

#endif
