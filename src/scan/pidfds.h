/* Watching supervisors, and CMD, that an earlier scanner has started. They are not this scanner's
   children, so it gets no SIGCHLD when they end. A pidfd of each is watched, all by one epoll
   descriptor. */

#ifndef REEVE_SCAN_PIDFDS_H
#define REEVE_SCAN_PIDFDS_H

#include "scan/scanner.h"

#define PIDFDS_AT_ONCE 16

/* Watches the unit's supervisor. Without pidfds a message says once that its end will not be
   noticed. Returns 1, or 0: the supervisor has ended already. */
extern int pidfds_watch (struct scanner *s, struct unit *unit) ;
/* The same for CMD. */
extern int pidfds_watch_cmd (struct scanner *s) ;
/* Lists which of them have ended: a struct unit; or the struct scanner itself, which means CMD.
   Returns how many; does not wait. */
extern unsigned int pidfds_ended (struct scanner *s, void *whose[PIDFDS_AT_ONCE]) ;

#endif
