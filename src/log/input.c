#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "log/log.h"

/* Of a pipe only a copy is read; whole lines are taken from the pipe itself when
   they have been written. So a logger that is killed leaves to the next one what it
   has not written, but for the beginning of a line whose end has not come yet:
   nothing wakes a reader that leaves something behind. (An edge-triggered epoll does,
   but not when who writes has to wait in the midst of a write.) Where a beginning can
   be written as such, it is. */

void input_open (struct input *in)
{
  char copied ;
  in->copy[0] = in->copy[1] = -1 ;
  if (pipe2(in->copy, O_CLOEXEC) == -1) return ;
  errno = 0 ;
  if (tee(0, in->copy[1], 1, SPLICE_F_NONBLOCK) == 1)
  {
    if (read(in->copy[0], &copied, 1) == 1) return ;
  }
  else if (errno == EAGAIN || !errno) return ;
  fd_close(in->copy[0]) ;
  fd_close(in->copy[1]) ;
  in->copy[0] = in->copy[1] = -1 ;
}

/* Up to `room` bytes behind those held. -1 with EAGAIN: there are none now. */
static ssize_t peek (struct input *in, size_t room)
{
  struct pollfd x = { .fd = 0, .events = POLLIN } ;
  char *to = in->bytes + in->held ;
  ssize_t r ;
  ssize_t n = 0 ;
  if (in->copy[0] == -1)
  {
    if (!poll(&x, 1, 0)) return (errno = EAGAIN, -1) ;
    return read(0, to, room) ;
  }
  r = tee(0, in->copy[1], room, SPLICE_F_NONBLOCK) ;
  while (n < r)
  {
    ssize_t one = read(in->copy[0], to + n, (size_t)(r - n)) ;
    if (one <= 0) return -1 ;
    n += one ;
  }
  return r ;
}

/* From stdin, what peek has shown. */
static void take (struct input *in, size_t n)
{
  char taken[16384] ;
  in->taken += n ;
  while (in->copy[0] >= 0 && n)
  {
    ssize_t r = read(0, taken, n < sizeof taken ? n : sizeof taken) ;
    if (r <= 0) return ;
    n -= (size_t)r ;
  }
}

void input_end (struct input *in, struct logger *l)
{
  if (in->held || l->in_line) lines_put_part(l, in->bytes, in->held, 1) ;
  in->held = 0 ;
}

/* The last newline, or the first; behind it. */
static size_t lines_end (struct input const *in, char const *from, size_t len)
{
  char const *newline = in->one_line && in->copy[0] >= 0 ? memchr(from, '\n', len) : memrchr(from, '\n', len) ;
  return newline ? (size_t)(newline - in->bytes) + 1 : 0 ;
}

static void put_lines (struct input *in, struct logger *l, size_t len)
{
  char const *rest = in->bytes ;
  if (l->in_line)
  {
    rest = (char const *)memchr(in->bytes, '\n', len) + 1 ;
    lines_put_part(l, in->bytes, (size_t)(rest - in->bytes) - 1, 1) ;
  }
  if (rest < in->bytes + len) lines_put(l, rest, len - (size_t)(rest - in->bytes)) ;
}

/* The beginning of a line. */
static enum input_result hold (struct input *in, struct logger *l, size_t len)
{
  in->held += len ;
  if (l->takes_parts)
  {
    lines_put_part(l, in->bytes, in->held, 0) ;
    in->held = 0 ;
  }
  else if (in->held == INPUT_MAX)
  {
    size_t cut = lines_cut(in->bytes, INPUT_MAX - 1) ;
    lines_put_part(l, in->bytes, cut, 0) ;
    in->held -= cut ;
    memmove(in->bytes, in->bytes + cut, in->held) ;
  }
  take(in, len) ;
  return INPUT_MORE ;
}

enum input_result input_round (struct input *in, struct logger *l)
{
  ssize_t r = peek(in, INPUT_MAX - in->held) ;
  size_t len ;
  size_t lines ;
  if (r == -1 && (errno == EAGAIN || errno == EINTR)) return INPUT_EMPTY ;
  if (r == -1) strerr_warnwu1sys("read from stdin (taken for its end)") ;
  if (r <= 0) return INPUT_END ;
  len = (size_t)r ;
  if (l->nul_ends_line)
    for (char *nul = in->bytes + in->held ; (nul = memchr(nul, 0, (size_t)(in->bytes + in->held + len - nul))) ; ) *nul = '\n' ;
  lines = lines_end(in, in->bytes + in->held, len) ;
  if (!lines) return hold(in, l, len) ;
  put_lines(in, l, lines) ;
  if (in->copy[0] >= 0)
  {
    take(in, lines - in->held) ;
    in->held = 0 ;
  }
  else
  {
    take(in, len) ;
    in->held += len - lines ;
    memmove(in->bytes, in->bytes + lines, in->held) ;
  }
  return INPUT_MORE ;
}

/* Where stdin can only be read, what has been read of a line has to do. */
int input_has_drained (struct input *in, struct logger const *l)
{
  int n ;
  if (!in->draining) in->drain_to = in->taken + (ioctl(0, FIONREAD, &n) == -1 ? 0 : (uint64_t)n) ;
  in->draining = 1 ;
  in->one_line = in->taken >= in->drain_to ;
  return in->one_line && ((!in->held && !l->in_line) || in->copy[0] == -1 || l->ending > 1) ;
}
