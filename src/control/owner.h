/* Root works on a tree of another user with the rights of that user. */

#ifndef REEVE_CONTROL_OWNER_H
#define REEVE_CONTROL_OWNER_H

#include <sys/types.h>

/* The user whose tree LIVE, the working directory, is: root (0) or another one. */
extern uid_t owner_of_tree (void) ;
/* Root goes on as that user, for all that the kernel asks of the effective user and groups: what that
   user has put in the way then leads nowhere where that user could not go. Without the right to
   become somebody else, nothing changes. */
extern void owner_become (void) ;
/* Root again; its groups do not come back. */
extern void owner_return (void) ;

#endif
