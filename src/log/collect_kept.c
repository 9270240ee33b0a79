#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbtime.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "base/message.h"
#include "log/collect.h"
#include "service/name.h"
#include "wire/kept.h"

#define LATE_MS 100 /* lines are written this often also if there is no silence */

_Static_assert(KEPT_STAMP == TIMESTAMP, "a stamp is a TAI64N label") ;

/* The lines of one service that are not in its file yet. They are written when another service writes, or nobody does. */
static struct
{
  uint64_t half ; /* half of the bytes to keep; 0: none are kept */
  struct source const *of ;
  uint64_t since_ms ;
  size_t len ;
  int said ;
  char bytes[2 * TURN_MAX] ;
} kept ;

void kept_begin (void)
{
  char const *text = getenv("REEVE_LOG_KEEP") ;
  uint64_t bytes = KEPT_DEFAULT ;
  if (text && *text && !uint640_scan(text, &bytes))
  {
    bytes = KEPT_DEFAULT ;
    strerr_warnw3x("invalid REEVE_LOG_KEEP \"", text, "\": allowed: a number of bytes; 65536 are kept") ;
  }
  kept.half = bytes / 2 ;
}

int kept_waits (void)
{
  return !!kept.len ;
}

/* ---- writing ---- */

static int is_ours (int fd, struct stat *st)
{
  if (fstat(fd, st) == -1) return 0 ;
  if (S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1) return 1 ;
  errno = EPERM ;
  return 0 ;
}

/* All of it, or nothing. */
static int append (int fd, off_t size)
{
  int err ;
  if (allwrite(fd, kept.bytes, kept.len) == kept.len) return 1 ;
  err = errno ;
  if (ftruncate(fd, size) == -1) return 0 ;
  errno = err ;
  return 0 ;
}

/* Is the service being removed? Then nobody holds its fifos. */
static int is_leaving (struct source const *source)
{
  for (int i = 0 ; i < 2 ; i++)
  {
    struct pollfd x = { .fd = source->stream[i].fd } ;
    if (x.fd >= 0 && (poll(&x, 1, 0) != 1 || !(x.revents & POLLHUP))) return 0 ;
  }
  return 1 ;
}

/* Makes no file if the service is being removed: its directory is removed, too. */
static int open_file (char const *path, int may_make, struct stat *st)
{
  int fd = file_open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | (may_make ? O_CREAT : 0), 0600) ;
  if (fd == -1 || is_ours(fd, st)) return fd ;
  fd_close(fd) ;
  errno = EPERM ;
  return -1 ;
}

static int write_file (void)
{
  char path[SOURCE_NAME_MAX + sizeof "/" KEPT_FILE] ;
  char old[SOURCE_NAME_MAX + sizeof "/" KEPT_OLD_FILE] ;
  struct stat st ;
  int may_make = !is_leaving(kept.of) ;
  int ok ;
  int fd ;
  snprintf(path, sizeof path, "%s/" KEPT_FILE, kept.of->name) ;
  fd = open_file(path, may_make, &st) ;
  if (fd >= 0 && st.st_size && may_make && (uint64_t)st.st_size + kept.len > kept.half)
  {
    snprintf(old, sizeof old, "%s/" KEPT_OLD_FILE, kept.of->name) ;
    fd_close(fd) ;
    fd = rename(path, old) == -1 ? -1 : open_file(path, 1, &st) ;
  }
  if (fd == -1) return errno == ENOENT || errno == ENOTDIR ; /* the directory has been removed */
  ok = append(fd, st.st_size) ;
  fd_close(fd) ;
  return ok ;
}

void kept_flush (struct source const *source)
{
  if (!kept.len || (source && source != kept.of)) return ;
  if (write_file()) kept.said = 0 ;
  else if (!kept.said)
  {
    kept.said = 1 ;
    strerr_warnwu3sys("keep the last lines of ", message_about(kept.of->name), " (trying again with the next ones)") ;
  }
  kept.len = 0 ;
}

/* ---- lines ---- */

/* Returns where those last lines begin that will all be kept after the next rename. Writes their size to *most. */
static char const *tail (char const *bytes, size_t len, size_t *most)
{
  char const *end = bytes + len ;
  char const *p = end ;
  *most = 0 ;
  while (p > bytes)
  {
    char const *newline = memrchr(bytes, '\n', (size_t)(p - 1 - bytes)) ;
    char const *line = newline ? newline + 1 : bytes ;
    size_t one = (size_t)(p - line) + KEPT_HEAD ;
    if (p < end && (*most + one > kept.half || *most + one > sizeof kept.bytes - 1)) break ;
    *most += one ;
    p = line ;
  }
  ++*most ; /* the last line may lack its newline */
  return p ;
}

void kept_add (struct stream const *stream, char const *bytes, size_t len)
{
  char stamp[KEPT_STAMP] ;
  char const *end = bytes + len ;
  uint64_t now ;
  size_t most ;
  tain time ;
  if (!kept.half || !len) return ;
  bytes = tail(bytes, len, &most) ;
  if (kept.of != stream->source) kept_flush(0) ;
  now = clock_ms() ;
  if (kept.len && now - kept.since_ms >= LATE_MS) kept_flush(0) ;
  if (kept.len && most >= kept.half) kept.len = 0 ; /* only the new lines will be left */
  if (kept.len + most > kept.half || kept.len + most > sizeof kept.bytes) kept_flush(0) ;
  if (!kept.len) kept.since_ms = now ;
  kept.of = stream->source ;
  tain_wallclock_read(&time) ;
  timestamp_fmt(stamp, &time) ;
  while (bytes < end)
  {
    char const *newline = memchr(bytes, '\n', (size_t)(end - bytes)) ;
    size_t one = (size_t)((newline ? newline : end) - bytes) ;
    char *out = kept.bytes + kept.len ;
    memcpy(out, stamp, KEPT_STAMP) ;
    out[KEPT_STAMP] = ' ' ;
    out[KEPT_STAMP + 1] = stream->is_stderr ? KEPT_STDERR : KEPT_STDOUT ;
    out[KEPT_STAMP + 2] = ' ' ;
    memcpy(out + KEPT_HEAD, bytes, one) ;
    out[KEPT_HEAD + one] = '\n' ;
    kept.len += KEPT_HEAD + one + 1 ;
    bytes += one + !!newline ;
  }
}
