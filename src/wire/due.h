/* When a waiting process goes on (reeve-exec --every, --cron). The time is in the process's name,
   /proc/PID/comm, which everybody may read, and which is gone with the process. The name is `due w`
   and seconds since 1970 by the wall clock, or `due b` and seconds of process_clock_ms(). */

#ifndef REEVE_WIRE_DUE_H
#define REEVE_WIRE_DUE_H

#include <stdint.h>
#include <sys/types.h>

enum due_clock { DUE_WALL = 'w', DUE_BOOT = 'b' } ;

/* This process waits until that time. */
extern void due_tell (enum due_clock clock, uint64_t seconds) ;
/* This process does not wait any more: it gets the name `name`. */
extern void due_over (char const *name) ;

/* Does that process wait? If so, *wall is the time that it waits for, in seconds since 1970.
   Returns 0 also when it cannot be told. Allocates nothing. */
extern int due_read (pid_t pid, uint64_t *wall) ;

#endif
