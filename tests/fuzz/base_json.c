#include "base/json.h"
#include "fuzz.h"

char const *PROG = "fuzz" ;

/* What JSON allows inside of a string: no control character, no bare quote or
   backslash, valid UTF-8 (RFC 3629's table). */
static size_t character (unsigned char const *s, size_t left)
{
  size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0 ;
  if (!len || len > left) return 0 ;
  for (size_t i = 1 ; i < len ; i++)
    if ((s[i] & 0xc0) != 0x80) return 0 ;
  if (s[0] == 0xe0 && s[1] < 0xa0) return 0 ;
  if (s[0] == 0xed && s[1] > 0x9f) return 0 ;
  if (s[0] == 0xf0 && s[1] < 0x90) return 0 ;
  if (s[0] == 0xf4 && s[1] > 0x8f) return 0 ;
  return len ;
}

static size_t escape (unsigned char const *s, size_t left)
{
  if (left >= 2 && strchr("\"\\/bfnrt", s[1]) && s[1]) return 2 ;
  if (left < 6 || s[1] != 'u') return 0 ;
  for (size_t i = 2 ; i < 6 ; i++)
    if (!strchr("0123456789abcdefABCDEF", s[i]) || !s[i]) return 0 ;
  return 6 ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  char *text = fuzz_copy(data, size) ;
  char *out = fuzz_copy("", 0) ;
  size_t n ;
  out = realloc(out, JSON_ESCAPED_MAX(size) + 1) ;
  if (!out) abort() ;
  n = json_escape(out, text, size) ;
  CHECK(n <= JSON_ESCAPED_MAX(size)) ;
  for (size_t at = 0 ; at < n ; )
  {
    unsigned char const *s = (unsigned char const *)out + at ;
    size_t one = *s == '\\' ? escape(s, n - at) : *s < 32 || *s == '"' ? 0 : character(s, n - at) ;
    CHECK(one) ;
    at += one ;
  }
  free(out) ;
  free(text) ;
  return 0 ;
}
