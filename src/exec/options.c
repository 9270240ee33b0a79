#include "exec/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "service/probe.h"

#define NICE_MAX 40

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

static struct given *given ; /* ended by letter 0 */

struct given const *option_next (int letter, struct given const *last)
{
  for (last = last ? last + 1 : given ; last->letter ; last++)
    if (last->letter == letter) return last ;
  return 0 ;
}

char const *option_value (int letter)
{
  char const *value = 0 ;
  for (struct given const *g = 0 ; (g = option_next(letter, g)) ; ) value = g->value ;
  return value ;
}

/* ---- values ---- */

static void __attribute__((noreturn)) invalid (char const *what, char const *value, char const *allowed)
{
  strerr_dief5x(EXIT_USAGE, what, value, ": allowed: ", allowed, "") ;
}

mode_t option_umask (char const *text)
{
  unsigned int mode ;
  if (*text < '0' || *text > '7' || text[uint_oscan(text, &mode)] || mode > 0777) invalid("invalid mode ", text, "octal numbers to 777") ;
  return (mode_t)mode ;
}

int option_nice (char const *text)
{
  uint32_t n ;
  int negative = *text == '-' ;
  if (!identity_parse_number(text + (negative || *text == '+'), &n) || n > NICE_MAX) invalid("invalid niceness ", text, "numbers from -40 to 40") ;
  return negative ? -(int)n : (int)n ;
}

void option_limit (char const *text, struct limit *limit)
{
  if (!limit_parse(text, limit))
    invalid("invalid limit ", text, "RESOURCE=SOFT[:HARD], SOFT not above HARD, such as nofile=1024:4096 or core=unlimited; resources: "
      "as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack") ;
}

static void check_name (char const *text)
{
  if (!*text || strchr(text, '=')) invalid("invalid name of a variable ", text, "anything without =") ;
}

/* ---- parsing ---- */

static void check (int letter, char const *value)
{
  struct limit limit ;
  struct probe probe ;
  switch (letter)
  {
    case OPTION_UMASK : option_umask(value) ; break ;
    case OPTION_NICE : option_nice(value) ; break ;
    case OPTION_LIMIT : option_limit(value, &limit) ; break ;
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

void options_parse (int argc, char **argv)
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
  if (option_value(OPTION_CHECK))
  {
    if (n != 1 + !!option_value(OPTION_TIMEOUT) || argv[optind]) strerr_dief1x(EXIT_USAGE, "--check executes no program, and makes one check: the only other option is --timeout") ;
    return ;
  }
  if (!argv[optind]) usage_die() ;
  if (option_value(OPTION_TIMEOUT)) strerr_dief1x(EXIT_USAGE, "--timeout is for --check alone") ;
  if (option_value(OPTION_WATCHDOG) && !option_value(OPTION_SD_NOTIFY)) strerr_dief1x(EXIT_USAGE, "--watchdog needs --sd-notify: a program says WATCHDOG=1 to NOTIFY_SOCKET") ;
  if (option_value(OPTION_EVERY) && option_value(OPTION_CRON)) strerr_dief1x(EXIT_USAGE, "--every and --cron exclude each other") ;
  if (option_value(OPTION_READY) && option_value(OPTION_SD_NOTIFY)) strerr_dief1x(EXIT_USAGE, "--ready and --sd-notify exclude each other: use the second if the program can tell") ;
}
