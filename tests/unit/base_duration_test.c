#include "base/duration.h"

#include "unit.h"

static int is (char const *text, uint64_t expected)
{
  uint64_t ms = 42 ;
  return duration_parse(text, &ms) && ms == expected ;
}

static int refused (char const *text)
{
  uint64_t ms = 42 ;
  return !duration_parse(text, &ms) && ms == 42 ;
}

TEST(a_bare_number_is_seconds)
{
  CHECK(is("0", 0)) ;
  CHECK(is("1", 1000)) ;
  CHECK(is("90", 90000)) ;
}

TEST(units_are_ms_s_m_h)
{
  CHECK(is("500ms", 500)) ;
  CHECK(is("5s", 5000)) ;
  CHECK(is("2m", 120000)) ;
  CHECK(is("1h", 3600000)) ;
  CHECK(is("0ms", 0)) ;
  CHECK(is("0h", 0)) ;
}

TEST(other_units_are_refused)
{
  CHECK(refused("5d")) ;
  CHECK(refused("5S")) ;
  CHECK(refused("5 s")) ;
  CHECK(refused("5us")) ;
  CHECK(refused("5sec")) ;
  CHECK(refused("5msx")) ;
  CHECK(refused("1m30s")) ;
}

TEST(what_is_no_number_is_refused)
{
  CHECK(refused("")) ;
  CHECK(refused("s")) ;
  CHECK(refused("ms")) ;
  CHECK(refused("-1")) ;
  CHECK(refused("+1")) ;
  CHECK(refused(" 1")) ;
  CHECK(refused("1 ")) ;
  CHECK(refused("1\n")) ;
  CHECK(refused("1.5s")) ;
  CHECK(refused("1,5")) ;
  CHECK(refused("0x10")) ;
  CHECK(refused("1e3")) ;
  CHECK(refused("forever")) ;
}

TEST(the_longest_durations_fit)
{
  CHECK(is("18446744073709551615ms", UINT64_MAX)) ;
  CHECK(is("18446744073709551", 18446744073709551000u)) ;
  CHECK(is("18446744073709551s", 18446744073709551000u)) ;
  CHECK(is("307445734561825m", 18446744073709500000u)) ;
  CHECK(is("5124095576030h", 18446744073708000000u)) ;
}

TEST(what_does_not_fit_is_refused)
{
  CHECK(refused("18446744073709551616ms")) ;
  CHECK(refused("18446744073709552")) ;
  CHECK(refused("18446744073709552s")) ;
  CHECK(refused("307445734561826m")) ;
  CHECK(refused("5124095576031h")) ;
  CHECK(refused("99999999999999999999999999999999")) ;
}
