#include <string.h>

#include "base/json.h"
#include "unit.h"

static int becomes (char const *text, size_t len, char const *expected)
{
  char out[JSON_ESCAPED_MAX(64)] ;
  size_t n = json_escape(out, text, len) ;
  return n <= JSON_ESCAPED_MAX(len) && n == strlen(expected) && !memcmp(out, expected, n) ;
}

TEST(plain_text_and_utf8_stay)
{
  CHECK(becomes("", 0, "")) ;
  CHECK(becomes("a b", 3, "a b")) ;
  CHECK(becomes("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")) ;
}

TEST(what_json_gives_a_meaning_is_escaped)
{
  CHECK(becomes("\"\\\n\0\x7f", 5, "\\u0022\\u005c\\u000a\\u0000\\u007f")) ;
}

TEST(what_is_no_utf8_is_replaced_byte_by_byte)
{
  CHECK(becomes("\xff", 1, "\\ufffd")) ;
  CHECK(becomes("\xc0\xaf", 2, "\\ufffd\\ufffd")) ; /* longer than need be */
  CHECK(becomes("\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd")) ; /* a surrogate */
  CHECK(becomes("\xe2\x82", 2, "\\ufffd\\ufffd")) ; /* cut off: what follows is not looked at */
}
