#include "base/path.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static int joins (char const *directory, char const *name, char const *expected)
{
  char out[16] ;
  return path_join(out, sizeof out, directory, name) && !strcmp(out, expected) ;
}

TEST(there_is_one_slash_between)
{
  CHECK(joins("a", "b", "a/b")) ;
  CHECK(joins("a/", "b", "a/b")) ;
  CHECK(joins("/", "b", "/b")) ;
  CHECK(joins("", "b", "b")) ;
}

TEST(it_may_be_joined_in_its_place)
{
  char out[16] = "a" ;
  CHECK(path_join(out, sizeof out, out, "b") && path_join(out, sizeof out, out, "c")) ;
  CHECK(!strcmp(out, "a/b/c")) ;
}

TEST(what_does_not_fit_is_not_written)
{
  char out[6] = "older" ;
  CHECK(path_join(out, sizeof out, "a", "123")) ;
  CHECK(!strcmp(out, "a/123")) ;
  errno = 0 ;
  CHECK(!path_join(out, sizeof out, "a", "1234") && errno == ENAMETOOLONG) ;
  CHECK(!strcmp(out, "a/123")) ;
}

TEST(the_last_part_is_behind_the_last_slash)
{
  CHECK(!strcmp(path_last("/bin/sh"), "sh")) ;
  CHECK(!strcmp(path_last("sh"), "sh")) ;
  CHECK(!strcmp(path_last("/bin/"), "")) ;
}
