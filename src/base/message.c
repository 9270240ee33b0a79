#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <skalibs/buffer.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#define PATIENCE_MS 20
#define HANDED_OVER "REEVE_MESSAGES_LOST"
#define CUT "...\n"
#define TERMINAL_MASTERS makedev(5, 2) /* /dev/ptmx: opening it again makes another terminal */

enum way
{
  WAY_UNKNOWN,
  WAY_OWN, /* pipes and terminals */
  WAY_SOCKET,
  WAY_FILE, /* never waits for anybody */
  WAY_TIMED
} ;

static enum way way ;
static int own ; /* WAY_OWN: a description that is ours alone */
static char line[PIPE_BUF] ; /* its first byte is for the newline that ends a torn one */
static size_t length = 1 ;
static uint64_t lost ;
static int cut ; /* what follows of this line has no room */
static int torn ; /* a part of a line was written */
static int full ; /* the last line had to be dropped for lack of room */

/* ---- ways to write ---- */

static int same_file (struct stat const *a, struct stat const *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_rdev == b->st_rdev ;
}

/* Only of what has no position, which could not be shared, and does nothing when it is opened. */
static int may_open_again (struct stat const *st)
{
  return S_ISFIFO(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev != TERMINAL_MASTERS && isatty(2)) ;
}

static int open_own (struct stat const *st)
{
  struct stat opened ;
  int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  if (fd <= 2 || fstat(fd, &opened) == -1 || !same_file(st, &opened))
  {
    close(fd) ;
    return 0 ;
  }
  own = fd ;
  return 1 ;
}

/* For this line; what could not be opened is tried again for the next. */
static enum way find_way (void)
{
  struct stat st ;
  if (way != WAY_UNKNOWN) return way ;
  if (fstat(2, &st) == -1) return WAY_TIMED ;
  if (S_ISREG(st.st_mode)) way = WAY_FILE ;
  else if (S_ISSOCK(st.st_mode)) way = WAY_SOCKET ;
  else if (!may_open_again(&st)) way = WAY_TIMED ;
  else if (open_own(&st)) way = WAY_OWN ;
  else return WAY_TIMED ;
  return way ;
}

static sig_atomic_t volatile ordered ; /* SIGALRM came, but not from the timer */

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

/* Somebody else may take the room between poll() and write(). The timer repeats, as it
   may come before the write has begun to wait. */
static ssize_t write_timed (char const *bytes, size_t len)
{
  struct pollfd x = { .fd = 2, .events = POLLOUT } ;
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
  w = write(2, bytes, len) ;
  err = errno ;
  set_timer(0) ;
  sigprocmask(SIG_SETMASK, &mask, 0) ;
  sigaction(SIGALRM, &before, 0) ;
  if (ordered) kill(getpid(), SIGALRM) ; /* to whoever it was for */
  errno = w == -1 && err == EINTR ? EAGAIN : err ;
  return w ;
}

static ssize_t write_some (enum way by, char const *bytes, size_t len)
{
  ssize_t w ;
  if (by == WAY_TIMED) return write_timed(bytes, len) ;
  do w = by == WAY_SOCKET ? send(2, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) : write(by == WAY_OWN ? own : 2, bytes, len) ;
  while (w == -1 && errno == EINTR) ;
  return w ;
}

/* ---- lines ---- */

/* Writes what is in `line`. Returns 1, or 0: it is dropped. */
static int write_line (int patient)
{
  enum way by = find_way() ;
  size_t begin = torn ? 0 : 1 ;
  int waited = !patient ;
  line[0] = '\n' ;
  full = 0 ;
  while (begin < length)
  {
    ssize_t w = write_some(by, line + begin, length - begin) ;
    if (w > 0)
    {
      begin += (size_t)w ;
      torn = begin > 1 && begin < length ;
      continue ;
    }
    full = w == -1 && errno == EAGAIN ;
    if (full && !waited)
    {
      struct pollfd x = { .fd = by == WAY_OWN ? own : 2, .events = POLLOUT } ;
      waited = 1 ;
      if (poll(&x, 1, PATIENCE_MS) > 0) continue ;
    }
    return 0 ;
  }
  return 1 ;
}

static void put (char const *bytes, size_t len)
{
  size_t room = sizeof line - (sizeof CUT - 1) - length ;
  if (cut) return ;
  cut = len > room ;
  if (cut) len = room ;
  memcpy(line + length, bytes, len) ;
  length += len ;
  if (!cut) return ;
  memcpy(line + length, CUT, sizeof CUT - 1) ;
  length += sizeof CUT - 1 ;
}

static void next_line (void)
{
  length = 1 ;
  cut = 0 ;
}

static void say_lost (void)
{
  char number[UINT64_FMT] ;
  char const *const parts[] = { PROG, ": warning: ", number, lost == 1 ? " message is lost" : " messages are lost", ": standard error did not take ", lost == 1 ? "it" : "them", "\n" } ;
  number[uint64_fmt(number, lost)] = 0 ;
  for (size_t i = 0 ; i < sizeof parts / sizeof *parts ; i++) put(parts[i], strlen(parts[i])) ;
  if (write_line(0)) lost = 0 ;
  next_line() ;
}

static void end_line (void)
{
  int written = write_line(!lost) ;
  next_line() ;
  if (!written) lost++ ;
  else if (lost) say_lost() ;
}

/* Instead of writev(), for buffer_2: takes all there is. */
static ssize_t take (int fd, struct iovec const *v, unsigned int n)
{
  ssize_t taken = 0 ;
  int err = errno ;
  char last = 0 ;
  (void)fd ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    if (!v[i].iov_len) continue ;
    put(v[i].iov_base, v[i].iov_len) ;
    last = ((char const *)v[i].iov_base)[v[i].iov_len - 1] ;
    taken += (ssize_t)v[i].iov_len ;
  }
  if (last == '\n') end_line() ;
  errno = err ;
  return taken ;
}

void message_begin (void)
{
  buffer_2->op = &take ;
}

void message_hand_over (void)
{
  char number[UINT64_FMT] ;
  number[uint64_fmt(number, lost)] = 0 ;
  if (lost) setenv(HANDED_OVER, number, 1) ;
}

void message_take_over (void)
{
  char const *number = getenv(HANDED_OVER) ;
  if (!number) return ;
  uint640_scan(number, &lost) ;
  full = !!lost ;
  unsetenv(HANDED_OVER) ;
}

int message_fd (void)
{
  if (!lost || !full) return -1 ;
  return way == WAY_OWN ? own : 2 ;
}

void message_say_lost (void)
{
  int err = errno ;
  if (lost) say_lost() ;
  errno = err ;
}
