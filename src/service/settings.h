/* The settings of a service: one file each in the service directory.

   A file holds one value, then optionally a newline and white space. What cannot
   be read or is invalid is reported with file, value and what is allowed, and
   the default is used: a setting never keeps a service down. */

#ifndef REEVE_SERVICE_SETTINGS_H
#define REEVE_SERVICE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/settings.h"

/* Which files to read. */
enum settings_set
{
  SETTINGS_START, /* for a start: all */
  SETTINGS_STOP /* read again when a stop is ordered: timeout-kill, flag-timeout-killpg,
                   timeout-strays, down-signal, flag-down-group, reload-signal, flag-console. If the
                   service was removed (its ./run leads nowhere), none of them: they stay */
} ;

/* Called once for each invalid file.
     file     its name
     value    its printable beginning; "" when it could not be read
     allowed  what it may hold, with the default that is used instead
     err      errno of the failed read, or 0 when the content is at fault */
typedef void settings_report_func (char const *file, char const *value, char const *allowed, int err) ;

/* Sets `settings` from the files in the current directory: defaults first, then
   what is there. Allocates and waits for nothing. */
extern void settings_read (struct settings *settings, enum settings_set which, settings_report_func *report) ;

/* Takes the default for settings of a start that this process cannot honour, and reports it. The
   service inherits the limits of this process, so a descriptor must be below the limit of open
   files (RLIMIT_NOFILE). And notification-fd must not be lock-fd: the lock gets the descriptor,
   because it keeps two instances from the same data. Readiness is then not awaited: it could never
   be told, and the service and its dependents would be held for ever. */
extern void settings_honour (struct settings *settings, settings_report_func *report) ;

/* Reads success-codes again for settings that a predecessor has saved with has_success_codes: they
   are too long to be saved. If they are not valid any more, there are none. */
extern void settings_read_success_codes (struct settings *settings) ;

/* The names of the files of all settings, for i from 0 on; 0 after the last. */
extern char const *settings_file (size_t i) ;

#define FLAG_CONSOLE_FILE "flag-console"

#define SETTING_PATH_MAX 4096

/* Reads `pidfile` in the current directory: the path of a file, on a line of its own.
   Returns 1 with the path, 0 when there is no such setting, -1 when it has been reported. */
extern int settings_read_pidfile (char path[SETTING_PATH_MAX], settings_report_func *report) ;

/* Reads a number from `file` in the current directory, `min` to 2147483647. For settings that are
   not in struct settings.
     allowed  what it may be, for the report
   Returns 1 with the number, 0 when there is no such setting, -1 when it has been reported. */
extern int settings_read_number (char const *file, char const *allowed, uint32_t min, uint32_t *value, settings_report_func *report) ;

/* Reads a pid from the file `path`, as daemons write it. Returns it, or 0 with errno: ENOENT: the
   file is not there (yet); EINVAL: there is no pid in it (yet). */
extern pid_t settings_pid_in (char const *path) ;
/* The same for a message: also returns pid 1, which no service can have. */
extern pid_t settings_pid_named_in (char const *path) ;

/* The parsers, pure: `text` is a NUL-terminated content of one file. Each
   returns 1 and writes the value, or 0 and writes nothing. Trailing white space
   is allowed, anything else is not. */
extern int setting_parse_uint (char const *text, uint32_t min, uint32_t max, uint32_t *value) ;
extern int setting_parse_signal (char const *text, int *signal) ; /* TERM, SIGTERM, term, 15 */
extern int setting_parse_delay (char const *text, uint32_t *min_ms, uint32_t *max_ms) ;
extern int setting_parse_restart (char const *text, enum restart_policy *policy, uint32_t *max) ; /* always, no, on-failure, on-failure:N */

#endif
