#include "control/log_reader.h"

#include <string.h>
#include <unistd.h>

#define CHUNK 65536

off_t log_start_last (int fd, off_t size, uint64_t *count)
{
  static char bytes[CHUNK] ;
  off_t at = size ;
  off_t line = size ; /* the beginning of the line that was found last */
  if (!size || !*count) return size ;
  while (at)
  {
    if (line - at >= LOG_LINE_MAX) /* a line ends here for us: a file can have a hole of any size */
    {
      line = at ;
      if (!--*count) return at ;
    }
    size_t n = at < CHUNK ? (size_t)at : CHUNK ;
    at -= (off_t)n ;
    if (pread(fd, bytes, n, at) != (ssize_t)n) return at + (off_t)n ;
    while (n--)
    {
      if (bytes[n] != '\n' || at + (off_t)n + 1 >= size) continue ;
      line = at + (off_t)n + 1 ;
      if (!--*count) return line ;
    }
  }
  --*count ;
  return 0 ;
}

/* Reads the first stamp after the next newline from `at` on. Returns 0 when there is none near. */
static uint64_t stamp_behind (int fd, off_t at, int without_leaps)
{
  static char bytes[CHUNK] ;
  ssize_t r = pread(fd, bytes, sizeof bytes, at) ;
  char const *end = bytes + (r > 0 ? r : 0) ;
  char const *line = bytes ;
  uint64_t ns = 0 ;
  while (!ns && line < end && (line = memchr(line, '\n', (size_t)(end - line))))
  {
    line++ ;
    log_stamp(line, (size_t)(end - line), without_leaps, &ns) ;
  }
  return ns ;
}

static off_t behind_newline (int fd, off_t at, off_t size)
{
  char bytes[4096] ;
  ssize_t r ;
  while ((r = pread(fd, bytes, sizeof bytes, at)) > 0)
  {
    char const *newline = memchr(bytes, '\n', (size_t)r) ;
    if (newline) return at + (newline - bytes) + 1 ;
    at += r ;
  }
  return size ;
}

/* Where it finds no stamp, it looks further before: lines of unknown time are shown. */
off_t log_start_since (int fd, off_t size, int without_leaps, uint64_t since)
{
  off_t older = 0 ; /* a line that begins before this offset is older */
  off_t end = size ;
  while (end - older > CHUNK)
  {
    off_t middle = older + (end - older) / 2 ;
    uint64_t ns = stamp_behind(fd, middle, without_leaps) ;
    if (ns && ns < since) older = middle ;
    else end = middle ;
  }
  return older ? behind_newline(fd, older, size) : 0 ;
}
