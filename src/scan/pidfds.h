/* The ends of supervisors, and of CMD, that an earlier scanner has started: they are no children,
   so that no SIGCHLD tells. A pidfd of each is watched, all by one epoll descriptor. */

#ifndef REEVE_SCAN_PIDFDS_H
#define REEVE_SCAN_PIDFDS_H

#include "scan/scanner.h"

#define PIDFDS_AT_ONCE 16

/* Watches the unit's supervisor. Where there are no pidfds, a message says so once.
   Returns 1, or 0: the supervisor has ended already. */
extern int pidfds_watch (struct scanner *s, struct unit *unit) ;
/* The same for CMD. */
extern int pidfds_watch_cmd (struct scanner *s) ;
/* Who has ended: a struct unit, or the struct scanner itself, which means CMD.
   Returns how many; waits for nothing. */
extern unsigned int pidfds_ended (struct scanner *s, void *whose[PIDFDS_AT_ONCE]) ;

#endif
