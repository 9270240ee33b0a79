#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "log/collect.h"

#define NAP_MS_MAX 256
#define RETRY_MS 2000
#define HOLD_MS 100
#define HOLD_MS_MAX 1000
#define HOLD_MAX (1 << 20) /* bytes of a line that nobody interrupts */
#define PORTION 16384

void sink_open (struct collector *c, int fd)
{
  struct sink_of_all *sink = calloc(1, sizeof *sink) ; /* pages that are never used take no memory */
  if (!sink || (sink->streams = epoll_create1(EPOLL_CLOEXEC)) == -1) strerr_diefu1sys(EXIT_SYSTEM, "make a list of what is read") ;
  sink->output = (struct output) OUTPUT(fd) ;
  sink->coloured = isatty(fd) == 1 && !getenv("NO_COLOR") ;
  c->sinks[fd - 1] = sink ;
}

/* ---- writing ---- */

/* Returns how much to write at once: lines that a pipe takes whole, or a part of a long line. */
static size_t portion (struct sink_of_all const *sink)
{
  char const *bytes = sink->bytes + sink->begin ;
  size_t len = sink->end - sink->begin ;
  size_t whole ;
  if (len <= PIPE_BUF || sink->output.way == OUTPUT_FILE || sink->output.way == OUTPUT_TIMED) return len ;
  whole = form_ready(bytes, PIPE_BUF, 0) ;
  return whole ? whole : PIPE_BUF ;
}

/* Is it a terminal that was closed? It never comes back. */
static int has_gone (int fd)
{
  struct stat st ;
  return !fstat(fd, &st) && S_ISCHR(st.st_mode) && !isatty(fd) ;
}

/* After an error: must the collector wait? If not, the output is given up: services go on, as with /dev/null. */
static int must_wait (struct sink_of_all *sink)
{
  int err = errno ;
  if (err == EIO && has_gone(sink->output.fd)) err = EPIPE ;
  switch (err)
  {
    case EAGAIN : return 1 ;
    case ENOSPC : case EDQUOT : case EIO : case ENOMEM : case EFBIG : case EINTR :
      if (!sink->retry_ms && err != EINTR) strerr_warnwu3sys("write to std", sink->output.fd == 1 ? "out" : "err", " (lines wait)") ;
      sink->retry_ms = clock_ms() + RETRY_MS ;
      return 1 ;
    default :
      if (sink->output.fd != 2) strerr_warnwu1sys("write to stdout (nothing is written there any more)") ;
      sink->gone = 1 ;
      return 0 ;
  }
}

static void take (struct stream *stream, size_t n)
{
  static char taken[PORTION] ; /* overwritten again and again */
  if (stream->held)
  {
    stream->held_len -= n ;
    memmove(stream->held, stream->held + n, stream->held_len) ;
    return ;
  }
  while (n)
  {
    struct iovec v[TURN_MAX / PORTION] ;
    int count = 0 ;
    ssize_t r ;
    for (size_t left = n ; left ; left -= v[count++].iov_len)
      v[count] = (struct iovec) { .iov_base = taken, .iov_len = left < PORTION ? left : PORTION } ;
    r = readv(stream->fd, v, count) ; /* less than n only if the service has set O_DIRECT: one of its writes */
    if (r > 0) n -= (size_t)r ;
    else if (r != -1 || errno != EINTR) return ;
  }
}

int sink_write (struct sink_of_all *sink)
{
  while (sink->begin < sink->end && !sink->gone)
  {
    ssize_t r = output_write(&sink->output, sink->bytes + sink->begin, portion(sink)) ;
    if (r > 0)
    {
      sink->begin += (size_t)r ;
      sink->retry_ms = sink->stuck_ms = 0 ;
    }
    else if (r == -1 && must_wait(sink))
    {
      if (!sink->stuck_ms) sink->stuck_ms = clock_ms() ;
      return 0 ;
    }
  }
  if (sink->end) sink->in_line = sink->bytes[sink->end - 1] != '\n' ;
  sink->begin = sink->end = 0 ;
  if (sink->turn && sink->take) take(sink->turn, sink->take) ;
  sink->turn = 0 ;
  return 1 ;
}

void sink_end_line (struct sink_of_all *sink)
{
  sink->mid = 0 ;
  sink->hold_ms = 0 ;
  if (!sink->in_line || sink->end) return ;
  sink->bytes = "\n" ;
  sink->end = 1 ;
  sink_write(sink) ;
}

/* ---- reading ---- */

/* What is read so is lost if the collector is killed. */
static ssize_t read_held (struct stream *stream, char *to)
{
  ssize_t r ;
  if (!stream->held && !(stream->held = malloc(TURN_MAX))) return -1 ;
  r = read(stream->fd, stream->held + stream->held_len, TURN_MAX - stream->held_len) ;
  if (r > 0) stream->held_len += (size_t)r ;
  memcpy(to, stream->held, stream->held_len) ;
  return stream->held_len ? (ssize_t)stream->held_len : r ;
}

/* Reads a copy of what is in the fifo. Returns its size, or -1 with EAGAIN: nothing is there. */
static ssize_t peek (struct collector const *c, struct stream *stream, char *to)
{
  ssize_t n = 0 ;
  ssize_t r ;
  if (c->copy[0] == -1) return read_held(stream, to) ;
  r = tee(stream->fd, c->copy[1], TURN_MAX, SPLICE_F_NONBLOCK) ;
  while (n < r)
  {
    ssize_t one = read(c->copy[0], to + n, (size_t)(r - n)) ;
    if (one <= 0) return -1 ;
    n += one ;
  }
  return r ;
}

/* Is the fifo full, or nearly? A pipe can be full when it holds little more than half its size. */
static int is_full (struct stream const *stream, size_t len)
{
  int size = fcntl(stream->fd, F_GETPIPE_SZ) ;
  return len >= (size > 0 && size < TURN_MAX ? (size_t)size : TURN_MAX) / 2 ;
}

static void wake (struct collector *c, struct stream *stream)
{
  struct stream **at = &c->napping ;
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream } ;
  if (!stream->look_ms) return ;
  while (*at != stream) at = &(*at)->next_napping ;
  *at = stream->next_napping ;
  stream->look_ms = 0 ;
  epoll_ctl(c->sinks[stream->is_stderr]->streams, EPOLL_CTL_MOD, stream->fd, &event) ;
}

/* The kernel does not wake a reader that leaves something behind. So the collector looks at the stream again
   after 1 ms, 2, 4, ... Returns 0 when it has waited long enough. */
static int nap (struct collector *c, struct stream *stream, size_t len)
{
  struct epoll_event event = { .events = 0, .data.ptr = stream } ;
  stream->nap_ms = len != stream->seen ? 1 : stream->nap_ms * 2 ;
  stream->seen = len ;
  if (stream->nap_ms > NAP_MS_MAX) return 0 ;
  stream->look_ms = clock_ms() + stream->nap_ms ;
  stream->next_napping = c->napping ;
  c->napping = stream ;
  epoll_ctl(c->sinks[stream->is_stderr]->streams, EPOLL_CTL_MOD, stream->fd, &event) ;
  return 1 ;
}

/* ---- a turn ---- */

static void note_line (struct sink_of_all *sink, struct stream *stream, char const *bytes, size_t len, int is_long)
{
  if (bytes[len - 1] == '\n')
  {
    sink->mid = 0 ;
    sink->hold_ms = 0 ;
    sink->held = 0 ;
    return ;
  }
  if (sink->mid != stream || !sink->held)
  {
    sink->held = 0 ;
    sink->hold_end_ms = clock_ms() + HOLD_MS_MAX ;
  }
  sink->held += len ;
  sink->mid = stream ;
  sink->hold_ms = is_long && sink->held < HOLD_MAX ? clock_ms() + HOLD_MS : 0 ;
  if (sink->hold_ms > sink->hold_end_ms) sink->hold_ms = sink->hold_end_ms ;
}

static void pass_on (struct collector *c, struct sink_of_all *sink, struct stream *stream, size_t len, int is_long)
{
  int goes_on = sink->mid == stream && sink->in_line ;
  char *raw = sink->raw + 1 ;
  char head[HEAD_MAX] ;
  size_t head_len ;
  sink->turn = stream ;
  sink->take = len ;
  if (c->form == FORM_LINES)
  {
    sink->bytes = sink->raw ;
    sink->end = 1 + len ;
  }
  else
  {
    head_len = form_head(head, c->form, stream->source->name, stream->is_stderr, c->width, sink->coloured ? 1 + stream->source->number % 6 : 0) ;
    sink->bytes = sink->formed ;
    sink->end = 1 + form_lines(sink->formed + 1, c->form, head, head_len, goes_on, raw, len, &sink->take) ;
  }
  sink->begin = sink->in_line && !goes_on ? 0 : 1 ;
  if (!sink->begin) *(c->form == FORM_LINES ? sink->raw : sink->formed) = '\n' ;
  kept_add(stream, raw, sink->take) ;
  note_line(sink, stream, raw, sink->take, is_long) ;
  sink_write(sink) ;
}

enum turn_result sink_turn (struct collector *c, struct stream *stream, int goes_on)
{
  struct sink_of_all *sink = c->sinks[stream->is_stderr] ;
  char *raw = sink->raw + 1 ;
  ssize_t r ;
  size_t len ;
  int full = 0 ;
  wake(c, stream) ;
  r = peek(c, stream, raw) ;
  if (r <= 0) return !r && stream->no_writer ? TURN_OVER : TURN_NOTHING ; /* r is 0: there is no writer, perhaps not yet */
  len = form_ready(raw, (size_t)r, 0) ;
  if (!len)
  {
    full = is_full(stream, (size_t)r) ;
    len = (size_t)r ;
    if (!full && !goes_on && !stream->no_writer && nap(c, stream, len)) return TURN_NOTHING ;
    if (full && c->form == FORM_JSON) len = form_whole(raw, len) ;
  }
  stream->seen = 0 ;
  stream->nap_ms = 0 ;
  pass_on(c, sink, stream, len, c->form != FORM_JSON && (full || goes_on)) ; /* in JSON each piece is whole */
  if (stream->held_len) nap(c, stream, 0) ; /* the kernel does not wake us for these */
  return TURN_DONE ;
}
