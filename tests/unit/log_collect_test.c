#include <string.h>

#include "log/collect.h"
#include "unit.h"

static char out[FORMED_MAX] ;

static int becomes (enum form form, char const *head, int goes_on, char const *text, size_t len, char const *expected)
{
  size_t used ;
  size_t n = form_lines(out, form, head, strlen(head), goes_on, text, len, &used) ;
  return used == len && n == strlen(expected) && !memcmp(out, expected, n) ;
}

TEST(what_is_ready_ends_with_a_newline)
{
  CHECK(form_ready("a\nb", 3, 0) == 2) ;
  CHECK(form_ready("a\nb\n", 4, 0) == 4) ;
  CHECK(form_ready("a", 1, 0) == 0) ;
  CHECK(form_ready("a\nb", 3, 1) == 2) ;
}

TEST(a_beginning_is_ready_only_when_it_must_be)
{
  CHECK(form_ready("a", 1, 1) == 1) ;
  CHECK(form_whole("ab", 2) == 2) ;
  CHECK(form_whole("a\xc3\xa9", 3) == 3) ;
  CHECK(form_whole("a\xc3", 2) == 1) ;
  CHECK(form_whole("a\xe2\x82", 3) == 1) ;
  CHECK(form_whole("a\xf0\x9f\x98", 4) == 1) ;
  CHECK(form_whole("a\xf0\x9f\x98\x80", 5) == 5) ;
  CHECK(form_whole("a\x80\x80\x80\x80", 5) == 5) ;
  CHECK(form_whole("\xc3", 1) == 1) ;
  CHECK(form_ready("", 0, 1) == 0) ;
}

TEST(each_line_has_a_head)
{
  CHECK(becomes(FORM_PREFIX, "web | ", 0, "a\n\nb\n", 5, "web | a\nweb | \nweb | b\n")) ;
  CHECK(becomes(FORM_PREFIX, "web | ", 0, "a", 1, "web | a")) ;
}

TEST(the_rest_of_a_line_has_none_but_in_json)
{
  CHECK(becomes(FORM_PREFIX, "web | ", 1, "a\nb", 3, "a\nweb | b")) ;
  CHECK(becomes(FORM_JSON, "{\"m\":\"", 1, "a\nb", 3, "{\"m\":\"a\"}\n{\"m\":\"b\"}\n")) ;
}

TEST(json_is_valid_whatever_the_bytes)
{
  CHECK(becomes(FORM_JSON, "{\"m\":\"", 0, "\"\xff\x01\n", 4, "{\"m\":\"\\u0022\\ufffd\\u0001\"}\n")) ;
}

/* Whole lines only; what is left comes with the next call. */
TEST(what_has_no_room_is_not_used)
{
  static char newlines[TURN_MAX] ;
  char head[1000] ;
  size_t used ;
  size_t n ;
  memset(newlines, '\n', sizeof newlines) ;
  memset(head, 'h', sizeof head) ;
  n = form_lines(out, FORM_JSON, head, sizeof head, 0, newlines, sizeof newlines, &used) ;
  CHECK(n <= FORMED_MAX) ;
  CHECK(used && used < sizeof newlines) ;
  CHECK(n == used * (sizeof head + 3)) ;
}

TEST(the_longest_line_has_room)
{
  static char bytes[TURN_MAX] ;
  char head[HEAD_MAX] ;
  size_t used ;
  memset(bytes, 0, sizeof bytes) ;
  memset(head, 'h', sizeof head) ;
  CHECK(form_lines(out, FORM_JSON, head, sizeof head, 0, bytes, sizeof bytes, &used) == HEAD_MAX + 6 * TURN_MAX + 3) ;
  CHECK(used == sizeof bytes) ;
}

TEST(heads)
{
  char head[HEAD_MAX] ;
  size_t n = form_head(head, FORM_PREFIX, "web", 0, 5, 0) ;
  CHECK(n == 8 && !memcmp(head, "web   | ", n)) ;
  n = form_head(head, FORM_PREFIX, ".cmd", 0, 3, 2) ;
  CHECK(n == 15 && !memcmp(head, "\033[32mcmd |\033[0m ", n)) ;
  n = form_head(head, FORM_PREFIX, "\346\227\245\346\234\254", 0, 5, 0) ; /* two characters of two columns each */
  CHECK(n == 10 && !memcmp(head, "\346\227\245\346\234\254  | ", n)) ;
  n = form_head(head, FORM_PREFIX, "\2332J", 0, 3, 0) ;
  CHECK(n == 6 && !memcmp(head, "?2J | ", n)) ;
  n = form_head(head, FORM_JSON, "a\"b", 1, 0, 0) ;
  CHECK(n > 40 && !memcmp(head, "{\"time\":\"", 9)) ;
  head[n] = 0 ;
  CHECK(!!strstr(head, "\"service\":\"a\\u0022b\",\"stream\":\"stderr\",\"message\":\"")) ;
  CHECK(!form_head(head, FORM_LINES, "web", 0, 5, 0)) ;
}
