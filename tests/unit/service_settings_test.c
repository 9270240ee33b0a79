#include "service/settings.h"

#include <signal.h>
#include <sys/resource.h>

#include "temp.h"
#include "unit.h"

#define MEGABYTE (1 << 20)

static struct
{
  unsigned int count ;
  char file[64] ;
  char value[256] ;
  char allowed[256] ;
  int err ;
} told ;

static void tell (char const *file, char const *value, char const *allowed, int err)
{
  told.count++ ;
  snprintf(told.file, sizeof told.file, "%s", file) ;
  snprintf(told.value, sizeof told.value, "%s", value) ;
  snprintf(told.allowed, sizeof told.allowed, "%s", allowed) ;
  told.err = err ;
}

static void read_all (struct settings *settings)
{
  memset(&told, 0, sizeof told) ;
  memset(settings, 0x55, sizeof *settings) ;
  settings_read(settings, SETTINGS_START, &tell) ;
}

/* Reads all settings with `file` holding `text`. */
static struct settings with (char const *file, char const *text)
{
  struct settings settings ;
  temp_text(file, text) ;
  read_all(&settings) ;
  unlink(file) ;
  return settings ;
}

static int told_of (char const *file)
{
  return told.count == 1 && !strcmp(told.file, file) && told.allowed[0] ;
}

static int are_defaults (struct settings const *s)
{
  return s->notification_fd == SETTING_NO_FD && s->lock_fd == SETTING_NO_FD && !s->timeout_kill_ms && s->timeout_finish_ms == 5000
   && s->timeout_strays_ms == 5000 && !s->down_group && !s->timeout_up_ms
   && s->max_death_tally == 100 && s->down_signal == SIGTERM && s->reload_signal == SIGHUP
   && s->restart_delay_min_ms == 100 && s->restart_delay_max_ms == 16000 && s->restart == RESTART_ALWAYS && !s->restart_max
   && !s->kill_group && !s->has_success_codes && !s->new_pid_namespace && !s->main_service && !s->keep_strays && !s->forks && !s->oneshot ;
}

static char const *const files[] =
{
  "notification-fd", "lock-fd", "timeout-kill", "timeout-finish", "timeout-strays", "max-death-tally", "down-signal", "reload-signal", "restart-delay",
  "restart", "success-codes"
} ;

#define FILES (sizeof files / sizeof *files)

/* The parsers */

static int uint_is (char const *text, uint32_t expected)
{
  uint32_t value = expected + 1 ;
  return setting_parse_uint(text, 0, UINT32_MAX, &value) && value == expected ;
}

static int uint_refused (char const *text, uint32_t min, uint32_t max)
{
  uint32_t value = 42 ;
  return !setting_parse_uint(text, min, max, &value) && value == 42 ;
}

static int signal_is (char const *text, int expected)
{
  int value = -7 ;
  return setting_parse_signal(text, &value) && value == expected ;
}

static int signal_refused (char const *text)
{
  int value = -7 ;
  return !setting_parse_signal(text, &value) && value == -7 ;
}

static int delay_is (char const *text, uint32_t expected_min, uint32_t expected_max)
{
  uint32_t min = 42 ;
  uint32_t max = 43 ;
  return setting_parse_delay(text, &min, &max) && min == expected_min && max == expected_max ;
}

static int delay_refused (char const *text)
{
  uint32_t min = 42 ;
  uint32_t max = 43 ;
  return !setting_parse_delay(text, &min, &max) && min == 42 && max == 43 ;
}

TEST(numbers_are_parsed)
{
  CHECK(uint_is("0", 0)) ;
  CHECK(uint_is("7", 7)) ;
  CHECK(uint_is("2147483647", 2147483647)) ;
  CHECK(uint_is("4294967295", UINT32_MAX)) ;
}

TEST(numbers_may_be_followed_by_white_space)
{
  CHECK(uint_is("5\n", 5)) ;
  CHECK(uint_is("5 ", 5)) ;
  CHECK(uint_is("5\r\n", 5)) ;
  CHECK(uint_is("5 \t\n\n \n", 5)) ;
}

TEST(numbers_have_bounds)
{
  uint32_t value ;
  CHECK(setting_parse_uint("3", 3, 5, &value) && value == 3) ;
  CHECK(setting_parse_uint("5", 3, 5, &value) && value == 5) ;
  CHECK(uint_refused("2", 3, 5)) ;
  CHECK(uint_refused("6", 3, 5)) ;
  CHECK(uint_refused("0", 1, 1)) ;
}

TEST(what_is_no_number_is_refused)
{
  static char const *const garbage[] =
  {
    "", " ", "\n", " 5", "\n5", "-1", "-0", "+5", "5x", "x5", "5 5", "5\n5", "5,", "1.5", "0x10", "1e3", "five", "5\v", "\xd9\xa5"
  } ;
  for (unsigned int i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(uint_refused(garbage[i], 0, UINT32_MAX)) ;
}

TEST(huge_numbers_are_refused)
{
  CHECK(uint_refused("4294967296", 0, UINT32_MAX)) ;
  CHECK(uint_refused("4294967301", 0, UINT32_MAX)) ;
  CHECK(uint_refused("18446744073709551621", 0, UINT32_MAX)) ;
  CHECK(uint_refused("99999999999999999999999999999999999999", 0, UINT32_MAX)) ;
}

TEST(signals_have_names_in_four_forms)
{
  CHECK(signal_is("TERM", SIGTERM)) ;
  CHECK(signal_is("SIGTERM", SIGTERM)) ;
  CHECK(signal_is("term", SIGTERM)) ;
  CHECK(signal_is("15", SIGTERM)) ;
  CHECK(signal_is("HUP", SIGHUP)) ;
  CHECK(signal_is("sigint", SIGINT)) ;
  CHECK(signal_is("SIGUSR2\n", SIGUSR2)) ;
  CHECK(signal_is("KILL \r\n", SIGKILL)) ;
}

TEST(signals_have_numbers_from_1_to_64)
{
  CHECK(signal_is("1", 1)) ;
  CHECK(signal_is("64", 64)) ;
  CHECK(signal_is("9\n", 9)) ;
  CHECK(signal_refused("0")) ;
  CHECK(signal_refused("65")) ;
  CHECK(signal_refused("-15")) ;
  CHECK(signal_refused("4294967311")) ;
}

TEST(what_is_no_signal_is_refused)
{
  static char const *const garbage[] =
  {
    "", " ", "\n", "SIG", "SIGSIGTERM", "TERMX", "NOPE", " TERM", "TERM HUP", "15x", "15 TERM", "SIG15", "TERM,", "SIGTERMSIGTERMSIGTERMSIGTERM", "\xff"
  } ;
  for (unsigned int i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(signal_refused(garbage[i])) ;
}

TEST(delays_are_two_numbers)
{
  CHECK(delay_is("100 16000", 100, 16000)) ;
  CHECK(delay_is("0 0", 0, 0)) ;
  CHECK(delay_is("5 5\n", 5, 5)) ;
  CHECK(delay_is("1\t  2 \n", 1, 2)) ;
  CHECK(delay_is("0 2147483647", 0, 2147483647)) ;
  CHECK(delay_is("2147483647 2147483647", 2147483647, 2147483647)) ;
}

TEST(what_is_no_delay_is_refused)
{
  static char const *const garbage[] =
  {
    "", " ", "100", "100\n", "100 ", "100\n200", " 1 2", "2 1", "1 2 3", "1,2", "1-2", "-1 2", "1 -2", "1 x", "x 1", "1x 2", "1 2x",
    "0 2147483648", "2147483648 2147483648", "4294967296 4294967297", "0 99999999999999999999999"
  } ;
  for (unsigned int i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(delay_refused(garbage[i])) ;
}

static int restart_is (char const *text, enum restart_policy expected, uint32_t expected_max)
{
  enum restart_policy policy = RESTART_ALWAYS ;
  uint32_t max = 42 ;
  return setting_parse_restart(text, &policy, &max) && policy == expected && max == expected_max ;
}

static int restart_refused (char const *text)
{
  enum restart_policy policy = RESTART_NO ;
  uint32_t max = 42 ;
  return !setting_parse_restart(text, &policy, &max) && policy == RESTART_NO && max == 42 ;
}

TEST(restart_has_dockers_words)
{
  CHECK(restart_is("always", RESTART_ALWAYS, 0)) ;
  CHECK(restart_is("no", RESTART_NO, 0)) ;
  CHECK(restart_is("on-failure", RESTART_ON_FAILURE, 0)) ;
  CHECK(restart_is("on-failure:1", RESTART_ON_FAILURE, 1)) ;
  CHECK(restart_is("on-failure:2147483647", RESTART_ON_FAILURE, 2147483647)) ;
  CHECK(restart_is("always \n", RESTART_ALWAYS, 0)) ;
  CHECK(restart_is("on-failure\r\n", RESTART_ON_FAILURE, 0)) ;
  CHECK(restart_is("on-failure:3\n", RESTART_ON_FAILURE, 3)) ;
}

TEST(what_is_no_restart_policy_is_refused)
{
  static char const *const garbage[] =
  {
    "", " ", "\n", "Always", "NO", "never", "yes", "alway", "alwaysx", "always no", "nope", " no", "unless-stopped", "on-failure:", "on-failure: 3",
    "on-failure:0", "on-failure:-1", "on-failure:2147483648", "on-failure:4294967297", "on-failure:3x", "on-failure:3 4", "on-failure 3",
    "on-failure :3", "on-failurex", "on_failure", "no:3", "always:3", "3"
  } ;
  for (unsigned int i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(restart_refused(garbage[i])) ;
}

/* The files */

TEST(the_defaults_are_those_of_the_manual)
{
  struct settings settings ;
  memset(&settings, 0x55, sizeof settings) ;
  settings_defaults(&settings) ;
  CHECK(are_defaults(&settings)) ;
}

TEST(without_files_the_defaults_are_used_silently)
{
  struct settings settings ;
  temp_enter() ;
  read_all(&settings) ;
  CHECK(are_defaults(&settings) && !told.count) ;
}

TEST(every_file_sets_its_setting)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("notification-fd", "3\n") ;
  temp_text("lock-fd", "4\n") ;
  temp_text("timeout-kill", "200\n") ;
  temp_text("timeout-finish", "0\n") ;
  temp_text("timeout-strays", "60000\n") ;
  temp_text("flag-down-group", "") ;
  temp_text("max-death-tally", "7\n") ;
  temp_text("down-signal", "SIGINT\n") ;
  temp_text("reload-signal", "usr1\n") ;
  temp_text("restart-delay", "50 900\n") ;
  temp_text("restart", "on-failure:5\n") ;
  temp_text("flag-timeout-killpg", "") ;
  temp_text("flag-newpidns", "whatever") ;
  temp_text("flag-main", "") ;
  temp_text("flag-keep-strays", "\n") ;
  temp_text("flag-forks", "0") ;
  read_all(&settings) ;
  CHECK(!told.count) ;
  CHECK(settings.notification_fd == 3 && settings.lock_fd == 4) ;
  CHECK(settings.timeout_kill_ms == 200 && settings.timeout_finish_ms == 0) ;
  CHECK(settings.timeout_strays_ms == 60000 && settings.down_group) ;
  CHECK(settings.max_death_tally == 7) ;
  CHECK(settings.down_signal == SIGINT && settings.reload_signal == SIGUSR1) ;
  CHECK(settings.restart_delay_min_ms == 50 && settings.restart_delay_max_ms == 900) ;
  CHECK(settings.restart == RESTART_ON_FAILURE && settings.restart_max == 5) ;
  CHECK(settings.kill_group && settings.new_pid_namespace) ;
  CHECK(settings.main_service && settings.keep_strays && settings.forks) ;
}

TEST(a_main_service_is_not_restarted_unless_it_says_so)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("flag-main", "") ;
  read_all(&settings) ;
  CHECK(settings.main_service && settings.restart == RESTART_NO && !told.count) ;
  CHECK(with("restart", "always").restart == RESTART_ALWAYS) ;
  CHECK(with("restart", "on-failure:2").restart == RESTART_ON_FAILURE) ;
  settings = with("restart", "garbage") ; /* the default, which is told, is a main service's */
  CHECK(settings.restart == RESTART_NO && told_of("restart") && strstr(told.allowed, "flag-main")) ;
}

TEST(a_task_is_not_restarted_unless_it_says_so_and_never_goes_into_the_background)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("flag-oneshot", "") ;
  temp_text("flag-forks", "") ;
  read_all(&settings) ;
  CHECK(settings.oneshot && settings.restart == RESTART_NO && !settings.forks && !told.count) ;
  CHECK(with("restart", "on-failure:2").restart == RESTART_ON_FAILURE) ;
  unlink("flag-oneshot") ;
  read_all(&settings) ;
  CHECK(!settings.oneshot && settings.forks) ;
}

/* A loop of links is what nobody can look at, root included. */
TEST(a_flag_that_cannot_be_looked_at_counts_as_there_unless_it_leads_nowhere)
{
  struct settings settings ;
  temp_enter() ;
  CHECK(!symlink("flag-oneshot", "flag-oneshot") && !symlink("nowhere", "flag-main")) ;
  read_all(&settings) ;
  CHECK(settings.oneshot && !settings.main_service && told_of("flag-oneshot")) ;
}

TEST(timeout_up_is_a_number_of_milliseconds)
{
  temp_enter() ;
  CHECK(with("timeout-up", "10000\n").timeout_up_ms == 10000 && !told.count) ;
  CHECK(with("timeout-up", "2147483647").timeout_up_ms == 2147483647 && !told.count) ;
  CHECK(!with("timeout-up", "2147483648").timeout_up_ms && told_of("timeout-up")) ;
  CHECK(!with("timeout-up", "10s\n").timeout_up_ms && told_of("timeout-up")) ;
  CHECK(!with("timeout-up", "").timeout_up_ms && told_of("timeout-up")) ;
}

static int pidfile_is (char const *text, char const *expected)
{
  char path[SETTING_PATH_MAX] ;
  int r ;
  temp_text("pidfile", text) ;
  memset(&told, 0, sizeof told) ;
  r = settings_read_pidfile(path, &tell) ;
  if (expected) return r == 1 && !strcmp(path, expected) && !told.count ;
  return r == -1 && told_of("pidfile") ;
}

TEST(pidfile_names_a_file)
{
  char path[SETTING_PATH_MAX] ;
  temp_enter() ;
  memset(&told, 0, sizeof told) ;
  CHECK(!settings_read_pidfile(path, &tell) && !told.count) ;
  CHECK(pidfile_is("/run/web.pid\n", "/run/web.pid")) ;
  CHECK(pidfile_is("/run/web.pid", "/run/web.pid")) ;
  CHECK(pidfile_is("web.pid \t\r\n", "web.pid")) ;
  CHECK(pidfile_is("/run/a web's.pid\n", "/run/a web's.pid")) ;
}

TEST(a_pidfile_that_names_none_is_told)
{
  char big[SETTING_PATH_MAX + 1] ;
  char path[SETTING_PATH_MAX] ;
  temp_enter() ;
  CHECK(pidfile_is("", 0)) ;
  CHECK(pidfile_is("\n", 0)) ;
  CHECK(pidfile_is("/a\n/b\n", 0)) ;
  memset(big, 'a', sizeof big - 1) ;
  big[sizeof big - 1] = 0 ;
  CHECK(pidfile_is(big, 0)) ;
  CHECK(settings_read_pidfile(path, 0) == -1) ; /* nobody need be told */
  temp_file("pidfile", "/a\0/b", 5) ;
  CHECK(settings_read_pidfile(path, &tell) == -1) ;
  unlink("pidfile") ;
  CHECK(!mkfifo("pidfile", 0600)) ;
  CHECK(settings_read_pidfile(path, &tell) == -1) ; /* and does not wait */
}

static pid_t pid_in (char const *text)
{
  temp_text("pid", text) ;
  errno = 0 ;
  return settings_pid_in("pid") ;
}

TEST(a_pid_is_read_as_daemons_write_it)
{
  temp_enter() ;
  CHECK(pid_in("1234\n") == 1234) ;
  CHECK(pid_in("1234") == 1234) ;
  CHECK(pid_in("   1234 \n") == 1234) ;
  CHECK(pid_in("1234\r\n") == 1234) ;
  CHECK(pid_in("1234\n/var/lib/postgresql\n5432\n") == 1234) ;
  CHECK(pid_in("2") == 2) ;
  CHECK(pid_in("2147483647") == 2147483647) ;
}

TEST(what_is_no_pid_is_refused)
{
  static char const *const garbage[] =
    { "", "\n", "\n1234", "0", "1", "-1", "+12", "12x", "x", "12 13", "2147483648", "4294967298", "18446744073709551618", "0x10" } ;
  temp_enter() ;
  for (unsigned int i = 0 ; i < sizeof garbage / sizeof *garbage ; i++) CHECK(!pid_in(garbage[i]) && errno == EINVAL) ;
  unlink("pid") ;
  errno = 0 ;
  CHECK(!settings_pid_in("pid") && errno == ENOENT) ;
  CHECK(!mkfifo("pid", 0600)) ;
  CHECK(!settings_pid_in("pid")) ; /* and does not wait */
}

TEST(the_highest_values_are_taken)
{
  temp_enter() ;
  CHECK(with("notification-fd", "1048575").notification_fd == 1048575 && !told.count) ;
  CHECK(with("lock-fd", "1048575").lock_fd == 1048575 && !told.count) ;
  CHECK(with("timeout-kill", "2147483647").timeout_kill_ms == 2147483647 && !told.count) ;
  CHECK(with("timeout-finish", "2147483647").timeout_finish_ms == 2147483647 && !told.count) ;
  CHECK(with("max-death-tally", "4096").max_death_tally == 4096 && !told.count) ;
  CHECK(with("down-signal", "64").down_signal == 64 && !told.count) ;
  CHECK(with("notification-fd", "0").notification_fd == 0 && !told.count) ;
  CHECK(with("max-death-tally", "0").max_death_tally == 0 && !told.count) ;
}

/* What is left of these in a process that may have `limit` open files. */
static struct settings honoured (int notification_fd, int lock_fd, rlim_t limit)
{
  struct rlimit before ;
  struct rlimit now ;
  struct settings settings ;
  settings_defaults(&settings) ;
  settings.notification_fd = notification_fd ;
  settings.lock_fd = lock_fd ;
  memset(&told, 0, sizeof told) ;
  getrlimit(RLIMIT_NOFILE, &before) ;
  now = before ;
  now.rlim_cur = limit ;
  setrlimit(RLIMIT_NOFILE, &now) ;
  settings_honour(&settings, &tell) ;
  setrlimit(RLIMIT_NOFILE, &before) ;
  return settings ;
}

TEST(a_descriptor_above_the_limit_is_told_and_not_taken)
{
  struct settings s = honoured(64, 3, 64) ;
  CHECK(s.notification_fd == SETTING_NO_FD && s.lock_fd == 3 && told_of("notification-fd")) ;
  CHECK(!strcmp(told.value, "64") && strstr(told.allowed, "from 0 to 63,")) ;
  s = honoured(3, 1048575, 64) ;
  CHECK(s.notification_fd == 3 && s.lock_fd == SETTING_NO_FD && told_of("lock-fd")) ;
  CHECK(!strcmp(told.value, "1048575")) ;
  s = honoured(63, 62, 64) ;
  CHECK(s.notification_fd == 63 && s.lock_fd == 62 && !told.count) ;
  s = honoured(SETTING_NO_FD, SETTING_NO_FD, 64) ;
  CHECK(are_defaults(&s) && !told.count) ;
}

TEST(one_descriptor_for_two_is_the_lock)
{
  struct settings s = honoured(7, 7, 64) ;
  CHECK(s.notification_fd == SETTING_NO_FD && s.lock_fd == 7 && told_of("notification-fd")) ;
  CHECK(!strcmp(told.value, "7") && strstr(told.allowed, "lock-fd")) ;
  s = honoured(64, 64, 64) ;
  CHECK(s.notification_fd == SETTING_NO_FD && s.lock_fd == SETTING_NO_FD && told.count == 2) ;
}

TEST(higher_values_are_told_and_not_taken)
{
  temp_enter() ;
  CHECK(with("notification-fd", "1048576").notification_fd == SETTING_NO_FD && told_of("notification-fd")) ;
  CHECK(with("lock-fd", "1048576").lock_fd == SETTING_NO_FD && told_of("lock-fd")) ;
  CHECK(with("timeout-kill", "2147483648").timeout_kill_ms == 0 && told_of("timeout-kill")) ;
  CHECK(with("timeout-finish", "2147483648").timeout_finish_ms == 5000 && told_of("timeout-finish")) ;
  CHECK(with("max-death-tally", "4097").max_death_tally == 100 && told_of("max-death-tally")) ;
  CHECK(with("down-signal", "65").down_signal == SIGTERM && told_of("down-signal")) ;
  CHECK(with("reload-signal", "65").reload_signal == SIGHUP && told_of("reload-signal")) ;
  CHECK(with("restart-delay", "1 2147483648").restart_delay_min_ms == 100 && told_of("restart-delay")) ;
}

TEST(garbage_is_told_with_its_file_and_value)
{
  static char const *const garbage[] = { "garbage", "-1", "99999999999999999999", "1;2" } ;
  temp_enter() ;
  for (unsigned int i = 0 ; i < FILES ; i++)
    for (unsigned int j = 0 ; j < sizeof garbage / sizeof *garbage ; j++)
    {
      struct settings settings = with(files[i], garbage[j]) ;
      CHECK(are_defaults(&settings)) ;
      CHECK(told_of(files[i]) && !strcmp(told.value, garbage[j]) && !told.err) ;
    }
}

TEST(an_empty_file_is_told)
{
  temp_enter() ;
  for (unsigned int i = 0 ; i < FILES ; i++)
  {
    struct settings settings = with(files[i], "") ;
    CHECK(are_defaults(&settings) && told_of(files[i]) && !told.value[0] && !told.err) ;
    settings = with(files[i], "\n") ;
    CHECK(are_defaults(&settings) && told_of(files[i]) && !told.value[0] && !told.err) ;
  }
}

TEST(what_is_allowed_is_told_with_the_default)
{
  temp_enter() ;
  with("timeout-finish", "x") ;
  CHECK(strstr(told.allowed, "milliseconds") && strstr(told.allowed, "5000")) ;
  with("max-death-tally", "x") ;
  CHECK(strstr(told.allowed, "4096") && strstr(told.allowed, "100")) ;
}

TEST(the_value_is_told_printably)
{
  temp_enter() ;
  with("timeout-kill", "a\x1b[31m\nb\x7f\n") ;
  CHECK(told_of("timeout-kill") && !strcmp(told.value, "a?[31m?b?")) ;
  with("timeout-kill", "five\n") ;
  CHECK(told_of("timeout-kill") && !strcmp(told.value, "five")) ;
}

TEST(a_long_value_is_told_by_its_beginning)
{
  char text[101] ;
  temp_enter() ;
  memset(text, 'v', 100) ;
  text[100] = 0 ;
  with("timeout-kill", text) ;
  CHECK(told_of("timeout-kill") && strlen(told.value) && strlen(told.value) < 100 && strspn(told.value, "v") == strlen(told.value)) ;
}

TEST(a_nul_byte_is_refused)
{
  struct settings settings ;
  temp_enter() ;
  temp_file("timeout-kill", "20\0000", 4) ;
  read_all(&settings) ;
  CHECK(are_defaults(&settings) && told_of("timeout-kill")) ;
  temp_file("timeout-kill", "20\n\0", 4) ;
  read_all(&settings) ;
  CHECK(are_defaults(&settings) && told_of("timeout-kill")) ;
}

TEST(a_megabyte_is_refused)
{
  static char big[MEGABYTE] ;
  static char const fills[] = { '1', ' ', 'x', 0 } ;
  temp_enter() ;
  for (unsigned int i = 0 ; i < FILES ; i++)
    for (unsigned int j = 0 ; j < sizeof fills ; j++)
    {
      struct settings settings ;
      memset(big, fills[j], sizeof big) ;
      temp_file(files[i], big, sizeof big) ;
      read_all(&settings) ;
      unlink(files[i]) ;
      CHECK(are_defaults(&settings) && told_of(files[i]) && strlen(told.value) < 200) ;
    }
}

TEST(what_follows_much_white_space_is_not_overlooked)
{
  char text[4096] ;
  temp_enter() ;
  for (size_t at = 100 ; at < sizeof text - 1 ; at = at * 3 / 2)
  {
    struct settings settings ;
    memset(text, ' ', sizeof text) ;
    memcpy(text, "200", 3) ;
    text[at] = 'x' ;
    text[at + 1] = 0 ;
    settings = with("timeout-kill", text) ;
    CHECK(are_defaults(&settings) && told_of("timeout-kill")) ;
  }
}

TEST(a_directory_in_place_of_a_file_is_told)
{
  temp_enter() ;
  for (unsigned int i = 0 ; i < FILES ; i++)
  {
    struct settings settings ;
    CHECK(!mkdir(files[i], 0700)) ;
    read_all(&settings) ;
    CHECK(!rmdir(files[i])) ;
    CHECK(are_defaults(&settings) && told_of(files[i]) && told.err == EISDIR && !told.value[0]) ;
  }
}

TEST(a_fifo_in_place_of_a_file_is_told_without_waiting)
{
  temp_enter() ;
  for (unsigned int i = 0 ; i < FILES ; i++)
  {
    struct settings settings ;
    CHECK(!mkfifo(files[i], 0600)) ;
    read_all(&settings) ;
    CHECK(!unlink(files[i])) ;
    CHECK(are_defaults(&settings) && told_of(files[i]) && told.err && !told.value[0]) ;
  }
}

TEST(a_link_to_itself_is_told)
{
  struct settings settings ;
  temp_enter() ;
  CHECK(!symlink("timeout-kill", "timeout-kill")) ;
  read_all(&settings) ;
  CHECK(are_defaults(&settings) && told_of("timeout-kill") && told.err == ELOOP) ;
}

TEST(a_link_to_a_file_is_followed)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("elsewhere", "200") ;
  CHECK(!symlink("elsewhere", "timeout-kill")) ;
  read_all(&settings) ;
  CHECK(settings.timeout_kill_ms == 200 && !told.count) ;
}

TEST(each_invalid_file_is_told_once_and_the_others_are_taken)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("lock-fd", "x") ;
  temp_text("down-signal", "x") ;
  temp_text("timeout-kill", "300") ;
  read_all(&settings) ;
  CHECK(told.count == 2) ;
  CHECK(settings.timeout_kill_ms == 300 && settings.lock_fd == SETTING_NO_FD && settings.down_signal == SIGTERM) ;
}

TEST(nobody_need_be_told)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("lock-fd", "x") ;
  settings_read(&settings, SETTINGS_START, 0) ;
  CHECK(are_defaults(&settings)) ;
}

TEST(a_stop_reads_afresh_only_what_matters_then)
{
  struct settings settings ;
  temp_enter() ;
  read_all(&settings) ;
  temp_text("notification-fd", "3") ;
  temp_text("lock-fd", "garbage") ;
  temp_text("timeout-finish", "1") ;
  temp_text("max-death-tally", "1") ;
  temp_text("restart-delay", "1 2") ;
  temp_text("restart", "no") ;
  temp_text("flag-main", "") ;
  temp_text("flag-forks", "") ;
  temp_text("flag-keep-strays", "") ;
  temp_text("flag-newpidns", "") ;
  temp_text("timeout-kill", "200") ;
  temp_text("down-signal", "INT") ;
  temp_text("reload-signal", "USR1") ;
  temp_text("flag-timeout-killpg", "") ;
  temp_text("timeout-strays", "700") ;
  temp_text("flag-down-group", "") ;
  memset(&told, 0, sizeof told) ;
  settings_read(&settings, SETTINGS_STOP, &tell) ;
  CHECK(!told.count) ;
  CHECK(settings.timeout_kill_ms == 200 && settings.down_signal == SIGINT && settings.reload_signal == SIGUSR1 && settings.kill_group) ;
  CHECK(settings.timeout_strays_ms == 700 && settings.down_group) ;
  CHECK(settings.notification_fd == SETTING_NO_FD && settings.timeout_finish_ms == 5000 && settings.max_death_tally == 100) ;
  CHECK(settings.restart_delay_min_ms == 100 && !settings.new_pid_namespace) ;
  CHECK(settings.restart == RESTART_ALWAYS && !settings.main_service && !settings.forks && !settings.keep_strays) ;
}

TEST(a_stop_forgets_files_that_are_gone)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("notification-fd", "3") ;
  temp_text("timeout-kill", "200") ;
  temp_text("down-signal", "INT") ;
  temp_text("flag-timeout-killpg", "") ;
  read_all(&settings) ;
  unlink("notification-fd") ;
  unlink("timeout-kill") ;
  unlink("down-signal") ;
  unlink("flag-timeout-killpg") ;
  settings_read(&settings, SETTINGS_STOP, &tell) ;
  CHECK(!settings.timeout_kill_ms && settings.down_signal == SIGTERM && !settings.kill_group && settings.notification_fd == 3) ;
}

TEST(a_stop_of_a_service_that_was_removed_forgets_nothing)
{
  struct settings settings ;
  temp_enter() ;
  temp_text("timeout-kill", "200") ;
  temp_text("down-signal", "INT") ;
  temp_text("flag-timeout-killpg", "") ;
  CHECK(!symlink("/nonexistent/run", "run")) ;
  read_all(&settings) ;
  unlink("timeout-kill") ;
  unlink("flag-timeout-killpg") ;
  CHECK(!unlink("down-signal") && !symlink("/nonexistent/down-signal", "down-signal")) ;
  settings_read(&settings, SETTINGS_STOP, &tell) ;
  CHECK(settings.timeout_kill_ms == 200 && settings.down_signal == SIGINT && settings.kill_group) ;
}

TEST(a_setting_is_found_among_many_files)
{
  char name[32] ;
  temp_enter() ;
  for (unsigned int i = 0 ; i < 1000 ; i++)
  {
    snprintf(name, sizeof name, "file-%u", i) ;
    temp_text(name, "") ;
  }
  CHECK(with("timeout-kill", "200").timeout_kill_ms == 200) ;
}

TEST(settings_are_read_from_a_directory_that_cannot_be_listed)
{
  struct settings settings ;
  struct rlimit limit ;
  rlim_t before ;
  temp_enter() ;
  temp_text("flag-forks", "") ;
  CHECK(!getrlimit(RLIMIT_NOFILE, &limit)) ;
  before = limit.rlim_cur ;
  limit.rlim_cur = 0 ;
  CHECK(!setrlimit(RLIMIT_NOFILE, &limit)) ;
  read_all(&settings) ;
  limit.rlim_cur = before ;
  CHECK(!setrlimit(RLIMIT_NOFILE, &limit)) ;
  CHECK(settings.forks && told.err == EMFILE) ;
}

TEST(a_flag_that_leads_nowhere_is_none)
{
  struct settings settings ;
  temp_enter() ;
  CHECK(!symlink("/nonexistent", "flag-forks")) ;
  read_all(&settings) ;
  CHECK(!settings.forks && !told.count) ;
}
