/* A logger that cannot write what it has read says so in its process's name, /proc/PID/comm:
   `blocked ` and the errno. Everybody may read the name; to set it takes no file that might not be
   writable either; and it is gone with the process. */

#ifndef REEVE_WIRE_BLOCKED_H
#define REEVE_WIRE_BLOCKED_H

#include <sys/types.h>

/* This process cannot write, because of `err`. */
extern void blocked_tell (int err) ;
/* This process can write again; it gets its former name back. */
extern void blocked_over (void) ;

/* Why that process cannot write, or one that it has started (a logger's ./run may be a shell): an
   errno. 0: it can, or that cannot be told. Allocates nothing. */
extern int blocked_read (pid_t pid) ;

#endif
