#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "log/log.h"

/* Reads only a copy of what is in a pipe. Takes whole lines from the pipe itself after they have been
   written. So what a killed logger has not written is there for the next one. The beginning of a line stays
   in the pipe, too, while its end may come soon. The kernel does not wake a reader that leaves something
   behind (an edge-triggered epoll does, but not if the writer waits in the middle of a write). So the
   logger looks again after 1 ms, 2, 4, and in the end takes the beginning. If the places allow it, it writes
   the beginning at once. */

#define NAP_MS_MAX 256
#define PORTION 16384

void input_open (struct input *in)
{
  char copied ;
  int size = fcntl(0, F_GETPIPE_SZ) ;
  in->most = (size > 0 && size < INPUT_MAX ? (size_t)size : INPUT_MAX) / 2 ; /* a pipe can be full when it holds little more than half its size */
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

/* Reads up to `room` bytes behind those that are held. -1 with EAGAIN: there are none now. */
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

/* Takes from stdin what peek() has shown. It does so by one call, which the kernel does not interrupt when the
   logger is killed: else the next logger would begin in the middle of a line. */
static void take (struct input *in, size_t n)
{
  static char taken[PORTION] ; /* overwritten again and again */
  in->taken += n ;
  while (in->copy[0] >= 0 && n)
  {
    struct iovec v[INPUT_MAX / PORTION] ;
    int count = 0 ;
    ssize_t r ;
    for (size_t left = n ; left ; left -= v[count++].iov_len)
      v[count] = (struct iovec) { .iov_base = taken, .iov_len = left < PORTION ? left : PORTION } ;
    r = readv(0, v, count) ; /* less than n only if the writer has set O_DIRECT: one of its writes */
    if (r > 0) n -= (size_t)r ;
    else if (r != -1 || errno != EINTR) return ;
  }
}

void input_end (struct input *in, struct logger *l)
{
  if (in->held || l->in_line) lines_put_part(l, in->bytes, in->held, 1) ;
  in->held = 0 ;
}

/* Returns the place behind the last newline, or behind the first one. */
static size_t lines_end (struct input const *in, char const *from, size_t len)
{
  char const *newline = in->one_line && in->copy[0] >= 0 ? memchr(from, '\n', len) : memrchr(from, '\n', len) ;
  return newline ? (size_t)(newline - in->bytes) + 1 : 0 ;
}

/* Writes the lines up to `len`. Of the first one, `written` bytes are written already. */
static void put_lines (struct input *in, struct logger *l, size_t len, size_t written)
{
  char const *rest = in->bytes ;
  if (l->in_line)
  {
    char const *from = in->bytes + written ;
    rest = (char const *)memchr(from, '\n', len - written) + 1 ;
    lines_put_part(l, from, (size_t)(rest - from) - 1, 1) ;
  }
  if (rest < in->bytes + len) lines_put(l, rest, len - (size_t)(rest - in->bytes)) ;
}

static void nothing_left (struct input *in)
{
  in->seen = 0 ;
  in->nap_ms = 0 ;
  in->look_ms = 0 ;
}

int input_due_ms (struct input const *in, struct logger const *l)
{
  uint64_t now = in->look_ms ? clock_ms() : 0 ;
  if (!in->look_ms) return -1 ;
  return l->ending || now >= in->look_ms ? 0 : (int)(in->look_ms - now) ;
}

/* May the beginning of a line, of `len` bytes, stay in the pipe for now? */
static int may_leave (struct input *in, struct logger const *l, size_t len)
{
  if (in->copy[0] == -1 || in->held || l->ending || in->no_writer || len >= in->most) return 0 ;
  if (l->takes_parts && l->line_max && l->line_len - in->seen + len > l->line_max) return 0 ; /* the part that is cut off becomes a line, which the next logger would not recognize */
  in->nap_ms = len != in->seen ? 1 : in->nap_ms * 2 ;
  return in->nap_ms <= NAP_MS_MAX ;
}

static void set_begins (struct logger *l, int begins)
{
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
    if (sink->logdir) sink->logdir->begins = !!begins ;
}

/* Writes those of the first `len` bytes that have not been seen yet. They stay in the pipe until they are taken. */
static void put_beginning (struct input *in, struct logger *l, size_t len)
{
  if (len <= in->seen) return ;
  set_begins(l, in->copy[0] >= 0) ;
  lines_put_part(l, in->bytes + in->seen, len - in->seen, 0) ;
  set_begins(l, 0) ;
}

static enum input_result leave (struct input *in, struct logger *l, size_t len)
{
  if (l->takes_parts) put_beginning(in, l, len) ;
  in->seen = len ;
  in->look_ms = clock_ms() + in->nap_ms ;
  return INPUT_EMPTY ;
}

/* Call it before `len` bytes are taken, all of which have been written. A line beyond the limit has become
   several lines; the files end with the last bytes of the rest. */
static void note_taken (struct logger const *l, size_t len)
{
  struct taken taken = { .piece = len < l->line_len ? len : l->line_len } ;
  taken.before = len - taken.piece ;
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
    if (sink->logdir) unfinished_taken(sink->logdir, &taken) ;
}

static enum input_result hold (struct input *in, struct logger *l, size_t len)
{
  in->held += len ;
  if (l->takes_parts)
  {
    put_beginning(in, l, in->held) ;
    in->held = 0 ;
    if (in->copy[0] >= 0) note_taken(l, len) ;
  }
  else if (in->held == INPUT_MAX)
  {
    size_t cut = lines_cut(in->bytes, INPUT_MAX - 1) ;
    lines_put_part(l, in->bytes, cut, 0) ;
    in->held -= cut ;
    memmove(in->bytes, in->bytes + cut, in->held) ;
  }
  take(in, len) ;
  nothing_left(in) ;
  return INPUT_MORE ;
}

enum input_result input_round (struct input *in, struct logger *l)
{
  ssize_t r = peek(in, INPUT_MAX - in->held) ;
  size_t written = l->takes_parts ? in->seen : 0 ;
  size_t len ;
  size_t lines ;
  if (r == -1 && errno == EAGAIN) nothing_left(in) ; /* or another process has read it */
  if (r == -1 && (errno == EAGAIN || errno == EINTR)) return INPUT_EMPTY ;
  if (r == -1) strerr_warnwu1sys("read from stdin (taken for its end)") ;
  if (r <= 0) return INPUT_END ;
  len = (size_t)r ;
  if (len < written) written = in->seen = len ; /* another process has read from the pipe */
  if (l->nul_ends_line)
    for (char *nul = in->bytes + in->held ; (nul = memchr(nul, 0, (size_t)(in->bytes + in->held + len - nul))) ; ) *nul = '\n' ;
  lines = lines_end(in, in->bytes + in->held + written, len - written) ;
  if (!lines) return may_leave(in, l, len) ? leave(in, l, len) : hold(in, l, len) ;
  put_lines(in, l, lines, written) ;
  nothing_left(in) ;
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

/* If stdin cannot be copied, the beginning of a line that has been read must be enough. */
int input_has_drained (struct input *in, struct logger const *l)
{
  int n ;
  if (!in->draining) in->drain_to = in->taken + (ioctl(0, FIONREAD, &n) == -1 ? 0 : (uint64_t)n) ;
  in->draining = 1 ;
  in->one_line = in->taken >= in->drain_to ;
  return in->one_line && ((!in->held && !l->in_line) || in->copy[0] == -1 || l->ending > 1) ;
}
