/* When a process that waits for its moment (reeve-exec --every, --cron) goes on: it is in the
   process's name, /proc/PID/comm, which everybody may read, and which is gone with the process.
   The name is `due w` and the wall clock's seconds since 1970, or `due b` and the seconds of
   process_clock_ms(). */

#ifndef REEVE_WIRE_DUE_H
#define REEVE_WIRE_DUE_H

#include <stdint.h>
#include <sys/types.h>

enum due_clock { DUE_WALL = 'w', DUE_BOOT = 'b' } ;

/* This process waits until then. */
extern void due_tell (enum due_clock clock, uint64_t seconds) ;
/* It does not any more: its name is `name`. */
extern void due_over (char const *name) ;

/* Does that process wait? Then *wall is until when, in seconds since 1970. Returns 0 also when
   that cannot be told. Allocates nothing. */
extern int due_read (pid_t pid, uint64_t *wall) ;

#endif
