#include "base/clock.h"

#include <poll.h>

#include "unit.h"

/* Does the stamp lie between two of the wall clock as skalibs reads it? */
static int stamp_is_right (void)
{
  tain before ;
  tain stamp ;
  tain after ;
  tain margin = { .sec = TAI_ZERO, .nano = 1000 } ; /* skalibs rounds */
  tain_wallclock_read(&before) ;
  clock_stamp(&stamp) ;
  tain_wallclock_read(&after) ;
  tain_sub(&before, &before, &margin) ;
  return !tain_less(&stamp, &before) && !tain_less(&after, &stamp) ;
}

static int clock_goes_on (void)
{
  uint64_t before = clock_ms() ;
  poll(0, 0, 20) ;
  return clock_ms() >= before + 20 ;
}

TEST(clocks_are_read)
{
  CHECK(stamp_is_right() && clock_goes_on()) ;
}

TEST(how_long_ago)
{
  tain stamp ;
  clock_stamp(&stamp) ;
  stamp.sec.x -= 40 * 24 * 3600 ; /* more milliseconds than an int has */
  CHECK(clock_ms_since(&stamp) / 1000 / 3600 == 40 * 24) ;
  stamp.sec.x += 41 * 24 * 3600 ;
  CHECK(!clock_ms_since(&stamp)) ;
}

TEST(the_kernel_says_the_same)
{
  uint64_t before = clock_ms() ;
  uint64_t wall = clock_wall_ms() ;
  clock_ask_kernel() ;
  CHECK(stamp_is_right() && clock_goes_on()) ;
  CHECK(clock_ms() >= before && clock_ms() < before + 100000) ;
  CHECK(clock_wall_ms() >= wall && clock_wall_ms() < wall + 100000) ;
}
