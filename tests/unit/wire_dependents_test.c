#include "wire/dependents.h"

#include "temp.h"
#include "unit.h"

#define BEGIN() do { temp_enter() ; CHECK(mkdir(".s6-svscan", 0755) != -1) ; } while (0)

/* Are these the names, each with a NUL, and then an empty one? */
static int reads (char const *bytes, size_t len)
{
  stralloc names = STRALLOC_ZERO ;
  int same = dependents_read(&names) && names.len == len && !memcmp(names.s, bytes, len) ;
  stralloc_free(&names) ;
  return same ;
}

#define READS(text) reads(text, sizeof text)
#define WRITE(text) dependents_write(text, sizeof text - 1)

TEST(what_was_written_is_read)
{
  BEGIN() ;
  CHECK(WRITE("web\nworker@1\n")) ;
  CHECK(READS("web\0worker@1\0")) ;
  CHECK(WRITE("")) ;
  CHECK(READS("")) ;
}

TEST(without_the_file_nobody_knows)
{
  stralloc names = STRALLOC_ZERO ;
  BEGIN() ;
  CHECK(!dependents_read(&names) && errno == ENOENT) ;
  CHECK(WRITE("web\n") && dependents_forget() && dependents_forget()) ;
  CHECK(!dependents_read(&names) && errno == ENOENT) ;
  stralloc_free(&names) ;
}

TEST(the_last_name_ends_also_where_its_line_does_not)
{
  BEGIN() ;
  CHECK(WRITE("web\nwork")) ;
  CHECK(READS("web\0work")) ;
}

TEST(what_is_too_large_to_be_one_is_not_read)
{
  stralloc names = STRALLOC_ZERO ;
  BEGIN() ;
  CHECK(WRITE("web\n") && truncate(DEPENDENTS_FILE, (off_t)17 << 20) != -1) ;
  CHECK(!dependents_read(&names)) ;
  stralloc_free(&names) ;
}
