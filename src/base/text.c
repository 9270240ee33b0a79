#include "base/text.h"

#include <string.h>

size_t text_code_point (char const *text, size_t left, uint32_t *out)
{
  unsigned char const *s = (unsigned char const *)text ;
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
    if (point < forms[f].min || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return 0 ;
    *out = point ;
    return forms[f].len ;
  }
  return 0 ;
}

size_t text_utf8 (char const *text, size_t left)
{
  uint32_t point ;
  return text_code_point(text, left, &point) ;
}

static int is_control (unsigned char const *s, size_t len)
{
  if (len == 1) return *s < ' ' || *s == 127 ;
  return len == 2 && s[0] == 0xc2 && s[1] < 0xa0 ; /* U+0080 to U+009F */
}

void text_make_printable (char *text, size_t len)
{
  for (size_t at = 0 ; at < len ;)
  {
    size_t one ;
    size_t end ;
    if (text[at] >= ' ' && text[at] < 127) /* nearly all are */
    {
      at++ ;
      continue ;
    }
    one = text_utf8(text + at, len - at) ;
    end = at + (one ? one : 1) ;
    if (text[at] == '\t') text[at] = ' ' ;
    else if (text[at] != '\n' && (!one || is_control((unsigned char const *)text + at, one)))
      for (size_t i = at ; i < end ; i++) text[i] = '?' ;
    at = end ;
  }
}

int text_has_control (char const *text)
{
  for (size_t left = strlen(text) ; left ; )
  {
    size_t one = text_utf8(text, left) ;
    unsigned char const *s = (unsigned char const *)text ;
    if (one && is_control(s, one)) return 1 ;
    text += one ? one : 1 ;
    left -= one ? one : 1 ;
  }
  return 0 ;
}
