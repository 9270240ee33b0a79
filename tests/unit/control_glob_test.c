/* Patterns for the names of services, and names that they mean or do not. */

#include "control/glob.h"

#include "unit.h"

TEST(a_star_stands_for_any_characters_but_a_slash)
{
  CHECK(glob_matches("*", "")) ;
  CHECK(glob_matches("*", "web")) ;
  CHECK(glob_matches("w*", "w")) ;
  CHECK(glob_matches("worker@*", "worker@1")) ;
  CHECK(glob_matches("*a*b", "xaxbab")) ;
  CHECK(glob_matches("**b", "ab")) ;
  CHECK(!glob_matches("*a*b", "xaxba")) ;
  CHECK(!glob_matches("w*b", "webs")) ;
  CHECK(!glob_matches("*", "web/log")) ;
  CHECK(glob_matches("*/log", "web/log")) ;
  CHECK(glob_matches("*b/l*", "web/log")) ;
  CHECK(!glob_matches("*/log", "log")) ;
  CHECK(!glob_matches("*g", "web/log")) ;
}

TEST(a_question_mark_stands_for_one_character_but_a_slash)
{
  CHECK(glob_matches("w?b", "web")) ;
  CHECK(glob_matches("w?b", "w\xc3\xa9" "b")) ;
  CHECK(glob_matches("w?b", "w\xff" "b")) ;
  CHECK(!glob_matches("w?b", "wb")) ;
  CHECK(!glob_matches("web?", "web")) ;
  CHECK(!glob_matches("web?log", "web/log")) ;
}

TEST(a_set_stands_for_one_character_of_it)
{
  CHECK(glob_matches("[abc]", "b")) ;
  CHECK(!glob_matches("[abc]", "d")) ;
  CHECK(!glob_matches("[abc]", "")) ;
  CHECK(glob_matches("worker@[1-3]", "worker@3")) ;
  CHECK(!glob_matches("worker@[1-3]", "worker@4")) ;
  CHECK(glob_matches("[!1-3]", "4") && glob_matches("[^1-3]", "4")) ;
  CHECK(!glob_matches("[!1-3]", "2") && !glob_matches("[^1-3]", "2")) ;
  CHECK(!glob_matches("web[!a]log", "web/log") && !glob_matches("web[/]log", "web/log")) ;
  CHECK(glob_matches("[]a]", "]") && glob_matches("[]a]", "a") && !glob_matches("[!]a]", "]")) ;
  CHECK(glob_matches("[a-]", "-") && glob_matches("[-a]", "-") && !glob_matches("[a-]", "b")) ;
  CHECK(glob_matches("[\\]]", "]") && glob_matches("[a\\-z]", "-") && !glob_matches("[a\\-z]", "b")) ;
  CHECK(glob_matches("[\xc3\xa0-\xc3\xa9]", "\xc3\xa4")) ;
  CHECK(!glob_matches("[\xc3\xa0-\xc3\xa9]", "z")) ;
}

TEST(a_backslash_takes_away_what_a_character_means)
{
  CHECK(glob_matches("\\*", "*") && !glob_matches("\\*", "a")) ;
  CHECK(glob_matches("\\[a]", "[a]")) ;
  CHECK(glob_matches("a\\", "a\\")) ;
}

TEST(a_bracket_without_an_end_is_itself)
{
  CHECK(glob_matches("[ab", "[ab")) ;
  CHECK(glob_matches("a[", "a[")) ;
  CHECK(glob_matches("[!", "[!") && glob_matches("[]", "[]") && glob_matches("[\\", "[\\")) ;
  CHECK(!glob_matches("[ab", "a")) ;
}
