#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/duration.h"
#include "log/log.h"
#include "service/name.h"

#define SIZE_DEFAULT 1000000
#define FILES_DEFAULT 10
#define RETRY_MS 1000

static char const usage[] =
  "usage: reeve-log [OPTION...] DIR|-|/dev/stderr...\n"
  "       reeve-log --syslog[=PATH] [OPTION...] [DIR|-|/dev/stderr...]\n"
  "  -t, --stamp iso|tai|none  before each line (default: iso in directories, none elsewhere)\n"
  "  -j, --json                an object a line: time, service, text\n"
  "  -p, --prefix TEXT         before each line; with --json, the service\n"
  "  -s, --size BYTES          rotate a file that has reached this (1000000)\n"
  "  -n, --files N             keep so many old files (10)\n"
  "  -a, --age DURATION        rotate a file that is older: 500ms, 5s, 2m, 24h\n"
  "  -o, --only GLOB           only lines that match one of these\n"
  "  -d, --drop GLOB           no lines that match one of these\n"
  "  --syslog[=PATH]           datagrams that are sent to /dev/log, or PATH, instead of stdin; to stdout\n" ;

static void __attribute__((noreturn)) show_usage (int fd, int code)
{
  if (write(fd, usage, sizeof usage - 1) == -1) code = EXIT_SYSTEM ;
  _exit(code) ;
}

static void __attribute__((noreturn)) invalid (char const *option, char const *value, char const *allowed)
{
  strerr_dief6x(EXIT_USAGE, "invalid ", option, " \"", value, "\": allowed: ", allowed) ;
}

struct options
{
  struct directive to ; /* the settings that all places share */
  struct logdir dir ;
  char *const *only ;
  int stamps_given ;
} ;

static void set_stamp (struct options *options, char const *name)
{
  static struct { char name[5] ; unsigned int stamps ; } const known[] = { { "iso", STAMP_UTC }, { "tai", STAMP_TAI }, { "none", 0 } } ;
  for (size_t i = 0 ; i < sizeof known / sizeof *known ; i++)
  {
    if (strcmp(name, known[i].name) != 0) continue ;
    options->to.stamps = known[i].stamps ;
    options->stamps_given = 1 ;
    return ;
  }
  invalid("--stamp", name, "iso, tai, none") ;
}

/* NAME, if the working directory is LIVE/NAME/log; else the name of the directory. */
static char const *service_here (void)
{
  static char path[PATH_MAX] ;
  char *slash ;
  if (!getcwd(path, sizeof path)) return "" ;
  slash = strrchr(path, '/') ;
  if (slash && !strcmp(slash, LOGGER_SUFFIX)) *slash = 0 ;
  slash = strrchr(path, '/') ;
  return slash ? slash + 1 : path ;
}

static void add_place (struct logger *l, struct options const *options, char const *place)
{
  int fd = !strcmp(place, "-") || !strcmp(place, "/dev/stdout") ? 1 : !strcmp(place, "/dev/stderr") ? 2 : 0 ;
  struct logdir dir = options->dir ;
  struct sink *sink ;
  struct directive *d ;
  dir.path = place ;
  if (!*place) invalid("place", place, "a directory, -, /dev/stderr") ;
  /* Otherwise s6-log's n20 would be a directory. */
  if (!fd && *place != '/' && *place != '.')
    strerr_dief5x(EXIT_USAGE, "invalid place \"", place, "\": for a directory write ./", place, "; for s6-log's directives call it as s6-log") ;
  sink = fd ? logger_stream(l, fd) : logger_directory(l, &dir) ;
  d = logger_add(l, fd ? TO_STREAM : TO_LOGDIR) ;
  *d = options->to ;
  d->kind = fd ? TO_STREAM : TO_LOGDIR ;
  d->sink = sink ;
  if (!options->stamps_given && !fd) d->stamps = STAMP_UTC ;
}

/* The selections come before all places: first --only, then --drop, whatever their order on the command line. */
static void select_lines (struct logger *l, char const **globs, size_t n, enum directive_kind kind)
{
  if (n && kind == SELECT) logger_pattern(l, DESELECT, PATTERN_ERE, "") ;
  for (size_t i = 0 ; i < n ; i++) logger_pattern(l, kind, PATTERN_GLOB, globs[i]) ;
}

void options_parse (struct logger *l, int argc, char **argv)
{
  static struct option const longs[] =
  {
    { "stamp", required_argument, 0, 't' },
    { "json", no_argument, 0, 'j' },
    { "prefix", required_argument, 0, 'p' },
    { "size", required_argument, 0, 's' },
    { "files", required_argument, 0, 'n' },
    { "age", required_argument, 0, 'a' },
    { "only", required_argument, 0, 'o' },
    { "drop", required_argument, 0, 'd' },
    { "syslog", optional_argument, 0, 'S' },
    { "help", no_argument, 0, 'h' },
    { 0, 0, 0, 0 }
  } ;
  struct options options = { .dir = LOGDIR_ZERO } ;
  char const **only = calloc((size_t)argc * 2, sizeof *only) ;
  char const **drop ;
  char const *equals ;
  size_t nonly = 0 ;
  size_t ndrop = 0 ;
  int c ;
  if (!only) strerr_diefu1sys(EXIT_SYSTEM, "read the options") ;
  drop = only + argc ;
  options.dir.rotate_at = SIZE_DEFAULT ;
  options.dir.files = FILES_DEFAULT ;
  options.dir.retry_ms = RETRY_MS ;
  while ((c = getopt_long(argc, argv, "t:jp:s:n:a:o:d:h", longs, 0)) != -1)
  {
    switch (c)
    {
      case 't' : set_stamp(&options, optarg) ; break ;
      case 'j' : options.to.json = 1 ; break ;
      case 'p' : options.to.prefix = optarg ; break ;
      case 's' : if (!uint640_scan(optarg, &options.dir.rotate_at) || !options.dir.rotate_at) invalid("--size", optarg, "a number of bytes") ; break ;
      case 'n' : if (!uint320_scan(optarg, &options.dir.files)) invalid("--files", optarg, "a number") ; break ;
      case 'a' : if (!duration_parse(optarg, &options.dir.age_ms)) invalid("--age", optarg, "500ms, 5s, 2m, 24h; a bare number is seconds") ; break ;
      case 'o' : only[nonly++] = optarg ; break ;
      case 'd' : drop[ndrop++] = optarg ; break ;
      case 'S' :
        equals = strchr(argv[optind - 1], '=') ;
        l->socket_path = equals ? equals + 1 : "/dev/log" ;
        if (!*l->socket_path) invalid("--syslog", "", "a path") ;
        l->ready_fd = ready_fd() ;
        break ;
      case 'h' : show_usage(1, 0) ;
      default : show_usage(2, EXIT_USAGE) ;
    }
  }
  if (!argv[optind] && !l->socket_path) show_usage(2, EXIT_USAGE) ;
  select_lines(l, only, nonly, SELECT) ;
  select_lines(l, drop, ndrop, DESELECT) ;
  free(only) ;
  if (options.to.json && !options.to.prefix) options.to.prefix = service_here() ;
  if (!argv[optind]) add_place(l, &options, "-") ;
  for (argv += optind ; *argv ; argv++) add_place(l, &options, *argv) ;
}
