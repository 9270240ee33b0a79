/* Why a service has no supervisor, though its directory is there: NAME/supervise/disabled in
   LIVE, one printable line without its newline, replaced by rename. The scanner writes it when it
   finds that `enable-if` does not hold, and removes it when it does; it has nothing to say where
   there is a supervisor. */

#ifndef REEVE_WIRE_DISABLED_H
#define REEVE_WIRE_DISABLED_H

#include <stddef.h>
#include <time.h>

#define DISABLED_FILE "supervise/disabled"
#define DISABLED_WHY_MAX 512

/* Paths are relative to LIVE, the current directory. Each returns 1, or 0 with errno; of the
   last two, ENOENT: it is not disabled. */
extern int disabled_write (char const *name, char const *why) ;
extern int disabled_forget (char const *name) ;
/* *written_at: when that was written; wall clock, seconds and nanoseconds. */
extern int disabled_read (char const *name, char *why, size_t size, struct timespec *written_at) ;

#endif
