#include <signal.h>

#include "fuzz.h"
#include "service/settings.h"
#include "wire/death_tally.h"

char const *PROG = "fuzz" ;

static char const *const files[] =
{
  "notification-fd", "lock-fd", "timeout-kill", "timeout-finish", "timeout-strays", "max-death-tally", "down-signal", "reload-signal",
  "restart-delay", "flag-timeout-killpg", "flag-down-group", "flag-newpidns", "restart", "success-codes", "flag-main", "flag-forks", "pidfile", "flag-keep-strays"
} ;

#define CONTENT_MAX 128 /* nothing that long is a setting */
#define FILES (sizeof files / sizeof *files)

static unsigned int faults ;

static void fault (char const *file, char const *value, char const *allowed, int err)
{
  CHECK(*file && allowed && err >= 0) ;
  CHECK(strlen(value) <= 40) ;
  for (; *value ; value++) CHECK((unsigned char)*value >= 32 && *value != 127) ;
  faults++ ;
}

static void check (struct settings const *s)
{
  CHECK(s->notification_fd >= SETTING_NO_FD && s->notification_fd <= 1048575) ;
  CHECK(s->lock_fd >= SETTING_NO_FD && s->lock_fd <= 1048575) ;
  CHECK(s->timeout_kill_ms <= INT32_MAX && s->timeout_finish_ms <= INT32_MAX && s->timeout_strays_ms <= INT32_MAX) ;
  CHECK(s->max_death_tally <= DEATH_TALLY_MAX) ;
  CHECK(s->down_signal > 0 && s->down_signal < NSIG && s->reload_signal > 0 && s->reload_signal < NSIG) ;
  CHECK(s->restart_delay_min_ms <= s->restart_delay_max_ms && s->restart_delay_max_ms <= INT32_MAX) ;
}

/* By another way, from the whole content. */
static uint32_t timeout_kill (char const *content, size_t len)
{
  uint64_t n = 0 ;
  size_t i = 0 ;
  for (; i < len && content[i] >= '0' && content[i] <= '9' ; i++)
  {
    n = n * 10 + (uint64_t)(content[i] - '0') ;
    if (n > INT32_MAX) return 0 ;
  }
  for (; i < len ; i++)
    if (!memchr(" \t\r\n", content[i], 4)) return 0 ;
  return len < CONTENT_MAX ? (uint32_t)n : 0 ;
}

static void parsers (uint8_t const *data, size_t size)
{
  char *text = fuzz_text(data, size) ;
  uint32_t min = 7 ;
  uint32_t max = 7 ;
  int signal = -7 ;
  enum restart_policy policy = RESTART_ALWAYS ;
  if (setting_parse_uint(text, 3, 1000, &min)) CHECK(min >= 3 && min <= 1000 && text[0] >= '0' && text[0] <= '9') ;
  else CHECK(min == 7) ;
  if (setting_parse_signal(text, &signal)) CHECK(signal > 0 && signal < NSIG) ;
  else CHECK(signal == -7) ;
  min = 7 ;
  if (setting_parse_delay(text, &min, &max)) CHECK(min <= max && max <= INT32_MAX) ;
  else CHECK(min == 7 && max == 7) ;
  min = 7 ;
  if (setting_parse_restart(text, &policy, &min)) CHECK(policy <= RESTART_ON_FAILURE && (!min || policy == RESTART_ON_FAILURE)) ;
  else CHECK(policy == RESTART_ALWAYS && min == 7) ;
  free(text) ;
}

/* The paths that a service directory may give, and what daemons may write there. */
static void pidfile (uint8_t const *data, size_t size)
{
  static char path[SETTING_PATH_MAX] ;
  pid_t pid ;
  int r ;
  fuzz_file("pidfile", data, size) ;
  faults = 0 ;
  r = settings_read_pidfile(path, &fault) ;
  CHECK(faults == (r == -1)) ;
  if (r == 1)
  {
    size_t len = strlen(path) ;
    CHECK(len && len <= size && !memcmp(path, data, len) && !strpbrk(path, "\r\n")) ;
    for (size_t i = len ; i < size && len ; i++) CHECK(strchr(" \t\r\n", data[i])) ; /* a NUL too, at the end of that string */
  }
  else CHECK(r == -1 || !r) ;
  pid = settings_pid_in("pidfile") ;
  if (pid)
  {
    size_t i = 0 ;
    uint64_t n = 0 ;
    while (i < size && (data[i] == ' ' || data[i] == '\t')) i++ ;
    for (; i < size && data[i] >= '0' && data[i] <= '9' && n <= INT32_MAX ; i++) n = n * 10 + (uint64_t)(data[i] - '0') ;
    CHECK(pid >= 2 && n == (uint64_t)pid) ;
  }
  else CHECK(errno == EINVAL) ;
  unlink("pidfile") ;
}

/* The input: portions, each the number of a file, a length, and its content. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct settings settings ;
  struct settings again ;
  uint32_t right_timeout_kill = 0 ;
  parsers(data, size) ;
  fuzz_enter() ;
  for (size_t i = 0 ; i < FILES ; i++) unlink(files[i]) ;
  pidfile(data, size) ;
  while (size)
  {
    char const *file = files[fuzz_byte(&data, &size) % FILES] ;
    size_t len = fuzz_byte(&data, &size) ;
    if (len > size) len = size ;
    fuzz_file(file, data, len) ;
    if (!strcmp(file, "timeout-kill")) right_timeout_kill = timeout_kill((char const *)data, len) ;
    data += len ;
    size -= len ;
  }
  memset(&settings, 0xff, sizeof settings) ;
  faults = 0 ;
  settings_read(&settings, SETTINGS_START, &fault) ;
  CHECK(faults <= FILES) ;
  check(&settings) ;
  CHECK(settings.timeout_kill_ms == right_timeout_kill) ;
  again = settings ;
  settings_read(&again, SETTINGS_STOP, 0) ;
  check(&again) ;
  CHECK(again.down_signal == settings.down_signal && again.timeout_kill_ms == settings.timeout_kill_ms
    && again.restart_delay_min_ms == settings.restart_delay_min_ms) ;
  return 0 ;
}
