#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/process.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

#define PRODUCERS_LOGGER "log/" LOGGER_FIFO
#define LOOK_MS 3000
#define ROOM_LOOK_MS 500
#define ROOM_MAX (1 << 20) /* what any user may have (/proc/sys/fs/pipe-max-size) */

static int is_missing (int err)
{
  return err == ENOENT || err == ENOTDIR ;
}

int logger_input_hold (struct supervisor *s)
{
  if (s->reports == -1) return 1 ; /* without a scanner nobody runs the logger */
  if (s->logger_input == -1) s->logger_input = fifo_open(LOGGER_FIFO, s->running_dry ? O_RDONLY : O_RDWR) ;
  return (s->logger_input >= 0 || is_missing(errno)) && logger_input_hold_loggers(s) ;
}

int logger_input_hold_loggers (struct supervisor *s)
{
  if (s->reports >= 0 && s->logger_output == -1) s->logger_output = fifo_open(PRODUCERS_LOGGER, O_RDWR) ;
  return s->reports == -1 || s->logger_output >= 0 || is_missing(errno) ;
}

void logger_input_run_dry (struct supervisor *s)
{
  int reader ;
  if (s->logger_input == -1 || s->running_dry) return ;
  reader = fifo_open(LOGGER_FIFO, O_RDONLY) ; /* before the other end goes, or what is in it is lost */
  if (reader == -1) strerr_warnwu1sys("reopen " LOGGER_FIFO " for reading") ;
  fd_close(s->logger_input) ;
  s->logger_input = reader ;
  s->running_dry = 1 ;
}

/* In bytes. */
static unsigned int unread (struct supervisor const *s)
{
  int n = 0 ;
  return s->logger_input >= 0 && !ioctl(s->logger_input, FIONREAD, &n) && n > 0 ? (unsigned int)n : 0 ;
}

int logger_input_left (struct supervisor const *s)
{
  return s->running_dry && unread(s) ;
}

static int is_stopped (struct supervisor const *s)
{
  struct process_look look ;
  return process_look(s->process.pid, &look) && look.state == 'T' ;
}

static void say_not_waited_for (unsigned int left)
{
  char bytes[UINT_FMT] ;
  bytes[uint_fmt(bytes, left)] = 0 ;
  strerr_warnw3x("./run has taken nothing for some seconds of the ", bytes, " bytes that the service has written last: it is not waited for") ;
}

/* That nothing moves shows at the second look. */
static int look_at_reader (struct supervisor *s, uint64_t now)
{
  unsigned int left = unread(s) ;
  int stuck = s->look_ms && left && s->backlog && left >= s->backlog ;
  s->backlog = left ;
  s->look_ms = now + LOOK_MS ;
  if (!stuck) return 0 ;
  if (is_stopped(s)) return signal_run(s, SIGCONT, 0), 0 ;
  say_not_waited_for(left) ;
  return 1 ;
}

static void make_room (struct supervisor *s, uint64_t now)
{
  struct pollfd x = { .fd = s->logger_output, .events = POLLOUT } ;
  int size ;
  s->look_ms = now + ROOM_LOOK_MS ;
  if (poll(&x, 1, 0)) return ;
  size = fcntl(s->logger_output, F_GETPIPE_SZ) ;
  if (size > 0 && size < ROOM_MAX && fcntl(s->logger_output, F_SETPIPE_SZ, ROOM_MAX) == -1) fcntl(s->logger_output, F_SETPIPE_SZ, 2 * size) ;
}

int logger_input_look (struct supervisor *s)
{
  int writes = s->logger_output >= 0 && (s->phase == PHASE_STOPPING || s->phase == PHASE_FINISHING) ;
  int reads = s->running_dry && phase_is_up(s->phase) && s->status.flags & STATUS_WANT_UP ;
  uint64_t now = writes || reads ? clock_ms() : 0 ;
  if (!writes && !reads) s->look_ms = 0 ;
  if (!now || now < s->look_ms) return 0 ;
  if (reads) return look_at_reader(s, now) ;
  make_room(s, now) ;
  return 0 ;
}

/* Does another process keep what is in the fifo? */
static int is_kept (void)
{
  int fd = fifo_open(LOGGER_FIFO, O_WRONLY) ;
  if (fd == -1) return errno != ENXIO ;
  fd_close(fd) ;
  return 1 ;
}

void logger_input_leave (struct supervisor *s)
{
  char bytes[UINT_FMT] ;
  unsigned int left = unread(s) ;
  if (s->logger_input >= 0) fd_close(s->logger_input) ;
  s->logger_input = -1 ;
  if (!left || (!s->running_dry && is_kept())) return ;
  s->lost += left ;
  bytes[uint_fmt(bytes, left)] = 0 ;
  strerr_warnw2x(bytes, " bytes that the service has written are left unread, and lost") ;
}

/* As a pipe is that a shell makes. */
static int open_blocking (char const *path, int flags, int *fd)
{
  *fd = fifo_open(path, flags) ;
  if (*fd == -1) return is_missing(errno) ;
  if (ndelay_off(*fd) != -1) return 1 ;
  fd_close(*fd) ;
  *fd = -1 ;
  return 0 ;
}

/* A reader that is opened when the last writer has gone already is never told so by
   poll(): there is one for a moment. */
int logger_input_for_stdin (struct supervisor const *s, int *fd)
{
  int writer = -1 ;
  int ok ;
  *fd = -1 ;
  if (s->logger_input == -1) return 1 ;
  if (s->running_dry && (writer = fifo_open(LOGGER_FIFO, O_RDWR)) == -1) return is_missing(errno) ;
  ok = open_blocking(LOGGER_FIFO, O_RDONLY, fd) ;
  if (writer >= 0) fd_close(writer) ;
  return ok ;
}

/* Both ends: the lines outlive a logger and its supervisor that are being replaced. */
int logger_input_for_stdout (struct supervisor const *s, int *fd)
{
  *fd = -1 ;
  return s->logger_output == -1 || open_blocking(PRODUCERS_LOGGER, O_RDWR, fd) ;
}
