#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/text.h"
#include "base/trust.h"
#include "base/width.h"
#include "control/control.h"
#include "control/log_reader.h"
#include "control/page.h"
#include "control/services.h"
#include "service/name.h"
#include "wire/channels.h"

#define NS 1000000000ULL
#define LINES_DEFAULT 100
#define RENEW_MS 1000 /* how often to look for what inotify does not tell: another logger, a new live directory */
#define WITHOUT_INOTIFY_MS 200
#define WATCHED (IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
#define COLOURS 6

struct source
{
  char *name ;
  struct log_reader reader ;
  struct log_line line ;
  int watch ; /* an inotify watch; -1: none */
  unsigned int has_line : 1 ;
  unsigned int dirty : 1 ; /* there may be more lines */
} ;

struct logs
{
  struct request const *request ;
  struct source *sources ;
  size_t count ;
  uint64_t began ; /* nanoseconds since 1970 */
  size_t width ; /* columns of the names, on a terminal */
  int inotify ;
  unsigned int unwatched : 1 ; /* a place cannot be watched */
  unsigned int terminal : 1 ;
  unsigned int colour : 1 ;
  unsigned int named : 1 ; /* each line begins with the name of its service */
} ;

static void end_well (int sig)
{
  (void)sig ;
  _exit(EXIT_YES) ;
}

/* ---- printing ---- */

static void print_stamp (struct log_line const *line)
{
  time_t seconds = (time_t)(line->ns / NS) ;
  struct tm utc ;
  char text[DATE_MAX] ;
  if (!line->has_stamp || !gmtime_r(&seconds, &utc)) return ;
  date_format(text, &utc, 'T') ;
  printf("%s.%06uZ ", text, (unsigned int)(line->ns % NS / 1000)) ;
}

static void print_line (struct logs const *logs, struct source const *source)
{
  struct log_line const *line = &source->line ;
  size_t i = (size_t)(source - logs->sources) ;
  if (logs->colour && logs->named) printf("\033[3%um", (unsigned int)(i % COLOURS) + 1) ;
  if (logs->named) page_print_padded(source->name, logs->width) ;
  if (logs->named) fputs(logs->colour ? " |\033[0m " : " | ", stdout) ;
  if (logs->request->stamps) print_stamp(line) ;
  if (logs->terminal) text_make_printable(line->text, line->len) ;
  fwrite(line->text, 1, line->len, stdout) ;
  putchar('\n') ;
}

/* Writes what is printed so far. If the reader of stdout has ended, so does this. */
static int flush (void)
{
  if (fflush(stdout) && errno == EPIPE) _exit(EXIT_YES) ;
  return page_end() ;
}

/* Prints all lines that there are now, in the order of time. */
static int show (struct logs *logs)
{
  for (;;)
  {
    struct source *next = 0 ;
    for (struct source *s = logs->sources ; s < logs->sources + logs->count ; s++)
    {
      if (!s->has_line && s->dirty) s->has_line = s->dirty = !!log_reader_next(&s->reader, &s->line) ;
      if (s->has_line && (!next || s->line.ns < next->line.ns)) next = s ;
    }
    if (!next) return flush() ;
    print_line(logs, next) ;
    next->has_line = 0 ;
    if (ferror(stdout)) return flush() ;
  }
}

/* ---- what there is to show ---- */

static int exists (char const *name, char const *suffix)
{
  char path[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX + 16] ;
  snprintf(path, sizeof path, "%s%s", name, suffix) ;
  return !access(path, F_OK) ;
}

/* Says why there is no log. Returns 1 if there may be one later. */
static int say_nothing (struct source const *source, int err)
{
  char const *name = source->name ;
  char const *path = source->reader.place.path ;
  size_t len = strlen(name) ;
  size_t suffix = sizeof LOGGER_SUFFIX - 1 ;
  int is_collected = exists(COLLECTOR, "/supervise") ;
  if (err != ENOENT) strerr_warnwu5x("read the log of ", name, ": ", strerror(err), err == EACCES ? " (only its owner and root may)" : "") ;
  else if (*path) strerr_warnw5x("the logger of ", name, " has not made its directory yet: ", path, "") ;
  else if (exists(name, LOGGER_SUFFIX "/run"))
    strerr_warnw8x("the logger of ", name, " writes to no directory that is known (reeve logs reads those of reeve-log, s6-log, multilog and svlogd): see ", name, "/log/run",
      is_collected ? "; what it writes itself is shown by: reeve logs " : "", is_collected ? name : "", is_collected ? LOGGER_SUFFIX : "") ;
  else if (is_collected) strerr_warnw2x(name, " has written nothing yet that is kept") ;
  else if (len > suffix && !strcmp(name + len - suffix, LOGGER_SUFFIX))
    strerr_warnw3x("nothing keeps what the logger ", name, " itself writes; what it has logged is shown for its service") ;
  else
    strerr_warnw5x("nothing keeps what ", name, " writes to the container's output: see `docker logs`, start the tree with REEVE_LOG=prefix (reeve-scan -L prefix), or give it a logger: ", name, "/log/run with `exec reeve-log /var/log/NAME`") ;
  return err == ENOENT && (*path || is_collected) ;
}

static struct source *add (struct logs *logs, char const *name)
{
  struct source *more = realloc(logs->sources, (logs->count + 1) * sizeof *more) ;
  char *copy = strdup(name) ;
  if (!more || !copy) strerr_diefu1sys(EXIT_SYSTEM, "remember the services") ;
  logs->sources = more ;
  for (size_t i = 0 ; i < logs->count ; i++) more[i].reader.name = more[i].name ;
  more += logs->count++ ;
  *more = (struct source) { .name = copy, .watch = -1 } ;
  more->reader = (struct log_reader) LOG_READER(copy) ;
  more->reader.follows = logs->request->follow ;
  return more ;
}

static uint64_t count_of (struct logs const *logs)
{
  struct request const *request = logs->request ;
  if (request->has_tail) return request->tail ;
  return request->since_ms || (request->count == 1 && !request->listed && !logs->terminal && !request->follow) ? LOG_ALL : LINES_DEFAULT ;
}

/* Says why no service at all has one. `err`: of a log that is there and cannot be read; else ENOENT. */
static int say_no_log (struct request const *request, int err)
{
  if (!request->count && !services_scanner_lives()) return services_need_scanner(request) ;
  if (err != ENOENT) strerr_warnwu3x("read any log: ", strerror(err), err == EACCES ? " (only their owners and root may)" : "") ;
  else if (exists(COLLECTOR, "/supervise")) strerr_warnw1x("there is no log to show: no service has written anything yet that is kept") ;
  else strerr_warnw1x("there is no log to show: no service has a logger, and nothing keeps what they write; it goes to the container's output: see `docker logs`, or start the tree with REEVE_LOG=prefix (reeve-scan -L prefix)") ;
  return EXIT_NO ;
}

/* Opens the logs. Returns EXIT_NO if a service that the user named has no log, or if no service has one. */
static int open_all (struct logs *logs)
{
  struct request const *request = logs->request ;
  uint64_t since = request->since_ms ? logs->began - request->since_ms * (NS / 1000) : 0 ;
  int found = 0 ;
  int err = ENOENT ;
  int code = EXIT_YES ;
  if (request->since_ms > logs->began / (NS / 1000)) since = 0 ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct source *s = add(logs, request->names[i]) ;
    s->dirty = !!log_reader_open(&s->reader, count_of(logs), since) ;
    found |= s->dirty ;
    if (s->dirty) continue ;
    if (errno != ENOENT) err = errno ;
    s->reader.since = logs->began ;
    if (!request->listed && !(say_nothing(s, errno) && request->follow)) code = EXIT_NO ;
  }
  if (!request->listed || found || request->follow) return code ;
  return say_no_log(request, err) ;
}

/* ---- following ---- */

static void watch (struct logs *logs, struct source *s)
{
  char path[64] ;
  if (s->watch >= 0) inotify_rm_watch(logs->inotify, s->watch) ;
  snprintf(path, sizeof path, "/proc/self/fd/%d", s->reader.place.dir) ;
  s->watch = inotify_add_watch(logs->inotify, path, WATCHED) ;
  if (s->watch == -1) logs->unwatched = 1 ;
}

/* If LIVE was removed and made anew, enters the new one. */
static void look_for_live (struct logs const *logs)
{
  struct stat here ;
  int fd ;
  if (*logs->request->live != '/' || stat(".", &here) == -1 || here.st_nlink) return ;
  fd = trust_anyones_directory(AT_FDCWD, logs->request->live, 0) ;
  if (fd == -1) return ;
  if (fchdir(fd) == -1) strerr_warnwu2sys("enter the live directory ", logs->request->live) ;
  fd_close(fd) ;
}

static void look_for_services (struct logs *logs)
{
  size_t count ;
  char **names = services_list(!logs->request->all, &count) ;
  for (size_t i = 0 ; names && i < count ; i++)
  {
    size_t j = 0 ;
    while (j < logs->count && strcmp(logs->sources[j].name, names[i]) != 0) j++ ;
    if (j == logs->count) add(logs, names[i])->reader.since = logs->began ;
  }
  if (names) services_free(names, count) ;
}

/* Looks for what inotify does not tell. */
static void renew (struct logs *logs)
{
  look_for_live(logs) ;
  if (logs->request->listed) look_for_services(logs) ;
  for (struct source *s = logs->sources ; s < logs->sources + logs->count ; s++)
  {
    int found = log_reader_renew(&s->reader) ;
    if (found == 2 || (found && s->watch == -1)) watch(logs, s) ;
    s->dirty = !!found ;
  }
}

static void take_events (struct logs *logs)
{
  char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event)))) ;
  ssize_t r = read(logs->inotify, bytes, sizeof bytes) ;
  for (char const *at = bytes ; r > 0 && at < bytes + r ; )
  {
    struct inotify_event const *event = (struct inotify_event const *)(void const *)at ;
    at += sizeof *event + event->len ;
    for (struct source *s = logs->sources ; s < logs->sources + logs->count ; s++)
      if (event->wd == -1 || s->watch == event->wd) s->dirty = 1 ;
  }
}

static int follow (struct logs *logs)
{
  struct pollfd x[2] = { { .fd = -1, .events = POLLIN }, { .fd = 1 } } ;
  uint64_t due = 0 ;
  x[0].fd = logs->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) ;
  if (logs->inotify == -1) logs->unwatched = 1 ;
  for (;;)
  {
    uint64_t now = clock_ms() ;
    int code ;
    if (now >= due)
    {
      renew(logs) ;
      now = clock_ms() ;
      due = now + (logs->unwatched ? WITHOUT_INOTIFY_MS : RENEW_MS) ;
    }
    code = show(logs) ;
    if (code) return code ;
    if (poll(x, 2, (int)(due > now ? due - now : 0)) <= 0) continue ;
    if (x[1].revents & (POLLERR | POLLHUP | POLLNVAL)) return EXIT_YES ; /* the reader of stdout has ended */
    if (x[0].revents) take_events(logs) ;
  }
}

/* Raises the limit of open files: each service takes one or two. */
static void raise_limit (void)
{
  struct rlimit limit ;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= limit.rlim_max) return ;
  limit.rlim_cur = limit.rlim_max ;
  if (setrlimit(RLIMIT_NOFILE, &limit) == -1) strerr_warnwu1sys("raise the limit of open files") ;
}

int command_logs (struct request const *request)
{
  char const *no_colour = getenv("NO_COLOR") ;
  struct logs logs = { .request = request, .began = clock_wall_ms() * (NS / 1000), .inotify = -1 } ;
  int code ;
  int shown ;
  signal(SIGPIPE, &end_well) ;
  signal(SIGINT, &end_well) ;
  signal(SIGTERM, &end_well) ;
  raise_limit() ;
  logs.terminal = !!isatty(1) ;
  logs.colour = logs.terminal && !(no_colour && *no_colour) ;
  logs.named = request->listed || request->count > 1 ;
  for (size_t i = 0 ; logs.terminal && i < request->count ; i++)
    if (width_of_string(request->names[i]) > logs.width) logs.width = width_of_string(request->names[i]) ;
  if (logs.width > PAGE_WIDTH / 4) logs.width = PAGE_WIDTH / 4 ;
  code = open_all(&logs) ;
  if (request->follow && !code) return follow(&logs) ;
  shown = show(&logs) ;
  return shown ? shown : code ;
}
