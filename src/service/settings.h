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

/* Which files to read: those that matter at a moment. */
enum settings_set
{
  SETTINGS_START, /* what a start needs: all */
  SETTINGS_STOP /* what is read afresh when a stop is ordered: timeout-kill,
                   flag-timeout-killpg, timeout-strays, down-signal, flag-down-group,
                   reload-signal, flag-console; of a service that was removed (its ./run leads
                   nowhere) none: they stay */
} ;

/* How a fault is told: called once for each invalid file.
     file     its name
     value    its printable beginning; "" when it could not be read
     allowed  what it may hold, with the default that is used instead
     err      errno of the failed read, or 0 when the content is at fault */
typedef void settings_report_func (char const *file, char const *value, char const *allowed, int err) ;

/* Sets `settings` from the files in the current directory: defaults first, then
   what is there. Allocates and waits for nothing. */
extern void settings_read (struct settings *settings, enum settings_set which, settings_report_func *report) ;

/* Of settings that were read for a start: takes the default for what this process, whose
   limits the service inherits, cannot honour, and reports it: a descriptor that is not
   below the limit of open files (RLIMIT_NOFILE); a notification-fd that is lock-fd too.
   The lock has that one: it keeps two instances from the same data, while readiness that
   is never told would hold the service, and those that wait for it, for ever. */
extern void settings_honour (struct settings *settings, settings_report_func *report) ;

/* Of settings that a predecessor has saved with has_success_codes: reads these anew, as they are
   too long to be saved. What is no longer valid is none. */
extern void settings_read_success_codes (struct settings *settings) ;

/* The files of all settings, one after the other from 0 on; 0 after the last. */
extern char const *settings_file (size_t i) ;

#define FLAG_CONSOLE_FILE "flag-console"

#define SETTING_PATH_MAX 4096

/* Reads `pidfile` in the current directory: the path of a file, on a line of its own.
   Returns 1 with the path, 0 when there is no such setting, -1 when it has been reported. */
extern int settings_read_pidfile (char path[SETTING_PATH_MAX], settings_report_func *report) ;

/* Reads a number that no start needs from `file` in the current directory: `min` to 2147483647.
     allowed  what it may be, for the report
   Returns 1 with the number, 0 when there is no such setting, -1 when it has been reported. */
extern int settings_read_number (char const *file, char const *allowed, uint32_t min, uint32_t *value, settings_report_func *report) ;

/* Reads a pid from the file `path`, as daemons write it.
   Returns it, or 0 with errno: ENOENT not there yet, EINVAL no pid in it (yet). */
extern pid_t settings_pid_in (char const *path) ;
/* The same for a message: also 1, which is no service's. */
extern pid_t settings_pid_named_in (char const *path) ;

/* The parsers, pure: `text` is a NUL-terminated content of one file. Each
   returns 1 and writes the value, or 0 and writes nothing. Trailing white space
   is allowed, anything else is not. */
extern int setting_parse_uint (char const *text, uint32_t min, uint32_t max, uint32_t *value) ;
extern int setting_parse_signal (char const *text, int *signal) ; /* TERM, SIGTERM, term, 15 */
extern int setting_parse_delay (char const *text, uint32_t *min_ms, uint32_t *max_ms) ;
extern int setting_parse_restart (char const *text, enum restart_policy *policy, uint32_t *max) ; /* always, no, on-failure, on-failure:N */

#endif
