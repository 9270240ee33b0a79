#include "wire/settings.h"

#include <signal.h>
#include <stddef.h>

#include <skalibs/uint32.h>

#define SIGNAL_MAX 64

enum settings_flag { FLAG_KILL_GROUP = 1, FLAG_MAIN = 2, FLAG_KEEP_STRAYS = 4, FLAG_FORKS = 8, FLAG_DOWN_GROUP = 16, FLAG_HEALTH = 32, FLAG_ONESHOT = 64,
  FLAG_SUCCESS_CODES = 128 } ;

void settings_defaults (struct settings *settings)
{
  *settings = (struct settings)
  {
    .notification_fd = SETTING_NO_FD,
    .lock_fd = SETTING_NO_FD,
    .timeout_finish_ms = 5000,
    .timeout_strays_ms = 5000,
    .max_death_tally = 100,
    .down_signal = SIGTERM,
    .reload_signal = SIGHUP,
    .restart_delay_min_ms = 100,
    .restart_delay_max_ms = 16000
  } ;
}

void settings_pack (char out[SETTINGS_SIZE], struct settings const *settings)
{
  uint32_t const numbers[] =
  {
    settings->timeout_kill_ms, settings->timeout_finish_ms, settings->max_death_tally, settings->restart_delay_min_ms,
    settings->restart_delay_max_ms, settings->restart_max, (uint32_t)settings->notification_fd
  } ;
  for (size_t i = 0 ; i < sizeof numbers / sizeof *numbers ; i++, out += 4) uint32_pack_big(out, numbers[i]) ;
  out[0] = (char)settings->down_signal ;
  out[1] = (char)settings->reload_signal ;
  out[2] = (char)settings->restart ;
  out[3] = (char)((settings->kill_group ? FLAG_KILL_GROUP : 0) | (settings->main_service ? FLAG_MAIN : 0)
    | (settings->keep_strays ? FLAG_KEEP_STRAYS : 0) | (settings->forks ? FLAG_FORKS : 0)
    | (settings->down_group ? FLAG_DOWN_GROUP : 0) | (settings->health ? FLAG_HEALTH : 0)
    | (settings->oneshot ? FLAG_ONESHOT : 0) | (settings->has_success_codes ? FLAG_SUCCESS_CODES : 0)) ;
  uint32_pack_big(out + 4, settings->timeout_strays_ms) ;
}

int settings_unpack (char const in[SETTINGS_SIZE], struct settings *settings)
{
  uint32_t fd = 0 ;
  uint32_t *const numbers[] =
  {
    &settings->timeout_kill_ms, &settings->timeout_finish_ms, &settings->max_death_tally, &settings->restart_delay_min_ms,
    &settings->restart_delay_max_ms, &settings->restart_max, &fd
  } ;
  settings_defaults(settings) ;
  for (size_t i = 0 ; i < sizeof numbers / sizeof *numbers ; i++, in += 4) uint32_unpack_big(in, numbers[i]) ;
  settings->notification_fd = fd > INT32_MAX ? SETTING_NO_FD : (int)fd ;
  settings->down_signal = (unsigned char)in[0] ;
  settings->reload_signal = (unsigned char)in[1] ;
  settings->restart = (enum restart_policy)in[2] ;
  settings->kill_group = !!(in[3] & FLAG_KILL_GROUP) ;
  settings->main_service = !!(in[3] & FLAG_MAIN) ;
  settings->keep_strays = !!(in[3] & FLAG_KEEP_STRAYS) ;
  settings->forks = !!(in[3] & FLAG_FORKS) ;
  settings->down_group = !!(in[3] & FLAG_DOWN_GROUP) ;
  settings->health = !!(in[3] & FLAG_HEALTH) ;
  settings->oneshot = !!(in[3] & FLAG_ONESHOT) ;
  settings->has_success_codes = !!(in[3] & FLAG_SUCCESS_CODES) ;
  uint32_unpack_big(in + 4, &settings->timeout_strays_ms) ;
  return settings->down_signal && settings->down_signal <= SIGNAL_MAX && settings->reload_signal && settings->reload_signal <= SIGNAL_MAX
      && (unsigned char)in[2] <= RESTART_ON_FAILURE ;
}
