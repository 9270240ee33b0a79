#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

size_t json_escape (char *out, char const *text, size_t len)
{
  static char const digits[] = "0123456789abcdef" ;
  unsigned char const *s = (unsigned char const *)text ;
  size_t at = 0 ;
  size_t n = 0 ;
  while (at < len)
  {
    size_t one ;
    if (s[at] >= 32 && s[at] < 127 && s[at] != '"' && s[at] != '\\') /* most characters are such, and need no closer look */
    {
      out[n++] = text[at++] ;
      continue ;
    }
    one = text_utf8(text + at, len - at) ;
    if (one && (s[at] < 32 || s[at] == '"' || s[at] == '\\' || s[at] == 127))
    {
      memcpy(out + n, "\\u00", 4) ;
      out[n + 4] = digits[s[at] >> 4] ;
      out[n + 5] = digits[s[at] & 15] ;
      n += 6 ;
    }
    else if (one)
    {
      memcpy(out + n, s + at, one) ;
      n += one ;
    }
    else
    {
      memcpy(out + n, "\\ufffd", 6) ;
      n += 6 ;
    }
    at += one ? one : 1 ;
  }
  return n ;
}

#define PIECE_MAX 64
#define UTF8_MAX 4

void json_print (char const *text)
{
  char escaped[JSON_ESCAPED_MAX((size_t)PIECE_MAX)] ;
  size_t len = strlen(text) ;
  putchar('"') ;
  while (len)
  {
    size_t piece = len < PIECE_MAX ? len : PIECE_MAX ;
    size_t n ;
    /* Do not cut in the middle of a character. */
    while (piece < len && piece > PIECE_MAX - UTF8_MAX && ((unsigned char)text[piece] & 0xc0) == 0x80) piece-- ;
    n = json_escape(escaped, text, piece) ;
    fwrite(escaped, 1, n, stdout) ;
    text += piece ;
    len -= piece ;
  }
  putchar('"') ;
}
