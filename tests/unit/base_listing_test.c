#include "base/listing.h"

#include "temp.h"
#include "unit.h"

#define MANY 500

struct seen
{
  unsigned int each[MANY] ;
  unsigned int count ;
  unsigned int most ; /* 0: any number */
} ;

static int see (int dir, char const *name, void *data)
{
  struct seen *seen = data ;
  struct stat st ;
  unsigned int number ;
  if (*name == '.') return 1 ;
  CHECK(sscanf(name, "a-rather-long-name-%u", &number) == 1 && number < MANY) ;
  CHECK(!fstatat(dir, name, &st, 0)) ;
  seen->each[number]++ ;
  return ++seen->count != seen->most ;
}

static void make_many (void)
{
  char name[64] ;
  temp_enter() ;
  for (unsigned int i = 0 ; i < MANY ; i++)
  {
    snprintf(name, sizeof name, "a-rather-long-name-%u", i) ;
    temp_text(name, "") ;
  }
}

TEST(each_name_is_given_once)
{
  struct seen seen = { .count = 0 } ;
  make_many() ;
  CHECK(listing_each(".", &see, &seen) && seen.count == MANY) ;
  for (unsigned int i = 0 ; i < MANY ; i++) CHECK(seen.each[i] == 1) ;
}

TEST(no_more_than_wanted_are_given)
{
  struct seen seen = { .most = 3 } ;
  make_many() ;
  CHECK(listing_each(".", &see, &seen) && seen.count == 3) ;
}

TEST(what_is_no_directory_is_an_error)
{
  struct seen seen = { .count = 0 } ;
  temp_enter() ;
  temp_text("file", "") ;
  CHECK(!mkfifo("fifo", 0600)) ;
  CHECK(!listing_each("file", &see, &seen) && errno == ENOTDIR) ;
  CHECK(!listing_each("fifo", &see, &seen) && errno == ENOTDIR) ;
  CHECK(!listing_each("none", &see, &seen) && errno == ENOENT) ;
  CHECK(!seen.count) ;
}
