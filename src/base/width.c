#include "base/width.h"

#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

/* In the C locale glibc's wcwidth() knows only ASCII; musl's needs no locale. Where there is no
   C.UTF-8, wcwidth() returns -1, and each character counts as one column. */
static int columns_of (uint32_t point)
{
  int columns ;
#ifdef __GLIBC__
  static int has_locale ;
  if (!has_locale)
  {
    setlocale(LC_CTYPE, "C.UTF-8") ;
    has_locale = 1 ;
  }
#endif
  columns = wcwidth((wchar_t)point) ;
  return columns < 0 ? 1 : columns ;
}

/* The length of the first character is written to `one`. */
static size_t width_of_first (char const *text, size_t left, size_t *one)
{
  uint32_t point ;
  *one = text_code_point(text, left, &point) ;
  if (!*one) *one = 1 ; /* not UTF-8 */
  else if (point >= 0xa0) return (size_t)columns_of(point) ;
  return *one ;
}

size_t width_of (char const *text, size_t len)
{
  size_t columns = 0 ;
  size_t one ;
  for (size_t at = 0 ; at < len ; at += one) columns += width_of_first(text + at, len - at, &one) ;
  return columns ;
}

size_t width_of_string (char const *text)
{
  return width_of(text, strlen(text)) ;
}

size_t width_fit (char const *text, size_t columns)
{
  size_t len = strlen(text) ;
  size_t at = 0 ;
  while (at < len)
  {
    size_t one ;
    size_t width = width_of_first(text + at, len - at, &one) ;
    if (width > columns) break ;
    columns -= width ;
    at += one ;
  }
  return at ;
}
