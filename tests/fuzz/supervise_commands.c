#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>

#include <skalibs/tai.h>

#include "base/program.h"
#include "fuzz.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"
#include "wire/fifodir.h"
#include "wire/report.h"

char const *PROG = "fuzz" ;

/* What comes in through the fifos of a supervisor, and through notification-fd.
   There is no ./run: starting it fails, as it may at any time; and no new program to
   execute, lest the fuzzer itself be tried. */

extern void __wrap_program_self (char out[PROGRAM_PATH_MAX], char const *name) ;

void __wrap_program_self (char out[PROGRAM_PATH_MAX], char const *name)
{
  snprintf(out, PROGRAM_PATH_MAX, "/nonexistent/%s", name) ;
}

enum source { SOURCE_CONTROL, SOURCE_ORDERS, SOURCE_NOTIFICATION, SOURCE_DEADLINE, SOURCES } ;

static int reports = -1 ;
static int control = -1 ;
static int orders = -1 ;
static int state = -1 ;

static void prepare (void)
{
  struct state nothing = { .phase = PHASE_DOWN } ;
  if (reports >= 0) return ;
  fuzz_enter() ;
  fuzz_directory("supervise") ;
  fuzz_directory(".s6-svscan") ;
  if (!tain_now_set_stopwatch_g() || !fifodir_make(FIFODIR, getegid()) || !fifo_make(CONTROL_FIFO) || !fifo_make(ORDERS_FIFO)
   || !fifo_make(LOGGER_FIFO) || !fifo_make(REPORTS_FIFO)) fuzz_die("prepare") ;
  reports = fifo_open(REPORTS_FIFO, O_RDWR) ;
  control = fifo_open(CONTROL_FIFO, O_RDWR) ;
  orders = fifo_open(ORDERS_FIFO, O_RDWR) ;
  state = state_open() ;
  if (reports == -1 || control == -1 || orders == -1 || state == -1 || !state_write_first(state, &nothing)) fuzz_die(REPORTS_FIFO) ;
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
  struct state saved ;
  CHECK(s->phase == PHASE_DOWN || s->phase == PHASE_WAITING || s->phase == PHASE_EXITED) ;
  CHECK(!s->status.pid && s->notification == -1) ;
  CHECK(s->phase != PHASE_WAITING || s->deadline_ms) ;
  CHECK(s->phase != PHASE_DOWN || (!s->deadline_ms && !(s->status.flags & STATUS_WANT_UP))) ;
  CHECK(state_read(".", &saved, 0)) ;
  CHECK(saved.phase == s->phase && saved.status.flags == s->status.flags) ;
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
    loop_take_readiness(s) ;
  }
  CHECK(!(s->status.flags & STATUS_READY) || s->phase != PHASE_UP) ;
}

/* What its loop does when the fifo can be read, until it is empty. */
static void receive (struct supervisor *s, int fd, void (*read_some) (struct supervisor *), char const *bytes, size_t len)
{
  int before = INT_MAX ;
  int left ;
  if (len && write(fd, bytes, len) != (ssize_t)len) fuzz_die("write") ;
  while (!ioctl(fd, FIONREAD, &left) && left && !loop_is_over(s))
  {
    CHECK(left < before) ;
    before = left ;
    (*read_some)(s) ;
  }
}

/* All orders, to be split once more by other means. */
static char ordered[8192] ;
static size_t ordered_len ;

static void order (struct supervisor *s, char const *bytes, size_t len)
{
  memcpy(ordered + ordered_len, bytes, len) ;
  ordered_len += len ;
  receive(s, s->orders, &loop_take_orders, bytes, len) ;
}

static uint32_t upgrades_ordered (void)
{
  uint32_t n = 0 ;
  char const *end ;
  for (char const *line = ordered ; (end = memchr(line, '\n', ordered_len - (size_t)(line - ordered))) ; line = end + 1)
    n += end - line == 1 && *line == ORDER_UPGRADE ;
  return n ;
}

/* Nothing stays behind for the next input. */
static void empty (int fd)
{
  char buf[4096] ;
  while (read(fd, buf, sizeof buf) > 0) ;
}

static void feed (struct supervisor *s, enum source source, char const *bytes, size_t len)
{
  switch (source)
  {
    case SOURCE_CONTROL : receive(s, s->control, &loop_take_letters, bytes, len) ; break ;
    case SOURCE_ORDERS : order(s, bytes, len) ; break ;
    case SOURCE_NOTIFICATION : notify(s, bytes, len) ; break ;
    default : if (s->deadline_ms) loop_apply(s, LIFE_DEADLINE) ; break ;
  }
}

/* The input: portions, each a source with a length in one byte, and the bytes. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct supervisor s =
  {
    .self = getpid(), .name = "web", .process_fd = -1, .lock = -1, .control = -1, .orders = -1, .state = -1, .reports = -1,
    .notification = -1, .logger_input = -1, .logger_output = -1,
    .checks = { .output = -1, .record = -1 }
  } ;
  unsigned int portions = 0 ;
  int lowest ;
  prepare() ;
  lowest = fuzz_lowest_descriptor() ;
  ordered_len = 0 ;
  unlink("down") ;
  s.reports = reports ;
  s.control = control ;
  s.orders = orders ;
  settings_defaults(&s.settings) ;
  s.status.flags = STATUS_READY ;
  tain_wallclock_read(&s.status.since) ;
  s.status.ready_since = s.status.since ;
  s.state = state ;
  publish_status(&s) ;
  publish_state(&s) ;
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
    if (s.phase == PHASE_EXITED) s.state_pending = 1 ; /* as at the end */
    if (!loop_is_over(&s)) upgrade_progress(&s) ;
    publish_pending(&s) ;
    check(&s) ;
    check_reports(&s) ;
  }
  order(&s, "\n", 1) ;
  if (!loop_is_over(&s)) loop_take_deadlines(&s) ;
  if (!loop_is_over(&s)) CHECK(s.failed_upgrades <= upgrades_ordered() && !s.failed_upgrades == !upgrades_ordered()) ; /* several at once are one */
  empty(orders) ;
  do
  {
    s.phase = PHASE_DOWN ; /* what it has read and not taken */
    receive(&s, orders, &loop_take_orders, "\n", 1) ;
  }
  while (loop_is_over(&s)) ;
  empty(control) ;
  empty(reports) ;
  if (s.logger_input >= 0) close(s.logger_input) ;
  CHECK(fuzz_lowest_descriptor() == lowest) ;
  return 0 ;
}
