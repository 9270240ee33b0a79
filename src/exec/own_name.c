#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/uint64.h>

#include "exec/descriptors.h"
#include "exec/options.h"
#include "service/probe.h"

#define CHECK_FIRST_MS 10
#define CHECK_WAIT_MAX_MS 1000
#define CHECK_MS 30000

static void for_each (int letter, void (*step) (char const *))
{
  for (struct given const *g = 0 ; (g = option_next(letter, g)) ; ) (*step)(g->value) ;
}

/* ---- the environment ---- */

static void read_directory (char const *directory) { environment_read_directory(directory, 0, 0, '\n') ; }

static void unset (char const *name) { environment_set(name, 0) ; }

static void user_into_environment (char const *user)
{
  struct identity identity ;
  identity_find(&identity, user, IDENTITY_NAMES | IDENTITY_NUMBERS) ;
  identity_into_environment(&identity) ;
}

static void replace_user (char const *user)
{
  struct identity identity ;
  identity_find(&identity, user, IDENTITY_NAMES | IDENTITY_NUMBERS) ;
  identity_replace_in_environment(&identity) ;
}

static void make_environment (void)
{
  if (option_value(OPTION_USER) && !option_value(OPTION_KEEP_HOME)) replace_user(option_value(OPTION_USER)) ; /* first: later steps may set the same variables */
  for_each(OPTION_ENV_FILE, &environment_read_file) ;
  for_each(OPTION_ENV_DIR, &read_directory) ;
  for_each(OPTION_USER_ENV, &user_into_environment) ;
  for_each(OPTION_SECRET, &environment_read_secret) ;
  for_each(OPTION_UNSET, &unset) ;
}

/* ---- the helper ---- */

/* Sets the variables for sd_watchdog_enabled(3). Inherited values are removed: they come from
   another manager. */
static void set_watchdog (struct readiness *readiness)
{
  char const *text = option_value(OPTION_WATCHDOG) ;
  char us[UINT64_FMT] ;
  uint32_t ms = FOR_EVER ;
  if (text) ms = check_parse_duration(text) ;
  else if (check_read_timeout(&ms)) readiness->watchdog_if_promised = !access("health", F_OK) ;
  environment_set("WATCHDOG_USEC", 0) ;
  environment_set("WATCHDOG_PID", 0) ;
  if (ms == FOR_EVER) return ;
  if (!watchdog_is_possible())
  {
    strerr_warnwu1sys("give orders to the supervisor, so there is no watchdog (let reeve-exec --user become the user, not a program before it)") ;
    return ;
  }
  readiness->watchdog_ms = ms ;
  us[uint64_fmt(us, (uint64_t)ms * 1000)] = 0 ;
  environment_set("WATCHDOG_USEC", us) ;
  environment_set_number("WATCHDOG_PID", (uint32_t)getpid()) ;
}

static void start_helper (int notification, struct identity const *identity)
{
  static char const *argv[2] ;
  static struct probe probe ;
  struct helper helper =
  {
    .readiness =
    {
      .check = argv,
      .socket = -1,
      .notification = notification,
      .first_ms = CHECK_FIRST_MS,
      .wait_ms = 2 * CHECK_FIRST_MS,
      .wait_max_ms = CHECK_WAIT_MAX_MS,
      .each_ms = CHECK_MS,
      .all_ms = FOR_EVER
    },
    .identity = identity,
    .not_held = descriptors_of_program()
  } ;
  argv[0] = option_value(OPTION_READY) ;
  if (argv[0] && probe_is_meant(argv[0]))
  {
    check_parse(argv[0], &probe) ;
    helper.readiness.probe = &probe ;
    helper.readiness.each_ms += CHECK_WAIT_MAX_MS ; /* the check itself knows the limit, and says why it failed */
  }
  if (!argv[0])
  {
    helper.readiness.check = 0 ;
    helper.readiness.socket = notify_socket() ;
    set_watchdog(&helper.readiness) ;
  }
  helper_start(&helper) ;
}

/* ---- the process ---- */

static void begin_session_or_group (void)
{
  if (option_value(OPTION_SESSION) && setsid() == -1 && getsid(0) != getpid()) strerr_diefu1sys(EXIT_SYSTEM, "begin a session") ;
  if (option_value(OPTION_GROUP) && setpgid(0, 0) == -1 && getpgrp() != getpid()) strerr_diefu1sys(EXIT_SYSTEM, "begin a process group") ;
}

static void change_niceness (char const *text)
{
  errno = 0 ;
  if (nice(option_nice(text)) == -1 && errno) strerr_diefu3sys(EXIT_SYSTEM, "change the niceness by ", text, " (only root can lower it)") ;
}

static void apply_limit (char const *text)
{
  struct limit limit ;
  option_limit(text, &limit) ;
  limit_apply(&limit) ;
}

static void go_to (char const *root, char const *directory)
{
  if (root && chroot(root) == -1) strerr_diefu3sys(EXIT_SYSTEM, "change the root directory to ", root, errno == EPERM ? " (only root can)" : "") ;
  if (root && chdir("/") == -1) strerr_diefu2sys(EXIT_SYSTEM, "enter ", root) ;
  if (directory && chdir(directory) == -1) strerr_diefu2sys(EXIT_SYSTEM, "change directory to ", directory) ;
}

void reeve_exec_run (int argc, char **argv)
{
  static struct identity identity ;
  char const *user ;
  char const *file ;
  char const *mode ;
  int notification ;
  options_parse(argc, argv) ;
  if (option_value(OPTION_CHECK)) check_and_exit(option_value(OPTION_CHECK), option_value(OPTION_TIMEOUT)) ;
  user = option_value(OPTION_USER) ;
  mode = option_value(OPTION_UMASK) ;
  argv += optind ;
  file = argv[0] ;
  if (mode) umask(option_umask(mode)) ;
  make_environment() ;
  if (user) identity_find(&identity, user, IDENTITY_NAMES | IDENTITY_NUMBERS | IDENTITY_MEMBERSHIPS) ;
  if (option_value(OPTION_EVERY) || option_value(OPTION_CRON)) schedule_wait(option_value(OPTION_EVERY), option_value(OPTION_CRON)) ;
  notification = descriptors_open(argc) ;
  if (notification != -1) start_helper(notification, user ? &identity : 0) ;
  begin_session_or_group() ;
  for_each(OPTION_NICE, &change_niceness) ;
  for_each(OPTION_LIMIT, &apply_limit) ;
  go_to(option_value(OPTION_CHROOT), option_value(OPTION_CHDIR)) ;
  if (user) identity_become(&identity, 1) ;
  if (option_value(OPTION_ARGV0)) argv[0] = (char *)option_value(OPTION_ARGV0) ;
  launch(file, argv, getenv("PATH")) ;
}
