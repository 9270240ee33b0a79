/* The settings of a service: one file each in the service directory.

   A file holds one value, then optionally a newline and white space. What cannot
   be read or is invalid is reported with file, value and what is allowed, and
   the default is used: a setting never keeps a service down. */

#ifndef REEVE_SERVICE_SETTINGS_H
#define REEVE_SERVICE_SETTINGS_H

#include <stdint.h>

#define SETTING_NO_FD (-1)

struct settings
{
  int notification_fd ; /* SETTING_NO_FD: none */
  int lock_fd ; /* SETTING_NO_FD: none */
  uint32_t timeout_kill_ms ; /* 0: never */
  uint32_t timeout_finish_ms ; /* 0: never; 5000 if not set */
  uint32_t max_death_tally ; /* at most 4096; 100 if not set */
  int down_signal ; /* SIGTERM if not set */
  int reload_signal ; /* SIGHUP if not set */
  uint32_t restart_delay_min_ms ; /* 100 if not set */
  uint32_t restart_delay_max_ms ; /* 16000 if not set; never below the minimum */
  unsigned int kill_group : 1 ; /* flag-timeout-killpg */
  unsigned int new_pid_namespace : 1 ; /* flag-newpidns */
} ;

/* Which files to read: those that matter at a moment. */
enum settings_set
{
  SETTINGS_START, /* what a start needs: all */
  SETTINGS_STOP /* what is read afresh when a stop is ordered: timeout-kill,
                   flag-timeout-killpg, down-signal, reload-signal; of a service
                   that was removed (its ./run leads nowhere) none: they stay */
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

extern void settings_defaults (struct settings *settings) ;

/* The parsers, pure: `text` is a NUL-terminated content of one file. Each
   returns 1 and writes the value, or 0 and writes nothing. Trailing white space
   is allowed, anything else is not. */
extern int setting_parse_uint (char const *text, uint32_t min, uint32_t max, uint32_t *value) ;
extern int setting_parse_signal (char const *text, int *signal) ; /* TERM, SIGTERM, term, 15 */
extern int setting_parse_delay (char const *text, uint32_t *min_ms, uint32_t *max_ms) ;

#endif
