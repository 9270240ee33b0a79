/* A directory, as s6-log and multilog know it:

   current     what is being written; executable: its logger has ended well
   lock        held by the logger
   previous    was current, and is being processed or archived
   processed   the processor's output; executable: complete
   state       what the last processor left for the next; newstate: what it is writing
   @STAMP.s    archived
   @STAMP.u    archived, but its logger was killed: its end may be missing

   Each step of a rotation leaves a state from which logdir_open.c brings order, so that
   it does not matter when a logger is killed. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/clock.h"
#include "log/log.h"

static int rotate (struct logdir *d)
{
  if (d->rotation == ROTATION_NONE)
  {
    if (fsync(d->current) == -1 && errno != EINVAL && errno != EROFS) return logdir_fail(d, "write", "current") ;
    d->rotation = ROTATION_RENAME ;
  }
  if (d->rotation == ROTATION_RENAME)
  {
    if (renameat(d->dir, "current", d->dir, "previous") == -1)
    {
      logdir_fail(d, "rename to previous:", "current") ;
      if (errno == ENOENT) logdir_shut(d) ; /* somebody has removed the file, or the directory */
      return 0 ;
    }
    fchmod(d->current, LOGDIR_DONE_MODE) ;
    d->rotation = ROTATION_CREATE ;
  }
  if (d->rotation == ROTATION_CREATE)
  {
    if (!logdir_begin(d)) return logdir_fail(d, "open", "current") ;
    d->rotation = ROTATION_FINISH ;
  }
  if (d->processor)
  {
    d->processing = PROCESSING_START ;
    d->process_at_ms = 0 ;
  }
  else if (!archive_file(d, "previous", 's')) return logdir_fail(d, "archive", "previous") ;
  d->rotation = ROTATION_NONE ;
  d->rotate_soon = 0 ;
  d->said = 0 ;
  futimens(d->lock, 0) ; /* for find_age */
  if (d->processor) processor_attend(d) ;
  return 1 ;
}

/* Returns the milliseconds until `current` is old enough. If the clock was set back, it is. */
static int64_t young_ms (struct logdir const *d)
{
  int64_t age = (int64_t)clock_ms() - d->born_ms ;
  return age < 0 || (uint64_t)age >= d->age_ms ? 0 : (int64_t)d->age_ms - age ;
}

static int is_old (struct logdir const *d)
{
  return d->age_ms && d->size && !young_ms(d) ;
}

/* While the processor works on a file, the next file may become larger than its limit: a service does not wait
   for a processor. */
static int rotates (struct logdir const *d)
{
  return !d->mid_line && d->size && d->processing == PROCESSING_NONE
      && (d->size >= d->rotate_at || d->rotate_soon || is_old(d)) ;
}

/* Returns how much to write: up to the end of the line that makes the file large enough. */
static size_t up_to_rotation (struct logdir const *d, char const *bytes, size_t len)
{
  uint64_t need = d->rotate_at > d->size ? d->rotate_at - d->size : 1 ;
  char const *newline ;
  if (need > len || d->processing != PROCESSING_NONE) return len ;
  newline = memchr(bytes + need - 1, '\n', len - need + 1) ;
  return newline ? (size_t)(newline - bytes) + 1 : len ;
}

ssize_t logdir_write (struct logdir *d, char const *bytes, size_t len)
{
  ssize_t r ;
  if (!logdir_open(d)) return -1 ;
  if ((d->rotation != ROTATION_NONE || rotates(d)) && !rotate(d)) return -1 ;
  if (d->begins && !d->mid_line) unfinished_in_pipe(d) ;
  r = write(d->current, bytes, up_to_rotation(d, bytes, len)) ;
  if (r == -1)
  {
    if (errno == EINTR) return 0 ;
    logdir_fail(d, "write", "current") ;
    return -1 ;
  }
  d->said = 0 ;
  if (!d->size && r) d->born_ms = (int64_t)clock_ms() ;
  d->size += (uint64_t)r ;
  d->mid_line = r && bytes[r - 1] != '\n' ;
  if (rotates(d)) rotate(d) ; /* the rest of the rotation comes before the next line */
  return r ;
}

void logdir_rotate (struct logdir *d)
{
  if (d->current >= 0 && d->size && d->rotation == ROTATION_NONE && d->processing == PROCESSING_NONE) d->rotate_soon = 1 ;
}

void logdir_attend (struct logdir *d)
{
  if (d->current < 0) return ;
  if ((d->processing == PROCESSING_START || d->processing == PROCESSING_COLLECT)
   && clock_ms() >= d->process_at_ms) processor_attend(d) ;
  if (d->rotation != ROTATION_NONE || rotates(d)) rotate(d) ;
}

static int ms_until (uint64_t now, uint64_t then)
{
  return then <= now ? 0 : then - now > INT_MAX ? INT_MAX : (int)(then - now) ;
}

int logdir_due_ms (struct logdir const *d)
{
  int ms = -1 ;
  if (d->current < 0) return -1 ;
  if (d->processing == PROCESSING_START || d->processing == PROCESSING_COLLECT)
    ms = ms_until(clock_ms(), d->process_at_ms) ;
  else if (d->rotation != ROTATION_NONE) ms = (int)d->retry_ms ;
  else if (d->age_ms && d->size && !d->mid_line && d->processing == PROCESSING_NONE)
    ms = ms_until(0, (uint64_t)young_ms(d)) ;
  return ms ;
}

/* If processing fails, the file stays, and the next logger archives it. */
int logdir_finish (struct logdir *d)
{
  if (d->current < 0) return 1 ;
  if (d->rotation != ROTATION_NONE && !rotate(d)) return 0 ;
  if (d->processing == PROCESSING_COLLECT) processor_attend(d) ;
  if (d->processing == PROCESSING_RUNS || d->processing == PROCESSING_COLLECT) return 0 ;
  if (d->processing == PROCESSING_START) return 1 ;
  if (fsync(d->current) == -1 && errno != EINVAL && errno != EROFS) return logdir_fail(d, "write", "current") ;
  if (fchmod(d->current, LOGDIR_DONE_MODE) == -1) return logdir_fail(d, "mark as complete", "current") ;
  fd_close(d->current) ;
  d->current = -1 ;
  unfinished_remove(d) ;
  return 1 ;
}
