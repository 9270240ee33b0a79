#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "control/log_reader.h"
#include "control/log_tail.h"

#define LINE_SHOWN 4096 /* bytes of a line; the rest is cut */

char *log_tail_read (char const *name, unsigned int count)
{
  struct log_reader r = LOG_READER(name) ;
  struct log_line line ;
  char *text = malloc(count * (LINE_SHOWN + 1) + 1) ;
  size_t len = 0 ;
  r.quiet = 1 ;
  if (text && log_reader_open(&r, count, 0))
    for ( ; count && log_reader_next(&r, &line) ; count--)
    {
      size_t n = line.len > LINE_SHOWN ? LINE_SHOWN : line.len ;
      memcpy(text + len, line.text, n) ;
      len += n ;
      text[len++] = '\n' ;
    }
  log_reader_close(&r) ;
  if (!len)
  {
    free(text) ;
    return 0 ;
  }
  text[len] = 0 ;
  text_make_printable(text, len) ;
  return text ;
}
