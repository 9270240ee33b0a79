#include "wire/fifo_lines.h"

#include <string.h>
#include <unistd.h>

int fifo_lines_read (struct fifo_lines *lines, int fd)
{
  size_t most = lines->size / 2 ; /* leaves room for the rest of the last line */
  ssize_t r ;
  lines->end -= lines->begin ;
  memmove(lines->bytes, lines->bytes + lines->begin, lines->end) ;
  lines->begin = 0 ;
  if (lines->end == lines->size && !memchr(lines->bytes, '\n', lines->end))
  {
    lines->dropping = 1 ;
    lines->end = 0 ;
  }
  if (most > lines->size - lines->end) most = lines->size - lines->end ;
  r = read(fd, lines->bytes + lines->end, most) ;
  if (r <= 0) return 0 ;
  lines->end += (size_t)r ;
  /* A writer writes each line whole: the rest of a line that has begun is in the fifo, too. */
  while (lines->bytes[lines->end - 1] != '\n' && lines->end < lines->size && read(fd, lines->bytes + lines->end, 1) == 1)
    lines->end++ ;
  return 1 ;
}

char const *fifo_lines_next (struct fifo_lines *lines, size_t *len)
{
  for (;;)
  {
    char const *line = lines->bytes + lines->begin ;
    char const *end = memchr(line, '\n', lines->end - lines->begin) ;
    if (!end) return 0 ;
    *len = (size_t)(end - line) ;
    lines->begin += *len + 1 ;
    if (!lines->dropping) return line ;
    lines->dropping = 0 ;
  }
}
