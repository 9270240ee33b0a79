#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"
#include "unit.h"

static char line[64] ;
static char *name ;
static char *value ;

static int parsed (char const *text)
{
  strcpy(line, text) ;
  name = value = 0 ;
  return environment_parse_line(line, &name, &value) ;
}

static int is (char const *text, char const *expected_name, char const *expected_value)
{
  return parsed(text) == 1 && !strcmp(name, expected_name) && !strcmp(value, expected_value) ;
}

TEST(a_line_is_a_name_and_a_value_as_it_is)
{
  CHECK(is("A=b", "A", "b")) ;
  CHECK(is("A=", "A", "")) ;
  CHECK(is("A=b=c", "A", "b=c")) ;
  CHECK(is("A= b ", "A", " b ")) ;
  CHECK(is("A=\"b c\"", "A", "\"b c\"")) ;
  CHECK(is("A=b # c", "A", "b # c")) ;
  CHECK(is("a.b-c=1", "a.b-c", "1")) ;
}

TEST(white_space_before_the_name_is_skipped)
{
  CHECK(is(" \tA=b", "A", "b")) ;
}

TEST(comments_empty_lines_and_names_alone_set_nothing)
{
  CHECK(!parsed("")) ;
  CHECK(!parsed("  \t")) ;
  CHECK(!parsed("# A=b")) ;
  CHECK(!parsed("  # A=b")) ;
  CHECK(!parsed("A")) ;
}

TEST(what_has_no_name_is_refused)
{
  CHECK(parsed("=b") == -1) ;
  CHECK(parsed(" =b") == -1) ;
}

TEST(white_space_in_a_name_is_refused)
{
  CHECK(parsed("A =b") == -2) ;
  CHECK(parsed("export A=b") == -2) ;
  CHECK(parsed("A B") == -2) ;
}
