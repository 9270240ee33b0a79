#include "service/name.h"

#include <string.h>

#include "unit.h"

TEST(ordinary_names_are_fine)
{
  CHECK(!service_name_fault("web")) ;
  CHECK(!service_name_fault("a")) ;
  CHECK(!service_name_fault("s6-svscan-log")) ;
  CHECK(!service_name_fault("getty@tty1.service")) ;
  CHECK(!service_name_fault("log")) ;
}

TEST(spaces_and_bytes_that_are_not_utf_8_are_fine)
{
  CHECK(!service_name_fault(" a b ")) ;
  CHECK(!service_name_fault("\x80\xff")) ;
  CHECK(!service_name_fault("\xc3\xa9")) ;
}

TEST(no_name_is_a_fault)
{
  CHECK(service_name_fault("")) ;
}

TEST(a_leading_dot_is_a_fault)
{
  CHECK(service_name_fault(".")) ;
  CHECK(service_name_fault("..")) ;
  CHECK(service_name_fault(".hidden")) ;
  CHECK(!service_name_fault("a.b.")) ;
}

TEST(a_slash_is_a_fault)
{
  CHECK(service_name_fault("/")) ;
  CHECK(service_name_fault("/a")) ;
  CHECK(service_name_fault("a/")) ;
  CHECK(service_name_fault("a/log")) ;
}

TEST(a_control_character_is_a_fault)
{
  char name[] = "a?b" ;
  for (int c = 1 ; c < 256 ; c++)
  {
    name[1] = (char)c ;
    CHECK(!!service_name_fault(name) == (c < 32 || c == 127 || c == '/')) ;
  }
  CHECK(service_name_fault("\302\23331m")) ; /* ESC [, in one character */
  CHECK(!service_name_fault("\302\240")) ;
  CHECK(service_name_fault("\n")) ;
  CHECK(service_name_fault("a\n")) ;
}

TEST(a_name_has_251_bytes_at_most)
{
  char name[SERVICE_NAME_MAX + 2] ;
  memset(name, 'n', sizeof name) ;
  CHECK(SERVICE_NAME_MAX == 251) ;
  name[SERVICE_NAME_MAX + 1] = 0 ;
  CHECK(service_name_fault(name)) ;
  name[SERVICE_NAME_MAX] = 0 ;
  CHECK(!service_name_fault(name)) ;
}

TEST(faults_are_told_in_different_words)
{
  char const *empty = service_name_fault("") ;
  char const *dot = service_name_fault(".a") ;
  char const *slash = service_name_fault("a/b") ;
  char const *control = service_name_fault("a\nb") ;
  CHECK(strstr(dot, "dot")) ;
  CHECK(strstr(slash, "slash")) ;
  CHECK(strstr(control, "control")) ;
  CHECK(strstr(empty, "empty")) ;
}

TEST(control_characters_are_printed_as_question_marks)
{
  char out[32] ;
  CHECK(service_name_printable(out, sizeof out, "a\nb\x1b[31m\x7f" "c") == out) ;
  CHECK(!strcmp(out, "a?b?[31m?c")) ;
  service_name_printable(out, sizeof out, "caf\xc3\xa9 x") ;
  CHECK(!strcmp(out, "caf\xc3\xa9 x")) ;
}

TEST(printing_stays_within_its_size)
{
  char out[8] ;
  memset(out, 'z', sizeof out) ;
  service_name_printable(out, 4, "abcdef") ;
  CHECK(!strcmp(out, "abc") && out[4] == 'z') ;
  service_name_printable(out, 1, "abcdef") ;
  CHECK(!out[0]) ;
  service_name_printable(out, 4, "abc") ;
  CHECK(!strcmp(out, "abc")) ;
  service_name_printable(out, 4, "") ;
  CHECK(!out[0]) ;
}
