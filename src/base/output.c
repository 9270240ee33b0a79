#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"

#define PATIENCE_MS 20
#define TERMINAL_MASTERS makedev(5, 2) /* /dev/ptmx: opening it again would make another terminal */

static int same_file (struct stat const *a, struct stat const *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_rdev == b->st_rdev ;
}

/* May the file be opened a second time? Only if it has no position, which the two could not share,
   and if opening it has no effect. */
static int may_open_again (int fd, struct stat const *st)
{
  return S_ISFIFO(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev != TERMINAL_MASTERS && isatty(fd)) ;
}

static int open_own (struct output *o, struct stat const *st)
{
  char path[] = "/proc/self/fd/0" ;
  struct stat opened ;
  int fd ;
  if (o->fd > 9) return 0 ;
  path[sizeof path - 2] = (char)('0' + o->fd) ;
  fd = file_open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0) ;
  if (fd == -1) return 0 ;
  if (fd <= 2 || fstat(fd, &opened) == -1 || !same_file(st, &opened))
  {
    close(fd) ;
    return 0 ;
  }
  o->own = fd ;
  return 1 ;
}

/* The way to write now. If a file could not be opened again, that is tried anew at the next write. */
static enum output_way find_way (struct output *o)
{
  struct stat st ;
  if (o->way != OUTPUT_UNKNOWN) return o->way ;
  if (fstat(o->fd, &st) == -1) return OUTPUT_TIMED ;
  if (S_ISREG(st.st_mode)) o->way = OUTPUT_FILE ;
  else if (S_ISSOCK(st.st_mode)) o->way = OUTPUT_SOCKET ;
  else if (!may_open_again(o->fd, &st)) o->way = OUTPUT_TIMED ;
  else if (open_own(o, &st)) o->way = OUTPUT_OWN ;
  else return OUTPUT_TIMED ;
  return o->way ;
}

static sig_atomic_t volatile ordered ; /* a SIGALRM came that was not the timer's */

static void interrupt (int sig, siginfo_t *info, void *context)
{
  (void)sig ;
  (void)context ;
  if (info->si_code <= 0) ordered = 1 ;
}

static void set_timer (suseconds_t us)
{
  struct itimerval const timer = { .it_interval = { .tv_usec = us }, .it_value = { .tv_usec = us } } ;
  setitimer(ITIMER_REAL, &timer, 0) ;
}

/* Uses writev(), by which the scanner and the supervisor write nothing but messages: where write()
   is made to fail, they can still say so. */
static ssize_t put (int fd, char const *bytes, size_t len)
{
  struct iovec const v = { .iov_base = (char *)bytes, .iov_len = len } ;
  return writev(fd, &v, 1) ;
}

/* Writes with a timer that interrupts it: another process may take the room between poll() and
   writev(). The timer repeats, because it may come before the write has begun to wait. */
static ssize_t write_timed (int fd, char const *bytes, size_t len)
{
  struct pollfd x = { .fd = fd, .events = POLLOUT } ;
  struct sigaction action ;
  struct sigaction before ;
  sigset_t set ;
  sigset_t mask ;
  ssize_t w ;
  int err ;
  if (!poll(&x, 1, 0)) return (errno = EAGAIN, -1) ;
  ordered = 0 ;
  memset(&action, 0, sizeof action) ;
  action.sa_sigaction = &interrupt ;
  action.sa_flags = SA_SIGINFO ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGALRM) ;
  sigaction(SIGALRM, &action, &before) ;
  sigprocmask(SIG_UNBLOCK, &set, &mask) ;
  set_timer(PATIENCE_MS * 1000L) ;
  w = put(fd, bytes, len) ;
  err = errno ;
  set_timer(0) ;
  sigprocmask(SIG_SETMASK, &mask, 0) ;
  sigaction(SIGALRM, &before, 0) ;
  if (ordered) kill(getpid(), SIGALRM) ; /* passed on: somebody has sent it to this process */
  errno = w == -1 && err == EINTR ? EAGAIN : err ;
  return w ;
}

ssize_t output_write (struct output *o, char const *bytes, size_t len)
{
  enum output_way way = find_way(o) ;
  ssize_t w ;
  if (way == OUTPUT_TIMED) return write_timed(o->fd, bytes, len) ;
  do w = way == OUTPUT_SOCKET ? send(o->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) : put(way == OUTPUT_OWN ? o->own : o->fd, bytes, len) ;
  while (w == -1 && errno == EINTR) ;
  return w ;
}

int output_fd (struct output const *o)
{
  return o->way == OUTPUT_OWN ? o->own : o->fd ;
}
