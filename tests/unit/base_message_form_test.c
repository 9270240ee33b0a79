#include <string.h>

#include "base/message_form.h"
#include "unit.h"

static struct timespec const now = { .tv_sec = 1000000000, .tv_nsec = 1000 } ;

#define HEAD "{\"time\":\"2001-09-09T01:46:40.000001Z\",\"service\":\"reeve\",\"stream\":\"stderr\",\"level\":"

static int becomes (enum message_form form, char const *text, char const *expected)
{
  char out[4000] ;
  size_t n = message_form_line(out, sizeof out, form, &now, text, strlen(text)) ;
  return n == strlen(expected) && !memcmp(out, expected, n) ;
}

TEST(modes)
{
  CHECK(message_form_of("json") == MESSAGE_JSON) ;
  CHECK(message_form_of("prefix") == MESSAGE_PREFIX) ;
  CHECK(message_form_of("lines") == MESSAGE_PLAIN) ;
  CHECK(message_form_of(0) == MESSAGE_PLAIN) ;
}

TEST(a_prefix)
{
  CHECK(becomes(MESSAGE_PREFIX, "reeve-scan: info: x\n", "reeve | reeve-scan: info: x\n")) ;
  CHECK(becomes(MESSAGE_PLAIN, "reeve-scan: info: x\n", "reeve-scan: info: x\n")) ;
}

TEST(an_object)
{
  CHECK(becomes(MESSAGE_JSON, "reeve-scan: fatal: \"x\"\n", HEAD "\"fatal\",\"message\":\"reeve-scan: fatal: \\u0022x\\u0022\"}\n")) ;
  CHECK(becomes(MESSAGE_JSON, "reeve-supervise web: warning: x\n", HEAD "\"warning\",\"about\":\"web\",\"message\":\"reeve-supervise web: warning: x\"}\n")) ;
}

TEST(what_has_no_level_is_information)
{
  CHECK(becomes(MESSAGE_JSON, "x\n", HEAD "\"info\",\"message\":\"x\"}\n")) ;
  CHECK(becomes(MESSAGE_JSON, "", HEAD "\"info\",\"message\":\"\"}\n")) ;
  CHECK(becomes(MESSAGE_JSON, "reeve: No Level: x\n", HEAD "\"info\",\"message\":\"reeve: No Level: x\"}\n")) ;
}

TEST(what_has_no_room_is_cut_and_still_an_object)
{
  static char text[4000] ;
  char out[600] ;
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    enum message_form form = i ? MESSAGE_JSON : MESSAGE_PREFIX ;
    size_t n ;
    memset(text, 1, sizeof text) ;
    memcpy(text, "a: ", 3) ;
    n = message_form_line(out, sizeof out, form, &now, text, sizeof text) ;
    CHECK(n <= sizeof out && out[n - 1] == '\n') ;
    CHECK(!i || !memcmp(out + n - 3, "\"}\n", 3)) ;
  }
}
