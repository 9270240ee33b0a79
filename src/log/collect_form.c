#include <stdio.h>
#include <string.h>

#include <skalibs/tai.h>

#include "base/width.h"
#include "log/collect.h"
#include "service/name.h"

static size_t add (char *out, char const *text)
{
  size_t len = strlen(text) ;
  memcpy(out, text, len) ;
  return len ;
}

size_t form_head (char out[HEAD_MAX], enum form form, char const *name, int is_stderr, unsigned int width, unsigned int colour)
{
  char const *plain = name + (*name == '.') ;
  char printable[SERVICE_NAME_MAX + 5] ;
  size_t columns ;
  int pad ;
  size_t n = 0 ;
  tain now ;
  switch (form)
  {
    case FORM_PREFIX :
      service_name_printable(printable, sizeof printable, plain) ;
      columns = width_of_string(printable) ;
      pad = width > columns ? (int)(width - columns) : 0 ;
      if (colour) return (size_t)snprintf(out, HEAD_MAX, "\033[3%um%s%*s |\033[0m ", colour, printable, pad, "") ;
      return (size_t)snprintf(out, HEAD_MAX, "%s%*s | ", printable, pad, "") ;
    case FORM_JSON :
      tain_wallclock_read(&now) ;
      n += add(out, "{\"time\":\"") ;
      n += stamp_format(out + n, STAMP_UTC, &now) - 1 ; /* without its space */
      n += add(out + n, "\",\"service\":\"") ;
      n += json_escape(out + n, plain, strlen(plain)) ;
      n += add(out + n, is_stderr ? "\",\"stream\":\"stderr\",\"message\":\"" : "\",\"stream\":\"stdout\",\"message\":\"") ;
      return n ;
    default : return 0 ;
  }
}

size_t form_ready (char const *bytes, size_t len, int at_once)
{
  char const *newline = memrchr(bytes, '\n', len) ;
  if (newline) return (size_t)(newline - bytes) + 1 ;
  return at_once ? len : 0 ;
}

size_t form_whole (char const *bytes, size_t len)
{
  for (size_t n = 1 ; n <= 3 && n < len ; n++)
  {
    unsigned char c = (unsigned char)bytes[len - n] ;
    size_t size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2 ;
    if (c < 0x80) break ;
    if (c >= 0xc0) return size > n ? len - n : len ;
  }
  return len ;
}

static size_t put (char *out, enum form form, char const *bytes, size_t len, int ends)
{
  size_t n ;
  if (form == FORM_JSON)
  {
    n = json_escape(out, bytes, len) ;
    return n + add(out + n, "\"}\n") ;
  }
  memcpy(out, bytes, len) ;
  if (ends) out[len++] = '\n' ;
  return len ;
}

size_t form_lines (char out[FORMED_MAX], enum form form, char const *head, size_t head_len, int goes_on, char const *bytes, size_t len, size_t *used)
{
  size_t n = 0 ;
  *used = 0 ;
  while (*used < len)
  {
    char const *line = bytes + *used ;
    char const *newline = memchr(line, '\n', len - *used) ;
    size_t one = newline ? (size_t)(newline - line) : len - *used ;
    size_t most = head_len + (form == FORM_JSON ? JSON_ESCAPED_MAX(one) : one) + 4 ;
    if (n && most > FORMED_MAX - n) break ;
    if (!goes_on || form == FORM_JSON)
    {
      memcpy(out + n, head, head_len) ;
      n += head_len ;
    }
    goes_on = 0 ;
    n += put(out + n, form, line, one, !!newline) ;
    *used += one + !!newline ;
  }
  return n ;
}
