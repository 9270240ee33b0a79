#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/process.h"
#include "base/trust.h"
#include "service/name.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

#define PRODUCERS_LOGGER "log/" LOGGER_FIFO
#define AWAIT_COLLECTOR_MS 5000
#define AWAIT_ROOM_MS 1000
#define PAUSE_MIN_NS 1000000L
#define PAUSE_MAX_NS 32000000L
#define LOOK_MS 3000
#define ROOM_LOOK_MS 500
#define ROOM_MAX (1 << 20) /* bytes; the limit of a user who is not root (/proc/sys/fs/pipe-max-size) */

static char const *const collected[2] = { COLLECTED_STDOUT, COLLECTED_STDERR } ;

static int is_missing (int err)
{
  return err == ENOENT || err == ENOTDIR ;
}

int logger_input_hold (struct supervisor *s)
{
  if (s->reports == -1) return 1 ; /* without a scanner there is no logger */
  if (s->logger_input == -1) s->logger_input = fifo_open(LOGGER_FIFO, s->running_dry ? O_RDONLY : O_RDWR) ;
  return (s->logger_input >= 0 || is_missing(errno)) && logger_input_hold_loggers(s) ;
}

/* From the working directory, the path of a file in LIVE. The working directory is LIVE/NAME, or a
   logger's LIVE/NAME/log. */
static char const *in_live (struct supervisor const *s, char const *path)
{
  static char from_here[sizeof "../../" COLLECTOR_READS] ;
  char const *up = strchr(s->name, '/') ? "../.." : ".." ;
  return path_join(from_here, sizeof from_here, up, path) ? from_here : path ;
}

/* Tells the collector that there are fifos to read. If it does not run, its successor finds them by
   itself. If its own fifo is full, it has so many names to read that it looks at everything. */
static void tell_collector (struct supervisor const *s)
{
  char line[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX + 1] ;
  size_t len = strlen(s->name) ;
  if (len > sizeof line - 2) return ;
  memcpy(line, s->name, len) ;
  line[len] = '\n' ;
  fifo_send(in_live(s, COLLECTOR_NEWS), line, len + 1) ;
}

static int hold_collected (struct supervisor *s)
{
  int any = 0 ;
  if (!getenv("REEVE_LOG")) return 1 ; /* set by the scanner: without it nothing is collected */
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    if (s->collected[i] >= 0) continue ;
    s->collected[i] = fifo_open(collected[i], O_RDWR) ;
    if (s->collected[i] >= 0) any = 1 ;
    else if (!is_missing(errno)) return 0 ;
  }
  if (any) tell_collector(s) ;
  return 1 ;
}

int logger_input_hold_loggers (struct supervisor *s)
{
  if (s->reports == -1) return 1 ;
  if (s->logger_output == -1) s->logger_output = fifo_open(PRODUCERS_LOGGER, O_RDWR) ;
  return (s->logger_output >= 0 || is_missing(errno)) && hold_collected(s) ;
}

void logger_input_run_dry (struct supervisor *s)
{
  int reader ;
  if (s->logger_input == -1 || s->running_dry) return ;
  reader = fifo_open(LOGGER_FIFO, O_RDONLY) ; /* open this before the other descriptor is closed, or the content of the fifo is lost */
  if (reader == -1) strerr_warnwu1sys("reopen " LOGGER_FIFO " for reading") ;
  fd_close(s->logger_input) ;
  s->logger_input = reader ;
  s->running_dry = 1 ;
}

/* The bytes in the fifo that nobody has read. */
static unsigned int unread_in (int fd)
{
  int n = 0 ;
  return fd >= 0 && !ioctl(fd, FIONREAD, &n) && n > 0 ? (unsigned int)n : 0 ;
}

static unsigned int unread (struct supervisor const *s)
{
  return unread_in(s->logger_input) ;
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
  strerr_warnw3x("./run has read nothing for some seconds, though ", bytes, " bytes of its service's output are waiting: ending it") ;
}

/* A logger runs dry: does it read? Only a second look shows that nothing was read since the first.
   Returns 1 when it is stuck. */
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

static void make_room (int fd)
{
  struct pollfd x = { .fd = fd, .events = POLLOUT } ;
  int size ;
  if (fd == -1 || poll(&x, 1, 0)) return ;
  size = fcntl(fd, F_GETPIPE_SZ) ;
  if (size > 0 && size < ROOM_MAX && fcntl(fd, F_SETPIPE_SZ, ROOM_MAX) == -1) fcntl(fd, F_SETPIPE_SZ, 2 * size) ;
}

int logger_input_look (struct supervisor *s)
{
  int writes = (s->logger_output >= 0 || s->collected[0] >= 0 || s->collected[1] >= 0) && (s->phase == PHASE_STOPPING || s->phase == PHASE_FINISHING) ;
  int reads = s->running_dry && phase_is_up(s->phase) && s->status.flags & STATUS_WANT_UP ;
  uint64_t now = writes || reads ? clock_ms() : 0 ;
  if (!writes && !reads) s->look_ms = 0 ;
  if (!now || now < s->look_ms) return 0 ;
  if (reads) return look_at_reader(s, now) ;
  s->look_ms = now + ROOM_LOOK_MS ;
  make_room(s->logger_output) ;
  make_room(s->collected[0]) ;
  make_room(s->collected[1]) ;
  return 0 ;
}

/* Does another process hold the fifo open, so that its content is kept? */
static int is_kept (char const *path)
{
  int fd = fifo_open(path, O_WRONLY) ;
  if (fd == -1) return errno != ENXIO ;
  fd_close(fd) ;
  return 1 ;
}

/* Does the collector read this fifo? For each that it reads, it has locked a byte of the file
   COLLECTOR_READS. If the lock cannot be queried, the answer is yes. */
static int is_collected (struct supervisor const *s, int fd)
{
  struct flock byte ;
  int reads = trust_open(in_live(s, COLLECTOR_READS), O_RDONLY, 0) ;
  int yes ;
  if (reads == -1) return !is_missing(errno) ;
  if (!fifo_byte(fd, &byte)) byte = (struct flock) { .l_whence = SEEK_SET } ;
  byte.l_type = F_RDLCK ;
  yes = fcntl(reads, F_GETLK, &byte) == -1 || byte.l_type != F_UNLCK ;
  fd_close(reads) ;
  return yes ;
}

/* Closes the fifo when the collector has taken all, or after a limit. While it is open nothing is
   lost if the collector is killed: its successor finds all. A collector that reads, but has no room
   for the output, keeps the fifo's content itself. */
static unsigned int leave_collected (struct supervisor const *s, int *fd)
{
  struct timespec pause = { .tv_nsec = PAUSE_MIN_NS } ;
  unsigned int left = unread_in(*fd) ;
  unsigned int before = 0 ;
  int is_read = 0 ;
  for (unsigned int idle_ms = 0 ; left && idle_ms < (is_read ? AWAIT_ROOM_MS : AWAIT_COLLECTOR_MS) ; left = unread_in(*fd))
  {
    if (left != before) idle_ms = 0 ;
    before = left ;
    nanosleep(&pause, 0) ;
    idle_ms += (unsigned int)(pause.tv_nsec / 1000000) ;
    if (pause.tv_nsec < PAUSE_MAX_NS) pause.tv_nsec *= 2 ;
    is_read = is_collected(s, *fd) ;
  }
  if (left && is_collected(s, *fd)) left = 0 ;
  if (*fd >= 0) fd_close(*fd) ;
  *fd = -1 ;
  return left ;
}

void logger_input_leave (struct supervisor *s)
{
  char bytes[UINT_FMT] ;
  unsigned int left = unread(s) ;
  if (s->logger_input >= 0) fd_close(s->logger_input) ;
  s->logger_input = -1 ;
  if (left && !s->running_dry && is_kept(LOGGER_FIFO)) left = 0 ;
  for (unsigned int i = 0 ; i < 2 ; i++) left += leave_collected(s, s->collected + i) ;
  if (!left) return ;
  s->lost += left ;
  bytes[uint_fmt(bytes, left)] = 0 ;
  strerr_warnw2x(bytes, " bytes that the service has written are left unread, and lost") ;
}

/* Opens the fifo so that reads and writes block, as with a pipe that a shell makes. */
static int open_blocking (char const *path, int flags, int *fd)
{
  *fd = fifo_open(path, flags) ;
  if (*fd == -1) return is_missing(errno) ;
  if (ndelay_off(*fd) != -1) return 1 ;
  fd_close(*fd) ;
  *fd = -1 ;
  return 0 ;
}

/* Opens the logger's stdin. If a reader is opened when the last writer has closed the fifo already,
   poll() never reports the end of file to it. So there is a writer for a moment. */
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

/* Opens both ends of each fifo, so that lines are kept while a logger and its supervisor are being
   replaced. */
int logger_input_for_output (struct supervisor const *s, int fd[2])
{
  int ok ;
  fd[0] = fd[1] = -1 ;
  if (s->logger_output >= 0) ok = open_blocking(PRODUCERS_LOGGER, O_RDWR, fd) ;
  else ok = s->collected[0] == -1 || open_blocking(collected[0], O_RDWR, fd) ;
  return ok && (s->collected[1] == -1 || open_blocking(collected[1], O_RDWR, fd + 1)) ;
}
