/* The settings of a service, as values. service/settings.h reads them from the service directory.
   state.h saves those of the present start, because the service directory may be gone when a
   successor needs them. */

#ifndef REEVE_WIRE_SETTINGS_H
#define REEVE_WIRE_SETTINGS_H

#include <stdint.h>

#define SETTING_NO_FD (-1)

enum restart_policy
{
  RESTART_ALWAYS,
  RESTART_NO, /* a failure is permanent. A success is final, too, but is no failure */
  RESTART_ON_FAILURE
} ;

/* The content of success-codes; all 0: nothing. */
struct success_codes
{
  uint32_t exits[8] ; /* a bit for each exit code */
  uint64_t signals ; /* bit N - 1 for signal N */
} ;

struct settings
{
  int notification_fd ; /* SETTING_NO_FD: none */
  int lock_fd ; /* SETTING_NO_FD: none */
  uint32_t timeout_kill_ms ; /* 0: never */
  uint32_t timeout_finish_ms ; /* 0: never; 5000 if not set */
  uint32_t timeout_strays_ms ; /* 0: never; 5000 if not set */
  uint32_t max_death_tally ; /* at most 4096; 100 if not set */
  int down_signal ; /* SIGTERM if not set */
  int reload_signal ; /* SIGHUP if not set */
  uint32_t restart_delay_min_ms ; /* 100 if not set */
  uint32_t restart_delay_max_ms ; /* 16000 if not set; never below the minimum */
  enum restart_policy restart ; /* if not set: `always`, or `no` with flag-main or flag-oneshot */
  uint32_t restart_max ; /* the N of on-failure:N; 0: no limit */
  uint32_t timeout_up_ms ; /* 0: never */
  unsigned int kill_group : 1 ; /* flag-timeout-killpg */
  unsigned int down_group : 1 ; /* flag-down-group */
  unsigned int new_pid_namespace : 1 ; /* flag-newpidns */
  unsigned int console : 1 ; /* flag-console; not saved, because a stop reads it anew */
  unsigned int main_service : 1 ; /* flag-main */
  unsigned int keep_strays : 1 ; /* flag-keep-strays */
  unsigned int forks : 1 ; /* flag-forks; never with flag-oneshot */
  unsigned int oneshot : 1 ; /* flag-oneshot */
  unsigned int has_success_codes : 1 ;
  struct success_codes success_codes ; /* not saved: a successor reads them anew */
  unsigned int health : 1 ; /* the service's health is checked; service/health.h has the numbers for that */
} ;

extern void settings_defaults (struct settings *settings) ;

/* Packs the settings into 36 bytes, big-endian. Left out are lock_fd, new_pid_namespace,
   timeout_up_ms, which matter only at a start, console, and the success_codes themselves.
     4 bytes each  timeout_kill_ms, timeout_finish_ms, max_death_tally, restart_delay_min_ms,
                   restart_delay_max_ms, restart_max, notification_fd
     1 byte each   down_signal, reload_signal, restart, flags (1 kill_group, 2 main_service,
                   4 keep_strays, 8 forks, 16 down_group, 32 health, 64 oneshot,
                   128 has_success_codes)
     4 bytes       timeout_strays_ms */
#define SETTINGS_SIZE 36
extern void settings_pack (char out[SETTINGS_SIZE], struct settings const *settings) ;
/* Returns 1, or 0 when a signal or the restart policy is invalid. */
extern int settings_unpack (char const in[SETTINGS_SIZE], struct settings *settings) ;

#endif
