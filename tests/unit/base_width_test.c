#include "base/width.h"

#include "unit.h"

TEST(each_character_counts_as_the_terminal_shows_it)
{
  CHECK(!width_of_string("")) ;
  CHECK(width_of_string("web-1") == 5) ;
  CHECK(width_of_string("gr\303\266\303\237e") == 5) ;
  CHECK(width_of_string("\346\227\245\346\234\254") == 4) ; /* two wide ones */
  CHECK(width_of_string("e\314\201") == 1) ; /* with an accent of its own */
}

TEST(what_is_shown_as_question_marks_counts_as_many)
{
  CHECK(width_of_string("\033[31m") == 5) ;
  CHECK(width_of_string("\23331m") == 4) ; /* not UTF-8 */
  CHECK(width_of_string("\302\205") == 2) ; /* a control character of two bytes */
  CHECK(width_of_string("a\346\227") == 3) ; /* the beginning of a character */
}

TEST(only_so_many_bytes_are_looked_at)
{
  CHECK(width_of("\346\227\245x", 3) == 2) ;
  CHECK(!width_of("x", 0)) ;
}

TEST(no_character_is_cut)
{
  CHECK(width_fit("\346\227\245\346\234\254", 3) == 3) ;
  CHECK(width_fit("\346\227\245\346\234\254", 4) == 6) ;
  CHECK(width_fit("e\314\201x", 1) == 3) ; /* the accent stays with its letter */
  CHECK(width_fit("abc", 9) == 3) ;
  CHECK(!width_fit("abc", 0)) ;
}
