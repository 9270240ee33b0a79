#include "base/json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the valid UTF-8 sequence at `s`, of which `left` bytes are there; 0: none. */
static size_t sequence (unsigned char const *s, size_t left)
{
  static struct { unsigned char mask, lead ; size_t len ; uint32_t min ; } const forms[] =
    { { 0x80, 0x00, 1, 0 }, { 0xe0, 0xc0, 2, 0x80 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 } } ;
  for (size_t f = 0 ; f < sizeof forms / sizeof *forms ; f++)
  {
    uint32_t point ;
    if ((s[0] & forms[f].mask) != forms[f].lead) continue ;
    if (forms[f].len > left) return 0 ;
    point = s[0] & (unsigned char)~forms[f].mask ;
    for (size_t i = 1 ; i < forms[f].len ; i++)
    {
      if ((s[i] & 0xc0) != 0x80) return 0 ;
      point = point << 6 | (s[i] & 0x3f) ;
    }
    return point < forms[f].min || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : forms[f].len ;
  }
  return 0 ;
}

size_t json_escape (char *out, char const *text, size_t len)
{
  static char const digits[] = "0123456789abcdef" ;
  unsigned char const *s = (unsigned char const *)text ;
  size_t at = 0 ;
  size_t n = 0 ;
  while (at < len)
  {
    size_t one = sequence(s + at, len - at) ;
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
    /* Not in the middle of a character. */
    while (piece < len && piece > PIECE_MAX - UTF8_MAX && ((unsigned char)text[piece] & 0xc0) == 0x80) piece-- ;
    n = json_escape(escaped, text, piece) ;
    fwrite(escaped, 1, n, stdout) ;
    text += piece ;
    len -= piece ;
  }
  putchar('"') ;
}
