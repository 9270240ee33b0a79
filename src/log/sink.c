#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "log/log.h"

#define RETRY_MS 2000 /* of a stream */

/* Loggers that share a stream, as those of a container share its stdout, take turns,
   whole lines each: a write of more than PIPE_BUF may be torn. Where there is no
   such lock, short lines are whole all the same. */
static void set_lock (struct sink *sink, int on)
{
  struct flock whole = { .l_type = on ? F_WRLCK : F_UNLCK, .l_whence = SEEK_SET } ;
  while (fcntl(sink->fd, F_SETLKW, &whole) == -1 && errno == EINTR) ;
  sink->locked = !!on ;
}

static ssize_t write_stream (struct sink *sink)
{
  ssize_t r = write(sink->fd, sink->bytes + sink->begin, sink->end - sink->begin) ;
  if (r >= 0) return r ;
  switch (errno)
  {
    case EINTR : return 0 ;
    case EAGAIN : /* others have made it so */
    {
      struct pollfd x = { .fd = sink->fd, .events = POLLOUT } ;
      poll(&x, 1, -1) ;
      return 0 ;
    }
    case ENOSPC : case EDQUOT : case EIO : case ENOMEM : case EFBIG :
      strerr_warnwu4sys("write to std", sink->fd == 1 ? "out" : "err", " (lines wait)", "") ;
      return -1 ;
    default :
      if (sink->fd != 2) strerr_warnwu1sys("write to stdout (nothing is written there any more)") ;
      set_lock(sink, 0) ;
      sink->fd = -1 ;
      return 0 ;
  }
}

/* Returns 0 if it has to wait. */
static int write_out (struct sink *sink, int line_ends)
{
  if (sink->begin < sink->end && !sink->logdir && sink->fd >= 0 && !sink->locked) set_lock(sink, 1) ;
  while (sink->begin < sink->end && (sink->logdir || sink->fd >= 0))
  {
    ssize_t r = sink->logdir ? logdir_write(sink->logdir, sink->bytes + sink->begin, sink->end - sink->begin) : write_stream(sink) ;
    if (r < 0) return 0 ;
    sink->begin += (size_t)r ;
  }
  sink->begin = sink->end = 0 ;
  if (line_ends && sink->locked) set_lock(sink, 0) ;
  return 1 ;
}

static void wait_to_write (struct logger *l, struct sink *sink, int line_ends)
{
  while (!write_out(sink, line_ends)) logger_pause(l, sink->logdir ? (int)sink->logdir->retry_ms : RETRY_MS) ;
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

/* One that cannot be written does not keep the others waiting. */
void sinks_flush (struct logger *l)
{
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next) write_out(sink, 1) ;
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next) wait_to_write(l, sink, 1) ;
}
