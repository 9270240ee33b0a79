#include <fcntl.h>
#include <sys/ioctl.h>

#include <skalibs/tai.h>

#include "fuzz.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"
#include "wire/fifodir.h"
#include "wire/report.h"

char const *PROG = "fuzz" ;

/* What comes in through the fifos of a supervisor, and through notification-fd.
   There is no ./run: starting it fails, as it may at any time. */

enum source { SOURCE_CONTROL, SOURCE_ORDERS, SOURCE_NOTIFICATION, SOURCE_DEADLINE, SOURCES } ;

static int reports = -1 ;

static void prepare (void)
{
  if (reports >= 0) return ;
  fuzz_enter() ;
  fuzz_directory("supervise") ;
  fuzz_directory(".s6-svscan") ;
  if (!tain_now_set_stopwatch_g() || !fifodir_make(FIFODIR, getegid()) || !fifo_make(CONTROL_FIFO) || !fifo_make(ORDERS_FIFO)
   || !fifo_make(LOGGER_FIFO) || !fifo_make(REPORTS_FIFO)) fuzz_die("prepare") ;
  reports = fifo_open(REPORTS_FIFO, O_RDWR) ;
  if (reports == -1) fuzz_die(REPORTS_FIFO) ;
}

/* What the fifo of reports holds is whole lines that the scanner understands. */
static void check_reports (struct supervisor const *s)
{
  char buf[65536] ;
  ssize_t n = read(reports, buf, sizeof buf) ;
  char *line = buf ;
  while (n > 0)
  {
    struct report report ;
    char *end = memchr(line, '\n', (size_t)n) ;
    CHECK(end && report_parse(&report, line, (size_t)(end - line))) ;
    CHECK(!strcmp(report.name, s->name) && report.supervisor == getpid() && !report.pid) ;
    n -= end + 1 - line ;
    line = end + 1 ;
    if (!n) CHECK(report.phase == s->phase && (report.wanted == 'x') == s->leaving) ;
  }
}

static void check (struct supervisor const *s)
{
  struct status status ;
  CHECK(s->phase == PHASE_DOWN || s->phase == PHASE_WAITING || s->phase == PHASE_EXITED) ;
  CHECK(!s->status.pid && s->notification == -1) ;
  CHECK(s->phase != PHASE_WAITING || s->has_deadline) ;
  CHECK(s->phase != PHASE_DOWN || (!s->has_deadline && !(s->status.flags & STATUS_WANT_UP))) ;
  CHECK(status_read(".", &status) && status.flags == s->status.flags && !status.pid) ;
}

static void notify (struct supervisor *s, char const *bytes, size_t len)
{
  int fd[2] ;
  if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1) fuzz_die("pipe") ;
  if (len && write(fd[1], bytes, len) != (ssize_t)len) fuzz_die("write") ;
  close(fd[1]) ;
  s->notification = fd[0] ;
  for (size_t reads = 0 ; s->notification >= 0 ; reads++)
  {
    CHECK(reads <= len / 256 + 1) ;
    command_notified(s) ;
  }
  CHECK(!(s->status.flags & STATUS_READY) || s->phase != PHASE_UP) ;
}

static void feed (struct supervisor *s, enum source source, char const *bytes, size_t len)
{
  switch (source)
  {
    case SOURCE_CONTROL : for (size_t i = 0 ; i < len && s->phase != PHASE_EXITED ; i++) command_letter(s, bytes[i]) ; break ;
    case SOURCE_ORDERS : for (size_t i = 0 ; i < len && s->phase != PHASE_EXITED ; i++) command_order(s, bytes[i]) ; break ;
    case SOURCE_NOTIFICATION : notify(s, bytes, len) ; break ;
    default : if (s->has_deadline) act(s, LIFE_DEADLINE) ; break ;
  }
}

/* The input: portions, each a source with a length in one byte, and the bytes. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct supervisor s = { .name = "web", .reports = -1, .notification = -1, .logger_input = -1 } ;
  unsigned int portions = 0 ;
  int left ;
  prepare() ;
  unlink("down") ;
  s.reports = reports ;
  settings_defaults(&s.settings) ;
  s.status.flags = STATUS_READY ;
  tain_wallclock_read(&s.status.since) ;
  s.status.ready_since = s.status.since ;
  publish_status(&s) ;
  logger_input_hold(&s) ;
  while (size && s.phase != PHASE_EXITED && portions++ < 64)
  {
    unsigned int head = fuzz_byte(&data, &size) ;
    size_t len = head / SOURCES ;
    char *bytes ;
    if (len > size) len = size ;
    bytes = fuzz_copy(data, len) ;
    feed(&s, (enum source)(head % SOURCES), bytes, len) ;
    free(bytes) ;
    data += len ;
    size -= len ;
    publish_pending(&s) ;
    check(&s) ;
    check_reports(&s) ;
  }
  if (s.logger_input >= 0) close(s.logger_input) ;
  CHECK(!ioctl(reports, FIONREAD, &left) && !left) ;
  return 0 ;
}
