#include "service/instance.h"

#include <string.h>

#include "unit.h"

#define CHECK_TEXT(text, expected) CHECK(is_text(text, expected))

static int is_text (char const *text, char const *expected)
{
  return text && !strcmp(text, expected) ;
}

TEST(a_template_has_a_name_and_the_only_at_sign_at_its_end)
{
  CHECK(instance_is_template("worker@")) ;
  CHECK(!instance_is_template("worker")) ;
  CHECK(!instance_is_template("worker@1")) ;
  CHECK(!instance_is_template("@")) ;
  CHECK(!instance_is_template("")) ;
  CHECK(!instance_is_template("a@b@")) ;
  CHECK(!instance_is_template("@b@")) ;
}

TEST(an_instance_is_told_from_others_by_what_stands_behind_the_first_at_sign)
{
  CHECK_TEXT(instance_of("worker@1"), "1") ;
  CHECK_TEXT(instance_of("a@b@c"), "b@c") ;
  CHECK_TEXT(instance_of("a@b@"), "b@") ;
  CHECK_TEXT(instance_of("a@ x"), " x") ;
  CHECK(!instance_of("worker@")) ;
  CHECK(!instance_of("worker")) ;
  CHECK(!instance_of("@x")) ;
  CHECK(!instance_of("@")) ;
  CHECK(!instance_of("worker@/log")) ;
}

TEST(an_instance_names_its_template)
{
  char template[SERVICE_NAME_MAX + 1] ;
  char const *rest = 0 ;
  CHECK(instance_template("worker@1", template, &rest)) ;
  CHECK_TEXT(template, "worker@") ;
  CHECK_TEXT(rest, "") ;
  CHECK(instance_template("a@b@c", template, 0)) ;
  CHECK_TEXT(template, "a@") ;
  CHECK(instance_template("worker@1/log", template, &rest)) ;
  CHECK_TEXT(template, "worker@") ;
  CHECK_TEXT(rest, "/log") ;
  CHECK(!instance_template("worker@", template, &rest)) ;
  CHECK(!instance_template("worker", template, &rest)) ;
}

TEST(an_instance_is_its_own_template_s_alone)
{
  CHECK(instance_is_of("worker@1", "worker@")) ;
  CHECK(!instance_is_of("worker@", "worker@")) ;
  CHECK(!instance_is_of("workers@1", "worker@")) ;
  CHECK(!instance_is_of("work@1", "worker@")) ;
  CHECK(!instance_is_of("worker1", "worker")) ;
}

TEST(numbered_instances_have_names_as_long_as_they_fit)
{
  char name[SERVICE_NAME_MAX + 1] ;
  char template[SERVICE_NAME_MAX + 1] ;
  CHECK(instance_name(name, "worker@", 12)) ;
  CHECK_TEXT(name, "worker@12") ;
  memset(template, 'a', sizeof template - 1) ;
  template[SERVICE_NAME_MAX - 1] = 0 ;
  template[SERVICE_NAME_MAX - 2] = '@' ;
  CHECK(instance_name(name, template, 9)) ;
  CHECK(!instance_name(name, template, 10)) ;
}

TEST(a_number_is_what_a_count_would_make)
{
  CHECK(instance_number("worker@12") == 12) ;
  CHECK(!instance_number("worker@0")) ;
  CHECK(!instance_number("worker@01")) ;
  CHECK(!instance_number("worker@1a")) ;
  CHECK(!instance_number("worker@-1")) ;
  CHECK(!instance_number("worker@")) ;
  CHECK(!instance_number("worker1")) ;
  CHECK(!instance_number("worker@99999999999")) ;
}

static int parses (char const *text, char const *variable, uint32_t number, int has_default)
{
  struct instance_count count = { .number = 77 } ;
  return instance_count_parse(&count, text) && !strcmp(count.variable, variable) && count.number == number && count.has_default == has_default ;
}

TEST(a_count_is_a_number)
{
  CHECK(parses("4", "", 4, 0)) ;
  CHECK(parses("0\n", "", 0, 0)) ;
  CHECK(parses("10000 \n", "", 10000, 0)) ;
}

TEST(a_count_is_a_variable_perhaps_with_a_default)
{
  CHECK(parses("$WORKERS\n", "WORKERS", 0, 0)) ;
  CHECK(parses("$WORKERS:4\n", "WORKERS", 4, 1)) ;
  CHECK(parses("$_a9:0", "_a9", 0, 1)) ;
}

TEST(anything_else_is_no_count_and_changes_nothing)
{
  static char const *const wrong[] =
  {
    "", "\n", " 4", "-1", "+4", "10001", "4x", "4 5", "four", "$", "$4", "$:4", "$A:", "$A:x", "$A:10001", "$A: 4", "$A B", "${A}", "$A-4", "$A:$B", "0x4", "1e3",
    "99999999999999999999", "$ A"
  } ;
  struct instance_count count = { .number = 77 } ;
  for (size_t i = 0 ; i < sizeof wrong / sizeof *wrong ; i++) CHECK(!instance_count_parse(&count, wrong[i])) ;
  CHECK(count.number == 77) ;
}

static int resolves (char const *text, char const *value, int ok, uint32_t number)
{
  struct instance_count count ;
  uint32_t n = 77 ;
  return instance_count_parse(&count, text) && instance_count_resolve(&count, value, &n) == ok && n == number ;
}

TEST(a_variable_says_how_many_there_are)
{
  CHECK(resolves("3", 0, 1, 3)) ;
  CHECK(resolves("$A", "5", 1, 5)) ;
  CHECK(resolves("$A:2", "5", 1, 5)) ;
  CHECK(resolves("$A:2", "0", 1, 0)) ;
}

TEST(a_variable_that_is_not_set_or_empty_leaves_the_default)
{
  CHECK(resolves("$A:2", 0, 1, 2)) ;
  CHECK(resolves("$A:2", "", 1, 2)) ;
  CHECK(resolves("$A", 0, 0, COUNT_DEFAULT)) ;
  CHECK(resolves("$A", "", 0, COUNT_DEFAULT)) ;
}

TEST(a_variable_that_is_no_count_is_a_fault_and_leaves_the_default)
{
  CHECK(resolves("$A:2", "many", 0, 2)) ;
  CHECK(resolves("$A", "many", 0, COUNT_DEFAULT)) ;
  CHECK(resolves("$A:2", "10001", 0, 2)) ;
  CHECK(resolves("$A:2", "-1", 0, 2)) ;
}
