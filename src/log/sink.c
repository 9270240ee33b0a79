#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "log/log.h"
#include "wire/blocked.h"

#define RETRY_MS 2000 /* how long to wait after a failure of a stream */
#define LOCK_MS_MAX 64
#define ENDING_MS 1000 /* a logger that is told to end does not wait longer for a place */
#define ENDING_RETRY_MS 200

/* Loggers that share a stream (the stdout of a container) take turns by a lock, and write whole lines: the
   kernel may mix writes of more than PIPE_BUF. A logger never waits in the kernel, neither for the lock nor
   for room, so that it hears signals. It keeps the lock while it waits for room only in the middle of a
   long line. If the stream has no locks, lines up to PIPE_BUF are whole all the same. */
static int take_lock (struct sink *sink)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  if (sink->locked) return 1 ;
  sink->locked = fcntl(sink->fd, F_SETLK, &whole) != -1 ;
  return sink->locked || (errno != EAGAIN && errno != EACCES) ;
}

static void let_lock_go (struct sink *sink)
{
  struct flock whole = { .l_type = F_UNLCK, .l_whence = SEEK_SET } ;
  if (sink->locked) fcntl(sink->fd, F_SETLK, &whole) ;
  sink->locked = 0 ;
}

/* Returns how much to write at once: lines that a pipe takes whole, or a part of a long line. */
static size_t portion (struct sink const *sink)
{
  char const *bytes = sink->bytes + sink->begin ;
  size_t len = sink->end - sink->begin ;
  char const *newline ;
  if (len <= PIPE_BUF || sink->output.way == OUTPUT_FILE) return len ;
  newline = memrchr(bytes, '\n', PIPE_BUF) ;
  return newline ? (size_t)(newline - bytes) + 1 : PIPE_BUF ;
}

/* Is it a terminal that was closed? It never comes back. */
static int has_gone (int fd)
{
  struct stat st ;
  return !fstat(fd, &st) && S_ISCHR(st.st_mode) && !isatty(fd) ;
}

static ssize_t write_stream (struct sink *sink)
{
  ssize_t r = output_write(&sink->output, sink->bytes + sink->begin, portion(sink)) ;
  if (r > 0) sink->mid_line = sink->bytes[sink->begin + (size_t)r - 1] != '\n' ;
  if (r >= 0) return r ;
  if (errno == EIO) errno = has_gone(sink->fd) ? EPIPE : EIO ;
  switch (errno)
  {
    case EINTR : return 0 ;
    case EAGAIN :
      sink->waits_for = FOR_ROOM ;
      if (!sink->mid_line) let_lock_go(sink) ;
      return -1 ;
    case ENOSPC : case EDQUOT : case EIO : case ENOMEM : case EFBIG :
      strerr_warnwu4sys("write to std", sink->fd == 1 ? "out" : "err", " (lines wait)", "") ;
      sink->waits_for = FOR_TIME ;
      return -1 ;
    default :
      if (sink->fd != 2) strerr_warnwu1sys("write to stdout (nothing is written there any more)") ;
      let_lock_go(sink) ;
      sink->fd = -1 ;
      return 0 ;
  }
}

static ssize_t write_some (struct sink *sink)
{
  sink->waits_for = FOR_TIME ;
  if (sink->logdir) return logdir_write(sink->logdir, sink->bytes + sink->begin, sink->end - sink->begin) ;
  if (take_lock(sink)) return write_stream(sink) ;
  sink->waits_for = FOR_LOCK ;
  return -1 ;
}

/* Writes all. Returns 0 if the logger has to wait. */
static int write_out (struct sink *sink, int line_ends)
{
  while (sink->begin < sink->end && (sink->logdir || sink->fd >= 0))
  {
    ssize_t r = write_some(sink) ;
    if (r < 0) return 0 ;
    sink->begin += (size_t)r ;
    sink->lock_ms = 0 ;
  }
  sink->begin = sink->end = 0 ;
  if (line_ends) let_lock_go(sink) ;
  return 1 ;
}

static char const *place (struct sink const *sink)
{
  return sink->logdir ? sink->logdir->path : sink->fd == 1 ? "stdout" : "stderr" ;
}

/* Bytes that were not written were not taken from the pipe: the next logger finds them. */
static void __attribute__((noreturn)) leave (struct sink const *sink)
{
  strerr_dief3x(EXIT_LEFT, "told to end, and ", place(sink), " takes nothing: what is left of the input stays unread") ;
}

/* Waits before the next try. Returns 0 if it is time to give up. */
static int wait_to_try_again (struct logger *l, struct sink *sink)
{
  int err = errno ;
  uint64_t now = clock_ms() ;
  int ms = sink->logdir ? (int)sink->logdir->retry_ms : RETRY_MS ;
  if (!sink->stuck_since_ms) sink->stuck_since_ms = now ;
  if (l->ending > 1 || (l->ending && now - sink->stuck_since_ms >= ENDING_MS)) return 0 ;
  if (sink->waits_for == FOR_TIME) blocked_tell(err) ;
  if (sink->waits_for == FOR_ROOM) ms = -1 ;
  if (sink->waits_for == FOR_LOCK)
  {
    sink->lock_ms = sink->lock_ms ? sink->lock_ms * 2 : 1 ;
    if (sink->lock_ms > LOCK_MS_MAX) sink->lock_ms = LOCK_MS_MAX ;
    ms = sink->lock_ms ;
  }
  if (l->ending && (ms < 0 || ms > ENDING_RETRY_MS)) ms = ENDING_RETRY_MS ;
  logger_pause(l, sink->waits_for == FOR_ROOM ? output_fd(&sink->output) : -1, ms) ;
  return 1 ;
}

static void wait_to_write (struct logger *l, struct sink *sink, int line_ends)
{
  while (!write_out(sink, line_ends))
    if (!wait_to_try_again(l, sink)) leave(sink) ;
  sink->stuck_since_ms = 0 ;
  blocked_over() ;
}

void sink_put (struct logger *l, struct sink *sink, char const *bytes, size_t len)
{
  while (len > SINK_MAX - sink->end)
  {
    size_t room = SINK_MAX - sink->end ;
    memcpy(sink->bytes + sink->end, bytes, room) ;
    sink->end += room ;
    bytes += room ;
    len -= room ;
    wait_to_write(l, sink, 0) ;
  }
  memcpy(sink->bytes + sink->end, bytes, len) ;
  sink->end += len ;
}

/* A place that cannot be written does not delay the others. */
void sinks_flush (struct logger *l)
{
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next) write_out(sink, 1) ;
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next) wait_to_write(l, sink, 1) ;
}
