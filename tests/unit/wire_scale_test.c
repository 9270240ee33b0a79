#include "wire/scale.h"

#include "temp.h"
#include "unit.h"

static void enter (void)
{
  temp_enter() ;
  CHECK(!mkdir(".s6-svscan", 0700) && !mkdir(SCALE_DIRECTORY, 0700)) ;
}

static int reads (char const *text)
{
  uint32_t count = 77 ;
  int r ;
  temp_text(SCALE_DIRECTORY "/a@", text) ;
  errno = 0 ;
  r = scale_read("a@", &count) ;
  return r == 1 ? (int)count : count == 77 && errno == EPROTO ? r : -2 ;
}

TEST(what_is_written_is_read)
{
  uint32_t count = 77 ;
  enter() ;
  CHECK(!scale_read("a@", &count) && count == 77) ;
  CHECK(scale_write("a@", 4)) ;
  CHECK(scale_read("a@", &count) == 1 && count == 4) ;
  CHECK(scale_write("a@", 0)) ;
  CHECK(scale_read("a@", &count) == 1 && !count) ;
  CHECK(scale_write("b@", UINT32_MAX)) ;
  CHECK(scale_read("b@", &count) == 1 && count == UINT32_MAX) ;
  CHECK(access(SCALE_DIRECTORY "/a@.new", F_OK) == -1) ;
}

TEST(anything_else_is_refused)
{
  enter() ;
  CHECK(reads("12\n") == 12) ;
  CHECK(reads("") == -1) ;
  CHECK(reads("12") == -1) ;
  CHECK(reads("\n") == -1) ;
  CHECK(reads("x\n") == -1) ;
  CHECK(reads(" 1\n") == -1) ;
  CHECK(reads("-1\n") == -1) ;
  CHECK(reads("1\n2\n") == -1) ;
  CHECK(reads("99999999999\n") == -1) ;
}

TEST(no_link_is_followed)
{
  uint32_t count = 77 ;
  enter() ;
  temp_text("elsewhere", "3\n") ;
  CHECK(!symlink("../../elsewhere", SCALE_DIRECTORY "/a@")) ;
  CHECK(scale_read("a@", &count) == -1 && count == 77) ;
  CHECK(scale_write("a@", 5)) ; /* in its place */
  CHECK(scale_read("a@", &count) == 1 && count == 5) ;
}

TEST(without_its_directory_nothing_is_written)
{
  uint32_t count ;
  temp_enter() ;
  CHECK(!scale_write("a@", 5) && errno == ENOENT) ;
  CHECK(!scale_read("a@", &count)) ;
}
