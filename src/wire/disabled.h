/* Why a service is disabled: NAME/supervise/disabled in LIVE, replaced by rename. The scanner writes
   it when it finds that `enable-if` does not hold, and removes it when `enable-if` holds. It means
   nothing while the service has a supervisor. Two lines:

     WHY               printable
     SECONDS NANOS     when the `enable-if` that was read had been changed last (its ctime), so that
                       a client can tell that it was edited since */

#ifndef REEVE_WIRE_DISABLED_H
#define REEVE_WIRE_DISABLED_H

#include <stddef.h>
#include <time.h>

#define DISABLED_FILE "supervise/disabled"
#define DISABLED_WHY_MAX 512

/* Paths are relative to LIVE, the current directory. Each function returns 1, or 0 with errno; for
   the last two ENOENT means: not disabled. */
extern int disabled_write (char const *name, char const *why, struct timespec const *changed_at) ;
extern int disabled_forget (char const *name) ;
/* *changed_at: see above; 0 if it is not told. */
extern int disabled_read (char const *name, char *why, size_t size, struct timespec *changed_at) ;

#endif
