#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "unit.h"
#include "wire/due.h"

static int is_due (uint64_t when)
{
  uint64_t wall = 0 ;
  return due_read(getpid(), &wall) && wall + 1 >= when && wall <= when + 1 ;
}

TEST(a_process_tells_when_it_is_due)
{
  uint64_t wall = 7 ;
  due_tell(DUE_WALL, 9999999999) ;
  CHECK(is_due(9999999999)) ;
  due_tell(DUE_BOOT, process_clock_ms() / 1000 + 500) ;
  CHECK(is_due(clock_wall_ms() / 1000 + 500)) ;
  due_over("reeve-exec") ;
  CHECK(!due_read(getpid(), &wall) && wall == 7) ;
}

TEST(what_has_no_room_is_not_told)
{
  due_over("reeve-exec") ;
  due_tell(DUE_WALL, 10000000000) ;
  CHECK(!is_due(1000000000)) ;
}

TEST(other_names_mean_nothing)
{
  static char const *const names[] = { "due", "due ", "due w", "due x5", "due w5 ", "due 5", "duew5" } ;
  uint64_t wall ;
  for (size_t i = 0 ; i < sizeof names / sizeof *names ; i++)
  {
    prctl(PR_SET_NAME, names[i]) ;
    CHECK(!due_read(getpid(), &wall)) ;
  }
}
