#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/signals.h"
#include "base/spawn.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"
#include "wire/death_tally.h"
#include "wire/fifodir.h"

#define USAGE "reeve-supervise DIR"
#define PROGRAM "reeve-supervise"
#define RETRY_MS 1000 /* what could not be published */

enum channel { CHANNEL_SIGNALS, CHANNEL_CONTROL, CHANNEL_ORDERS, CHANNEL_NOTIFICATION, CHANNEL_REPORTS, CHANNEL_COUNT } ;

char const *PROG = PROGRAM ;

static char prog[sizeof PROGRAM + 1 + 4096] ;

static void name_program (char const *dir)
{
  size_t len = strnlen(dir, sizeof prog - sizeof PROGRAM - 1) ;
  memcpy(prog, PROGRAM " ", sizeof PROGRAM) ;
  memcpy(prog + sizeof PROGRAM, dir, len) ;
  PROG = prog ;
}

static void make_files (void)
{
  int fd ;
  if (mkdir("supervise", 0700) == -1 && errno != EEXIST) strerr_diefu1sys(111, "make the directory supervise") ;
  fd = lock_take(SUPERVISE_LOCK) ;
  if (fd == -1 && errno == EBUSY) strerr_dief1x(100, "another supervisor is running on this service directory") ;
  if (fd == -1) strerr_diefu1sys(111, "lock " SUPERVISE_LOCK) ;
  if (!fifodir_make(FIFODIR, getegid())) strerr_diefu1sys(111, "make the fifodir " FIFODIR) ;
  if (!fifo_make(CONTROL_FIFO)) strerr_diefu1sys(111, "make the fifo " CONTROL_FIFO) ;
  if (!fifo_make(ORDERS_FIFO)) strerr_diefu1sys(111, "make the fifo " ORDERS_FIFO) ;
  fd = open(DEATH_TALLY_FILE, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) strerr_diefu1sys(111, "make " DEATH_TALLY_FILE) ;
  fd_close(fd) ;
  if (unlink(REPORT_STATE_FILE) == -1 && errno != ENOENT) strerr_warnwu1sys("remove " REPORT_STATE_FILE) ;
}

static int open_channel (char const *path)
{
  int fd = fifo_open(path, O_RDWR) ;
  if (fd == -1) strerr_diefu2sys(111, "open ", path) ;
  return fd ;
}

static int trap_signals (void)
{
  static int const trapped[] = { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT } ;
  int fd = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
  if (fd == -1) strerr_diefu1sys(111, "open a descriptor for signals") ;
  return fd ;
}

static void begin (struct supervisor *s)
{
  settings_defaults(&s->settings) ;
  s->status.flags = access("down", F_OK) == -1 && errno == ENOENT ? STATUS_WANT_UP | STATUS_READY : STATUS_READY ;
  tain_wallclock_read(&s->status.since) ;
  s->status.ready_since = s->status.since ;
  s->state_pending = 0 ;
  publish_status(s) ;
}

/* Milliseconds to sleep; -1: until something happens. */
static int sleep_ms (struct supervisor const *s)
{
  int ms = -1 ;
  if (s->has_deadline)
  {
    tain now ;
    tain left ;
    tain_now(&now) ;
    if (!tain_less(&now, &s->deadline)) return 0 ;
    tain_sub(&left, &s->deadline, &now) ;
    ms = tain_to_millisecs(&left) ;
    ms = ms < 0 ? 3600000 : ms + 1 ;
  }
  if ((s->status_pending || s->state_pending) && (ms < 0 || ms > RETRY_MS)) ms = RETRY_MS ;
  return ms ;
}

static void read_signals (struct supervisor *s, int fd)
{
  int sig ;
  while ((sig = signals_read(fd))) command_signal(s, sig) ;
}

/* One read a wake-up: a flood of commands cannot keep signals and deadlines waiting. */
static void read_bytes (struct supervisor *s, int fd, void (*each) (struct supervisor *, char))
{
  char buf[256] ;
  ssize_t r = read(fd, buf, sizeof buf) ;
  for (ssize_t i = 0 ; i < r && s->phase != PHASE_EXITED ; i++) (*each)(s, buf[i]) ;
}

static void loop (struct supervisor *s, struct pollfd x[CHANNEL_COUNT])
{
  while (s->phase != PHASE_EXITED)
  {
    int ms ;
    publish_pending(s) ;
    ms = sleep_ms(s) ;
    x[CHANNEL_NOTIFICATION].fd = s->notification ;
    x[CHANNEL_REPORTS].fd = s->report_pending ? s->reports : -1 ;
    for (unsigned int i = 0 ; i < CHANNEL_COUNT ; i++) x[i].revents = 0 ;
    if (poll(x, CHANNEL_COUNT, ms) == -1 && errno != EINTR)
    {
      strerr_warnwu1sys("poll") ;
      poll(0, 0, RETRY_MS) ;
    }
    /* Readiness before the end of the same wake-up, and both before new commands. */
    if (x[CHANNEL_NOTIFICATION].revents) command_notified(s) ;
    if (x[CHANNEL_SIGNALS].revents) read_signals(s, x[CHANNEL_SIGNALS].fd) ;
    if (x[CHANNEL_CONTROL].revents & POLLIN) read_bytes(s, x[CHANNEL_CONTROL].fd, &command_letter) ;
    if (x[CHANNEL_ORDERS].revents & POLLIN) read_bytes(s, x[CHANNEL_ORDERS].fd, &command_order) ;
    if (s->has_deadline && !sleep_ms(s)) act(s, LIFE_DEADLINE) ;
  }
}

int main (int argc, char const *const *argv)
{
  static struct supervisor s = { .reports = -1, .notification = -1, .logger_input = -1 } ;
  struct pollfd x[CHANNEL_COUNT] ;
  spawn_prepare_signals() ;
  if (argc != 2 || !argv[1][0]) strerr_dieusage(100, USAGE) ;
  name_program(argv[1]) ;
  if (!tain_now_set_stopwatch_g()) strerr_diefu1sys(111, "read the monotonic clock") ; /* setting the wall clock moves no deadline */
  s.name = argv[1] ;
  if (!spawn_sanitize_stdio()) strerr_diefu1sys(111, "open /dev/null") ;
  /* Relative to where the scanner is: a supervisor has one, or nobody to report to. */
  s.reports = fifo_open(REPORTS_FIFO, O_RDWR) ;
  if (chdir(argv[1]) == -1) strerr_diefu2sys(111, "change directory to ", argv[1]) ;
  make_files() ;
  for (unsigned int i = 0 ; i < CHANNEL_COUNT ; i++) x[i] = (struct pollfd) { .fd = -1, .events = POLLIN } ;
  x[CHANNEL_REPORTS].events = POLLOUT ;
  begin(&s) ; /* before a client finds a supervisor that has no status yet */
  x[CHANNEL_SIGNALS].fd = trap_signals() ;
  x[CHANNEL_CONTROL].fd = open_channel(CONTROL_FIFO) ;
  x[CHANNEL_ORDERS].fd = open_channel(ORDERS_FIFO) ;
  publish_event(&s, 's') ;
  logger_input_hold(&s) ;
  if (s.status.flags & STATUS_WANT_UP) act(&s, LIFE_WANT_UP) ;
  loop(&s, x) ;
  s.report_pending = s.reports >= 0 ;
  publish_pending(&s) ;
  publish_event(&s, 'x') ;
  return 0 ;
}
