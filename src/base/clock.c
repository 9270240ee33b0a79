#include "base/clock.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/strerr.h>

static int asks_kernel ;

void clock_ask_kernel (void)
{
  asks_kernel = sizeof (time_t) == sizeof (long) ; /* else the C library's struct timespec is not the kernel's */
}

void clock_read (clockid_t clock, struct timespec *now)
{
  if (!asks_kernel || syscall(SYS_clock_gettime, (long)clock, now) == -1) clock_gettime(clock, now) ;
}

void clock_stamp (tain *stamp)
{
  struct timespec now ;
  clock_read(CLOCK_REALTIME, &now) ;
  tain_from_timespec_sysclock(stamp, &now) ;
}

static uint64_t ms_of (clockid_t clock)
{
  struct timespec now ;
  clock_read(clock, &now) ;
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 ;
}

uint64_t clock_ms (void) { return ms_of(CLOCK_MONOTONIC) ; }
uint64_t clock_wall_ms (void) { return ms_of(CLOCK_REALTIME) ; }

uint64_t clock_ms_since (tain const *stamp)
{
  tain now ;
  tain passed ;
  clock_stamp(&now) ;
  if (tain_less(&now, stamp)) return 0 ;
  tain_sub(&passed, &now, stamp) ;
  return passed.sec.x * 1000 + passed.nano / 1000000 ;
}

void clock_pause (char const *what, uint32_t ms)
{
  static int said ;
  struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 } ;
  if (errno != said)
  {
    said = errno ;
    strerr_warnwu2sys(what, " (trying again)") ;
  }
  nanosleep(&pause, 0) ; /* all signals are blocked, so none ends the sleep */
}
