#include "base/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

TEST(descriptors_are_handed_over_as_one_argument)
{
  int fds[3] = { open("/dev/null", O_RDONLY), -1, open("/dev/null", O_RDONLY) } ;
  int taken[3] = { 0 } ;
  char text[UPGRADE_FDS_MAX * 12] ;
  CHECK(fds[0] > 2 && fds[2] > 2) ;
  upgrade_format(text, fds, 3) ;
  CHECK(!strchr(text, ' ') && upgrade_take_over(text, taken, 3)) ;
  CHECK(taken[0] == fds[0] && taken[1] == -1 && taken[2] == fds[2]) ;
  CHECK(fcntl(fds[0], F_GETFD) == FD_CLOEXEC && fcntl(fds[2], F_GETFD) == FD_CLOEXEC) ;
  close(fds[0]) ;
  close(fds[2]) ;
}

TEST(the_largest_numbers_have_room)
{
  int fds[UPGRADE_FDS_MAX] ;
  char text[UPGRADE_FDS_MAX * 12] ;
  for (unsigned int i = 0 ; i < UPGRADE_FDS_MAX ; i++) fds[i] = INT32_MAX ;
  upgrade_format(text, fds, UPGRADE_FDS_MAX) ;
  CHECK(strlen(text) < sizeof text) ;
}

TEST(anything_else_is_refused)
{
  static char const *const wrong[] = { "", ",", "0", "0,", "0,0,", "0,0,0", "-1,0", "x,0", "0,0x", "0 0", "0,4294967295", "0,2147483647" /* not open */ } ;
  int taken[2] ;
  for (size_t i = 0 ; i < sizeof wrong / sizeof *wrong ; i++) CHECK(!upgrade_take_over(wrong[i], taken, 2)) ;
}
