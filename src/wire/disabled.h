/* Why a service is disabled: NAME/supervise/disabled in LIVE, one printable line without a newline,
   replaced by rename. The scanner writes it when it finds that `enable-if` does not hold, and
   removes it when `enable-if` holds. It means nothing while the service has a supervisor. */

#ifndef REEVE_WIRE_DISABLED_H
#define REEVE_WIRE_DISABLED_H

#include <stddef.h>
#include <time.h>

#define DISABLED_FILE "supervise/disabled"
#define DISABLED_WHY_MAX 512

/* Paths are relative to LIVE, the current directory. Each function returns 1, or 0 with errno; for
   the last two ENOENT means: not disabled. */
extern int disabled_write (char const *name, char const *why) ;
extern int disabled_forget (char const *name) ;
/* *written_at: when the file was written (wall clock). */
extern int disabled_read (char const *name, char *why, size_t size, struct timespec *written_at) ;

#endif
