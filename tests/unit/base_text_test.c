#include "base/text.h"

#include <string.h>

#include "unit.h"

static int becomes (char const *from, char const *to)
{
  char text[64] ;
  size_t len = strlen(from) ;
  memcpy(text, from, len + 1) ;
  text_make_printable(text, len) ;
  return !strcmp(text, to) ;
}

TEST(what_a_terminal_only_shows_stays)
{
  CHECK(becomes("", "")) ;
  CHECK(becomes("down: 3 of 4\nbye", "down: 3 of 4\nbye")) ;
  CHECK(becomes("a\tb", "a b")) ;
  CHECK(becomes("\303\251 \342\202\254 \360\237\220\246", "\303\251 \342\202\254 \360\237\220\246")) ;
  CHECK(becomes("\302\240", "\302\240")) ; /* a space that keeps words together */
}

TEST(control_characters_do_not)
{
  CHECK(becomes("\033[2J", "?[2J")) ;
  CHECK(becomes("\r\177", "??")) ;
  CHECK(becomes("\302\2332J", "??2J")) ; /* the same as ESC [, in one character */
  CHECK(becomes("\302\200 \302\237", "?? ??")) ;
}

TEST(nor_does_what_is_no_utf8)
{
  CHECK(becomes("\2332J", "?2J")) ; /* for a terminal with an 8-bit character set */
  CHECK(becomes("\303", "?")) ;
  CHECK(becomes("\300\233", "??")) ; /* longer than it need be */
  CHECK(becomes("\342\202x", "??x")) ;
}
