#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include "exec/exec.h"
#include "service/probe.h"
#include "service/settings.h"

#define NICE_MAX 40
#define CHECK_FIRST_MS 10
#define CHECK_WAIT_MAX_MS 1000
#define CHECK_MS 30000

/* Letters for the long options; some are short options, too. */
enum option_letter
{
  OPTION_USER = 'u',
  OPTION_KEEP_HOME = 'k',
  OPTION_USER_ENV = 'U',
  OPTION_ENV_FILE = 'f',
  OPTION_ENV_DIR = 'e',
  OPTION_SECRET = 's',
  OPTION_UNSET = 'x',
  OPTION_CHDIR = 'C',
  OPTION_CHROOT = '/',
  OPTION_UMASK = 'm',
  OPTION_NICE = 'n',
  OPTION_LIMIT = 'l',
  OPTION_SESSION = 'S',
  OPTION_GROUP = 'g',
  OPTION_LOCK = 'L',
  OPTION_ARGV0 = '0',
  OPTION_READY = 'r',
  OPTION_SD_NOTIFY = 'N',
  OPTION_WATCHDOG = 'w',
  OPTION_CHECK = 'c',
  OPTION_TIMEOUT = 't',
  OPTION_EVERY = 'E',
  OPTION_CRON = 'T',
  OPTION_LISTEN = 'i',
  OPTION_LISTEN_UNIX = 'I',
  OPTION_HELP = 'h'
} ;

#define SHORT_OPTIONS "+u:e:C:n:l:L:0:r:h"

static struct option const longs[] =
{
  { "user", required_argument, 0, OPTION_USER },
  { "keep-home", no_argument, 0, OPTION_KEEP_HOME },
  { "user-env", required_argument, 0, OPTION_USER_ENV },
  { "env-file", required_argument, 0, OPTION_ENV_FILE },
  { "env-dir", required_argument, 0, OPTION_ENV_DIR },
  { "secret", required_argument, 0, OPTION_SECRET },
  { "unset", required_argument, 0, OPTION_UNSET },
  { "chdir", required_argument, 0, OPTION_CHDIR },
  { "chroot", required_argument, 0, OPTION_CHROOT },
  { "umask", required_argument, 0, OPTION_UMASK },
  { "nice", required_argument, 0, OPTION_NICE },
  { "limit", required_argument, 0, OPTION_LIMIT },
  { "session", no_argument, 0, OPTION_SESSION },
  { "group", no_argument, 0, OPTION_GROUP },
  { "lock", required_argument, 0, OPTION_LOCK },
  { "argv0", required_argument, 0, OPTION_ARGV0 },
  { "ready", required_argument, 0, OPTION_READY },
  { "sd-notify", no_argument, 0, OPTION_SD_NOTIFY },
  { "watchdog", required_argument, 0, OPTION_WATCHDOG },
  { "check", required_argument, 0, OPTION_CHECK },
  { "timeout", required_argument, 0, OPTION_TIMEOUT },
  { "every", required_argument, 0, OPTION_EVERY },
  { "cron", required_argument, 0, OPTION_CRON },
  { "listen", required_argument, 0, OPTION_LISTEN },
  { "listen-unix", required_argument, 0, OPTION_LISTEN_UNIX },
  { "help", no_argument, 0, OPTION_HELP },
  { 0, 0, 0, 0 }
} ;

static char const help[] =
  "usage: reeve-exec [OPTION...] [--] PROGRAM [ARGUMENT...]\n"
  "       reeve-exec --check CHECK [--timeout DURATION]\n\n"
  "  -u, --user USER[:GROUP...]   become this user; names or numbers; HOME, USER, LOGNAME, too\n"
  "  --keep-home                  HOME, USER and LOGNAME stay as they are\n"
  "  --user-env USER              only set UID, GID, HOME, USER\n"
  "  --env-file FILE              NAME=VALUE lines\n"
  "  -e, --env-dir DIR            a variable a file\n"
  "  --secret NAME                set NAME from the file that NAME_FILE or FILE__NAME names\n"
  "  --unset NAME                 unset a variable\n"
  "  -C, --chdir DIR; --chroot DIR; --umask MODE; -n, --nice N\n"
  "  -l, --limit RESOURCE=SOFT[:HARD]\n"
  "  --session; --group           begin one\n"
  "  -L, --lock FILE              wait for its lock and hold it\n"
  "  -0, --argv0 NAME             the program's own name\n"
  "  -r, --ready CHECK            make CHECK until it passes, then tell readiness: a command,\n"
  "                               or " PROBE_FORMS "\n"
  "  --sd-notify                  pass on what the program tells NOTIFY_SOCKET\n"
  "  --watchdog DURATION          and abort it when it is silent for so long\n"
  "  --listen ADDRESS:PORT        bind, and pass as LISTEN_FDS\n"
  "  --listen-unix PATH           the same for a Unix socket\n"
  "  --every DURATION             wait first, until so long after the last run's start\n"
  "  --cron 'M H D M W'           wait first, until the next moment; also @daily and the like\n\n"
  "  --check CHECK                execute nothing: make CHECK, " PROBE_FORMS ";\n"
  "                               exit 0 when it passes, 1 when not, 99 when it takes too long\n" ;

/* ---- the given options ---- */

struct given
{
  int letter ;
  char const *value ; /* "" for an option without a value */
} ;

static struct given *given ; /* ended by letter 0 */

/* The next option of this letter after `last`; the first for 0. Returns 0 when there is none. */
static struct given const *next_of (int letter, struct given const *last)
{
  for (last = last ? last + 1 : given ; last->letter ; last++)
    if (last->letter == letter) return last ;
  return 0 ;
}

/* The value of an option that counts once: the last one. */
static char const *value_of (int letter)
{
  char const *value = 0 ;
  for (struct given const *g = 0 ; (g = next_of(letter, g)) ; ) value = g->value ;
  return value ;
}

static void for_each (int letter, void (*step) (char const *))
{
  for (struct given const *g = 0 ; (g = next_of(letter, g)) ; ) (*step)(g->value) ;
}

/* ---- values ---- */

static void __attribute__((noreturn)) invalid (char const *what, char const *value, char const *allowed)
{
  strerr_dief5x(EXIT_USAGE, what, value, ": allowed: ", allowed, "") ;
}

static mode_t parse_umask (char const *text)
{
  unsigned int mode ;
  if (*text < '0' || *text > '7' || text[uint_oscan(text, &mode)] || mode > 0777) invalid("invalid mode ", text, "octal numbers to 777") ;
  return (mode_t)mode ;
}

static int parse_nice (char const *text)
{
  uint32_t n ;
  int negative = *text == '-' ;
  if (!identity_parse_number(text + (negative || *text == '+'), &n) || n > NICE_MAX) invalid("invalid niceness ", text, "numbers from -40 to 40") ;
  return negative ? -(int)n : (int)n ;
}

static void parse_limit (char const *text, struct limit *limit)
{
  if (!limit_parse(text, limit))
    invalid("invalid limit ", text, "RESOURCE=SOFT[:HARD], SOFT not above HARD, such as nofile=1024:4096 or core=unlimited; resources: "
      "as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack") ;
}

static void check_name (char const *text)
{
  if (!*text || strchr(text, '=')) invalid("invalid name of a variable ", text, "anything without =") ;
}

/* Checks a value before anything is done, so that a mistake has no effect. */
static void check (int letter, char const *value)
{
  struct limit limit ;
  struct probe probe ;
  switch (letter)
  {
    case OPTION_UMASK : parse_umask(value) ; break ;
    case OPTION_NICE : parse_nice(value) ; break ;
    case OPTION_LIMIT : parse_limit(value, &limit) ; break ;
    case OPTION_SECRET :
    case OPTION_UNSET : check_name(value) ; break ;
    case OPTION_READY : if (probe_is_meant(value)) check_parse(value, &probe) ; break ;
    case OPTION_CHECK : check_parse(value, &probe) ; break ;
    case OPTION_WATCHDOG :
    case OPTION_TIMEOUT : check_parse_duration(value) ; break ;
    case OPTION_EVERY : schedule_check(value, 0) ; break ;
    case OPTION_CRON : schedule_check(0, value) ; break ;
    case OPTION_HELP :
      fputs(help, stdout) ;
      exit(fflush(stdout) ? EXIT_SYSTEM : 0) ;
    case '?' : usage_die() ;
    default : break ;
  }
}

static void parse (int argc, char **argv)
{
  size_t n = 0 ;
  int letter ;
  given = calloc((size_t)argc + 1, sizeof *given) ;
  if (!given) strerr_diefu1sys(EXIT_SYSTEM, "read the options") ;
  while ((letter = getopt_long(argc, argv, SHORT_OPTIONS, longs, 0)) != -1)
  {
    given[n] = (struct given) { .letter = letter, .value = optarg ? optarg : "" } ;
    check(letter, given[n++].value) ;
  }
  if (value_of(OPTION_CHECK))
  {
    if (n != 1 + !!value_of(OPTION_TIMEOUT) || argv[optind]) strerr_dief1x(EXIT_USAGE, "--check executes no program, and makes one check: the only other option is --timeout") ;
    return ;
  }
  if (!argv[optind]) usage_die() ;
  if (value_of(OPTION_TIMEOUT)) strerr_dief1x(EXIT_USAGE, "--timeout is for --check alone") ;
  if (value_of(OPTION_WATCHDOG) && !value_of(OPTION_SD_NOTIFY)) strerr_dief1x(EXIT_USAGE, "--watchdog needs --sd-notify: a program says WATCHDOG=1 to NOTIFY_SOCKET") ;
  if (value_of(OPTION_EVERY) && value_of(OPTION_CRON)) strerr_dief1x(EXIT_USAGE, "--every and --cron exclude each other") ;
  if (value_of(OPTION_READY) && value_of(OPTION_SD_NOTIFY)) strerr_dief1x(EXIT_USAGE, "--ready and --sd-notify exclude each other: use the second if the program can tell") ;
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
  if (value_of(OPTION_USER) && !value_of(OPTION_KEEP_HOME)) replace_user(value_of(OPTION_USER)) ; /* first: later steps may set the same variables */
  for_each(OPTION_ENV_FILE, &environment_read_file) ;
  for_each(OPTION_ENV_DIR, &read_directory) ;
  for_each(OPTION_USER_ENV, &user_into_environment) ;
  for_each(OPTION_SECRET, &environment_read_secret) ;
  for_each(OPTION_UNSET, &unset) ;
}

/* ---- descriptors ---- */

/* The descriptors of the program besides 0, 1 and 2, which the helper must not hold. */
static int *program_fds ;
static unsigned int program_fds_count ;

static void add_program_fd (int fd)
{
  int *more = realloc(program_fds, (program_fds_count + 2) * sizeof *more) ;
  if (!more) strerr_diefu1sys(EXIT_SYSTEM, "book a descriptor") ;
  more[program_fds_count++] = fd ;
  more[program_fds_count] = -1 ;
  program_fds = more ;
}

static void take_lock (char const *path, int above)
{
  int fd = lock_file(path, 0, 1) ;
  int other = fcntl(fd, F_DUPFD, above) ;
  if (other == -1) strerr_diefu2sys(EXIT_SYSTEM, "keep the lock ", path) ;
  fd_close(fd) ; /* the lock stays: it belongs to the open file, not to the number */
  add_program_fd(other) ;
}

static void refuse_collision (char const *file, int fd, unsigned int count)
{
  char number[UINT_FMT] ;
  if (fd < LISTEN_FIRST || (unsigned int)fd >= LISTEN_FIRST + count) return ;
  number[uint_fmt(number, LISTEN_FIRST + count)] = 0 ;
  strerr_dief5x(EXIT_USAGE, file, " names a descriptor that a listening socket has: write ", number, " into ", file) ;
}

static unsigned int collect_listeners (struct listener *listeners, int letter, unsigned int n)
{
  for (struct given const *g = 0 ; (g = next_of(letter, g)) ; )
    listeners[n++] = (struct listener) { .text = g->value, .is_unix = letter == OPTION_LISTEN_UNIX } ;
  return n ;
}

/* Returns the descriptor on which the helper tells readiness; -1: there is no helper. */
static int open_descriptors (int argc)
{
  struct listener *listeners = calloc((size_t)argc, sizeof *listeners) ;
  struct settings settings ;
  unsigned int count ;
  int has_helper = value_of(OPTION_READY) || value_of(OPTION_SD_NOTIFY) ;
  int notification = -1 ;
  int above ; /* above the numbers of the listening sockets */
  if (!listeners) strerr_diefu1sys(EXIT_SYSTEM, "listen") ;
  count = collect_listeners(listeners, OPTION_LISTEN_UNIX, collect_listeners(listeners, OPTION_LISTEN, 0)) ;
  above = LISTEN_FIRST + (int)count ;
  settings_defaults(&settings) ;
  if (count || has_helper)
  {
    settings_read(&settings, SETTINGS_START, 0) ;
    settings_honour(&settings, 0) ;
  }
  refuse_collision("lock-fd", settings.lock_fd, count) ;
  if (!has_helper) refuse_collision("notification-fd", settings.notification_fd, count) ;
  else if (settings.notification_fd == SETTING_NO_FD && access("notification-fd", F_OK) == -1)
    strerr_dief1x(EXIT_USAGE, "there is no notification-fd in this directory, so nobody waits to be told readiness: echo 3 >notification-fd") ;
  else if (settings.notification_fd == SETTING_NO_FD) /* a setting that cannot be used never keeps a service down */
    strerr_warnw1x("what is in notification-fd cannot be used, so nobody waits to be told readiness (going on without): echo 3 >notification-fd") ;
  else notification = helper_take_notification(settings.notification_fd, above) ;
  for (struct given const *g = 0 ; (g = next_of(OPTION_LOCK, g)) ; ) take_lock(g->value, above) ;
  if (settings.lock_fd != SETTING_NO_FD) add_program_fd(settings.lock_fd) ;
  if (count) listen_all(listeners, count) ;
  for (unsigned int i = 0 ; i < count ; i++) add_program_fd(LISTEN_FIRST + (int)i) ;
  free(listeners) ;
  return notification ;
}

/* Sets the variables for sd_watchdog_enabled(3). Inherited values are removed: they come from
   another manager. */
static void set_watchdog (struct readiness *readiness)
{
  char const *text = value_of(OPTION_WATCHDOG) ;
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
    .not_held = program_fds
  } ;
  argv[0] = value_of(OPTION_READY) ;
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
  if (value_of(OPTION_SESSION) && setsid() == -1 && getsid(0) != getpid()) strerr_diefu1sys(EXIT_SYSTEM, "begin a session") ;
  if (value_of(OPTION_GROUP) && setpgid(0, 0) == -1 && getpgrp() != getpid()) strerr_diefu1sys(EXIT_SYSTEM, "begin a process group") ;
}

static void change_niceness (char const *text)
{
  errno = 0 ;
  if (nice(parse_nice(text)) == -1 && errno) strerr_diefu3sys(EXIT_SYSTEM, "change the niceness by ", text, " (only root can lower it)") ;
}

static void apply_limit (char const *text)
{
  struct limit limit ;
  parse_limit(text, &limit) ;
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
  parse(argc, argv) ;
  if (value_of(OPTION_CHECK)) check_and_exit(value_of(OPTION_CHECK), value_of(OPTION_TIMEOUT)) ;
  user = value_of(OPTION_USER) ;
  mode = value_of(OPTION_UMASK) ;
  argv += optind ;
  file = argv[0] ;
  if (mode) umask(parse_umask(mode)) ;
  make_environment() ;
  if (user) identity_find(&identity, user, IDENTITY_NAMES | IDENTITY_NUMBERS | IDENTITY_MEMBERSHIPS) ;
  if (value_of(OPTION_EVERY) || value_of(OPTION_CRON)) schedule_wait(value_of(OPTION_EVERY), value_of(OPTION_CRON)) ;
  notification = open_descriptors(argc) ;
  if (notification != -1) start_helper(notification, user ? &identity : 0) ;
  begin_session_or_group() ;
  for_each(OPTION_NICE, &change_niceness) ;
  for_each(OPTION_LIMIT, &apply_limit) ;
  go_to(value_of(OPTION_CHROOT), value_of(OPTION_CHDIR)) ;
  if (user) identity_become(&identity, 1) ;
  if (value_of(OPTION_ARGV0)) argv[0] = (char *)value_of(OPTION_ARGV0) ;
  launch(file, argv, getenv("PATH")) ;
}
