/* A logger that cannot write what it has read says so in its process's name, /proc/PID/comm: `blocked `
   and the number of the error. Everybody may read that, it takes no file that could not be written either,
   and it is gone with the process. */

#ifndef REEVE_WIRE_BLOCKED_H
#define REEVE_WIRE_BLOCKED_H

#include <sys/types.h>

/* This process cannot write, because of `err`. */
extern void blocked_tell (int err) ;
/* It can again: it has the name that it had. */
extern void blocked_over (void) ;

/* Why that process, or one that it has started (a logger's ./run may be a shell), cannot write; 0: it can, or that
   cannot be told. Allocates nothing. */
extern int blocked_read (pid_t pid) ;

#endif
