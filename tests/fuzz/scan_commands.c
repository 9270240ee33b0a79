#include <sys/ioctl.h>

#include "scan/look.h"
#include "scan/requests.h"
#include "scan/upgrade.h"
#include "scan_world.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/report.h"
#include "wire/scan_state.h"

char const *PROG = "fuzz" ;

/* The letters in the scanner's control fifo, while service directories come and go,
   supervisors report and end, and nothing can be started for a while. */

#define SERVICES 3

static char const *const services[SERVICES] = { "scan/a", "scan/b", "live/foreign" } ; /* seen from the root */

enum source { SOURCE_CONTROL, SOURCE_END, SOURCE_TIME, SOURCE_CHANGE, SOURCE_REPORT, SOURCE_REFUSE, SOURCES } ;

static int control = -1 ;
static int reports = -1 ;
static int lock = -1 ;
static char root[SCAN_PATH_MAX - 16] ;

static void prepare (void)
{
  if (control >= 0) return ;
  fuzz_enter() ;
  if (!getcwd(root, sizeof root)) fuzz_die("getcwd") ;
  fuzz_directory("scan") ;
  fuzz_directory("live") ;
  fuzz_directory("live/.s6-svscan") ;
  if (chdir("live") == -1 || !fifo_make(SCAN_CONTROL_FIFO) || !fifo_make(REPORTS_FIFO)) fuzz_die("prepare") ;
  control = fifo_open(SCAN_CONTROL_FIFO, O_RDWR) ;
  reports = fifo_open(REPORTS_FIFO, O_RDWR) ;
  lock = lock_take(SCAN_LOCK, 0600) ;
  if (control == -1 || reports == -1 || lock == -1) fuzz_die("prepare") ;
}

static void clear (void)
{
  static char const *const made[] = { "../scan", "a", "b", "foreign" } ;
  for (unsigned int i = 0 ; i < sizeof made / sizeof *made ; i++)
    if (!access(made[i], F_OK)) CHECK(rm_rf(made[i]) != -1) ;
  fuzz_directory("../scan") ;
}

static void path_of (char out[64], unsigned int service, char const *file)
{
  snprintf(out, 64, "../%s%s", services[service], file) ;
}

static void make_run (unsigned int service, char const *file, mode_t mode)
{
  char path[64] ;
  path_of(path, service, file) ;
  fuzz_file(path, "#!/bin/sh\n", 10) ;
  if (chmod(path, mode) == -1) fuzz_die(path) ;
}

/* What a user may do to a service directory. */
static void change (unsigned int how)
{
  unsigned int service = how % SERVICES ;
  char path[64] ;
  struct stat st ;
  path_of(path, service, "") ;
  if (how / SERVICES % 4 == 0)
  {
    if (!lstat(path, &st) && rm_rf(path) == -1) fuzz_die(path) ;
    return ;
  }
  fuzz_directory(path) ;
  if (how / SERVICES % 4 == 1) return ;
  make_run(service, "/run", how / SERVICES % 4 == 2 ? 0755 : 0644) ;
  if (how / SERVICES / 4 % 2)
  {
    path_of(path, service, "/log") ;
    fuzz_directory(path) ;
    make_run(service, "/log/run", 0755) ;
  }
}

static struct child *some_child (unsigned int which)
{
  for (unsigned int i = 0 ; i < world.children ; i++)
    if (!world.child[i].ended && !which--) return world.child + i ;
  return 0 ;
}

/* In order, by a failure, or by a signal, which leaves strays to the scanner. An innocent
   may fall to it before. */
static void end (struct scanner *s, unsigned int which, unsigned int how)
{
  static int const wstats[3] = { 0, 256, SIGKILL } ;
  struct child *c = some_child(which) ;
  if (!c) return ;
  if (how / 48 % 2) add_child(STRAY, "") ;
  end_child(c, wstats[how % 3]) ;
  for (unsigned int i = 0 ; c->kind == SUPERVISOR && c->wstat && i < how / 3 % 4 ; i++) add_child(STRAY, "") ;
  if (how / 24 % 2) reap(s) ; /* if not, another one ends first */
}

static void receive (struct scanner *s, int fd, void (*read_some) (struct scanner *), char const *bytes, size_t len)
{
  int left ;
  if (len && write(fd, bytes, len) != (ssize_t)len) fuzz_die("write") ;
  while (!ioctl(fd, FIONREAD, &left) && left) (*read_some)(s) ;
}

static void read_reports (struct scanner *s)
{
  reap_reports(s) ;
}

static void report (struct scanner *s, unsigned int which, unsigned int what)
{
  char line[REPORT_SIZE_MAX] ;
  struct child const *c = some_child(which) ;
  struct report report = { .phase = (enum phase)(what % PHASE_COUNT), .wanted = 'u' } ;
  if (!c || c->kind != SUPERVISOR) return ;
  report.supervisor = pid_of(c) ;
  report.pid = what & 64 ? (pid_t)(FIRST_PID + what % 8) : 0 ;
  report.main_service = report.ended = what == 255 ;
  strcpy(report.name, c->name) ;
  receive(s, s->reports, &read_reports, line, report_format(line, &report)) ;
}

/* The client waits for an upgrade's outcome in that file. */
static void check_upgrade (struct scanner const *s)
{
  struct scan_state state ;
  if (!s->upgrade.count && !s->upgrade.failed) return ;
  CHECK(scan_state_read(&state) && state.failed_upgrades == s->upgrade.failed && !strcmp(state.scan, s->scan)) ;
  CHECK(fcntl(control, F_GETFD) == FD_CLOEXEC && fcntl(reports, F_GETFD) == FD_CLOEXEC && fcntl(lock, F_GETFD) == FD_CLOEXEC) ;
}

static void feed (struct scanner *s, enum source source, char const *bytes, size_t len)
{
  unsigned int first = len ? (unsigned char)bytes[0] : 0 ;
  unsigned int second = len > 1 ? (unsigned char)bytes[1] : 0 ;
  switch (source)
  {
    case SOURCE_CONTROL : receive(s, control, &requests_letters, bytes, len) ; break ;
    case SOURCE_END : end(s, first, second) ; break ;
    case SOURCE_TIME : world.now_ms += first * 16 ; break ;
    case SOURCE_CHANGE : change(first) ; break ;
    case SOURCE_REPORT : report(s, first, second) ; break ;
    default : world.refuses = (int)(first & 1) ; break ;
  }
}

/* The input: portions, each a source with a length in one byte, and the bytes. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  static struct scanner s ;
  unsigned int portions = 0 ;
  int lowest ;
  prepare() ;
  lowest = fuzz_lowest_descriptor() ;
  clear() ;
  begin_scanner(&s) ;
  s.control = control ;
  s.reports = reports ;
  s.lock = lock ;
  strcpy(s.live, "live") ;
  strcpy(s.origin, root) ;
  snprintf(s.scan, sizeof s.scan, "%s/scan", root) ;
  change(2 * SERVICES) ;
  change(1 + (2 + 4) * SERVICES) ;
  look_order(&s, 0) ;
  while (size && portions++ < 64)
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
    if (stop_progress(&s)) break ;
    upgrade_progress(&s) ;
    wake_up(&s) ;
    check_children(&s) ;
    check_upgrade(&s) ;
  }
  end_scanner(&s) ;
  CHECK(fuzz_lowest_descriptor() == lowest) ;
  return 0 ;
}
