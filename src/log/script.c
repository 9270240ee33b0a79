#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "log/log.h"

#define USAGE "s6-log [ -d notif ] [ -q | -v ] [ -b ] [ -p ] [ -l linelimit ] [ -- ] logging_script"
#define LINE_MIN 48
#define LINE_MAX_DEFAULT 8192
#define SIZE_MIN 4096
#define SIZE_MAX_S6 268435455

/* What control directives have set for the actions that follow them. */
struct control
{
  uint32_t size ;
  uint32_t tolerance ;
  uint32_t files ;
  uint32_t retry_ms ;
  uint32_t alert_most ;
  uint32_t status_most ;
  uint64_t total ;
  char const *processor ;
  char const *prefix ;
  unsigned int processor_is_shells : 1 ;
  unsigned int stamps ; /* for the next action only */
} ;

static void __attribute__((noreturn)) wrong (char const *directive)
{
  strerr_dief2x(EXIT_USAGE, "invalid directive: ", directive) ;
}

static void number (char const *directive, uint32_t *n)
{
  if (!uint320_scan(directive + 1, n)) wrong(directive) ;
}

static void alone (char const *directive)
{
  if (directive[1]) wrong(directive) ;
}

static void control (struct control *c, char const *directive)
{
  switch (directive[0])
  {
    case 'n' : number(directive, &c->files) ; break ;
    case 's' :
      number(directive, &c->size) ;
      if (c->size < SIZE_MIN) c->size = SIZE_MIN ;
      if (c->size > SIZE_MAX_S6) c->size = SIZE_MAX_S6 ;
      break ;
    case 'S' : if (!uint640_scan(directive + 1, &c->total)) wrong(directive) ; break ;
    case 'l' :
      number(directive, &c->tolerance) ;
      if (c->tolerance > c->size / 2) strerr_dief3x(EXIT_USAGE, "directive ", directive, " conflicts with the s directive before it: at most half of it") ;
      break ;
    case 'r' : number(directive, &c->retry_ms) ; break ;
    case 'E' : number(directive, &c->alert_most) ; break ;
    case '^' : number(directive, &c->status_most) ; break ;
    case 'p' : c->prefix = directive[1] ? directive + 1 : 0 ; break ;
    case '!' : case '?' :
      c->processor = directive[1] ? directive + 1 : 0 ;
      c->processor_is_shells = directive[0] == '?' ;
      break ;
    case 't' : alone(directive) ; c->stamps |= STAMP_TAI ; break ;
    case 'T' : alone(directive) ; c->stamps |= STAMP_LOCAL ; break ;
    default : wrong(directive) ;
  }
}

static struct sink *directory (struct logger *l, struct control const *c, char const *path)
{
  struct logdir d = LOGDIR_ZERO ;
  d.path = path ;
  d.rotate_at = c->size > c->tolerance ? c->size - c->tolerance : 1 ;
  d.total = c->total ;
  d.files = c->files ;
  d.retry_ms = c->retry_ms ;
  d.processor = c->processor ;
  d.processor_is_shells = c->processor_is_shells ;
  return logger_directory(l, &d) ;
}

static void action (struct logger *l, struct control *c, char const *directive)
{
  struct directive *d = logger_add(l, directive[0] == '=' ? TO_STATUS : directive[0] == '1' || directive[0] == '2' ? TO_STREAM : TO_LOGDIR) ;
  d->stamps = c->stamps ;
  d->prefix = c->prefix ;
  c->stamps = 0 ;
  switch (d->kind)
  {
    case TO_STATUS :
      if (!directive[1]) wrong(directive) ;
      d->file = directive + 1 ;
      d->most = c->status_most ;
      break ;
    case TO_STREAM :
      alone(directive) ;
      d->alert = directive[0] == '2' ;
      d->most = d->alert ? c->alert_most : 0 ;
      d->sink = logger_stream(l, directive[0] - '0') ;
      break ;
    default : d->sink = directory(l, c, directive) ;
  }
}

static void script (struct logger *l, char const *const *argv)
{
  struct control c = { .size = 99999, .tolerance = 2000, .files = 10, .retry_ms = 2000, .alert_most = 200, .status_most = 1001 } ;
  int acted = 0 ;
  int has_action = 0 ;
  for (; *argv ; argv++)
  {
    acted = 0 ;
    switch (**argv)
    {
      case '+' : logger_pattern(l, SELECT, PATTERN_ERE, *argv + 1) ; break ;
      case '-' : logger_pattern(l, DESELECT, PATTERN_ERE, *argv + 1) ; break ;
      case 'f' : alone(*argv) ; logger_add(l, SELECT_UNUSED) ; break ;
      case '1' : case '2' : case '=' : case '.' : case '/' :
        action(l, &c, *argv) ;
        acted = has_action = 1 ;
        break ;
      default : control(&c, *argv) ;
    }
  }
  if (!has_action) strerr_dief1x(EXIT_USAGE, "no action directive specified: name a directory, 1, 2 or =FILE") ;
  if (!acted && !l->quiet) strerr_warnw1x("ignoring extraneous non-action directives") ;
}

void script_parse (struct logger *l, int argc, char **argv)
{
  uint32_t n ;
  int verbosity = 1 ;
  int c ;
  l->line_max = LINE_MAX_DEFAULT ;
  l->nul_ends_line = 1 ;
  while ((c = getopt(argc, argv, "+d:qvbpl:")) != -1)
  {
    switch (c)
    {
      case 'd' : if (!uint320_scan(optarg, &l->ready_fd) || l->ready_fd < 3) strerr_dieusage(EXIT_USAGE, USAGE) ; break ;
      case 'q' : verbosity-- ; break ;
      case 'v' : verbosity++ ; break ;
      case 'b' : break ; /* it always writes all before it reads more */
      case 'p' : l->ignores_sigterm = 1 ; break ;
      case 'l' :
        if (!uint320_scan(optarg, &n)) strerr_dieusage(EXIT_USAGE, USAGE) ;
        l->line_max = n && n < LINE_MIN ? LINE_MIN : n ;
        break ;
      default : strerr_dieusage(EXIT_USAGE, USAGE) ;
    }
  }
  if (!argv[optind]) strerr_dieusage(EXIT_USAGE, USAGE) ;
  l->quiet = verbosity < 1 ;
  script(l, (char const *const *)argv + optind) ;
}
