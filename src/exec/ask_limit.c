#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "exec/asking.h"

#define FULL_QUEUE_MS 20 /* the pause before a Unix socket whose queue is full is tried again */
#define SLEPT_MS 1000
#define SLEPT_PART 4

/* ---- why the answer is no ---- */

int asking_no (struct asking const *a, int code, char const *what, char const *detail)
{
  snprintf(a->why, ASK_WHY_MAX, "%s%s", what, detail) ;
  return code ;
}

int asking_timed_out (struct asking const *a, char const *what)
{
  if (a->limit_ms == FOR_EVER) snprintf(a->why, ASK_WHY_MAX, "timed out: %s", what) ;
  else snprintf(a->why, ASK_WHY_MAX, "timed out: %s (limit: %lu ms)", what, (unsigned long)a->limit_ms) ;
  return EXIT_TIMED_OUT ;
}

/* ---- waiting ---- */

/* How long this process was suspended. In a suspended container neither this process nor the one
   that it asks runs, so that time does not count. */
static uint64_t slept_ms ;

uint64_t asking_awake_ms (void)
{
  return clock_ms() - slept_ms ;
}

int asking_overslept (uint64_t late_ms, uint64_t ms)
{
  if (late_ms < SLEPT_MS) return 0 ;
  slept_ms += ms ;
  return 1 ;
}

static int ms_until (uint64_t deadline)
{
  uint64_t now ;
  if (deadline == NO_DEADLINE) return -1 ;
  now = asking_awake_ms() ;
  if (now >= deadline) return 0 ;
  return deadline - now > INT32_MAX ? INT32_MAX : (int)(deadline - now) ;
}

/* The wait is divided into parts, so that a suspension is noticed. */
static int ms_of_part (uint64_t began, uint64_t deadline)
{
  int ms = ms_until(deadline) ;
  uint64_t part = deadline > began ? (deadline - began) / SLEPT_PART + 1 : 1 ;
  return deadline != NO_DEADLINE && (uint64_t)ms > part ? (int)part : ms ;
}

int asking_wait (int fd, short events, uint64_t deadline)
{
  struct pollfd x = { .fd = fd, .events = events } ;
  uint64_t began = asking_awake_ms() ;
  for (;;)
  {
    uint64_t before = asking_awake_ms() ;
    int ms = ms_of_part(began, deadline) ;
    int r = poll(&x, 1, ms) ;
    uint64_t took = asking_awake_ms() - before ;
    if (r > 0) return 1 ;
    if (r == -1 && errno != EINTR) return 0 ;
    if (!r && took > (uint64_t)ms) asking_overslept(took - (uint64_t)ms, took - (uint64_t)ms) ;
    if (r || ms_until(deadline)) continue ;
    errno = ETIMEDOUT ;
    return 0 ;
  }
}

int asking_wait_for_queue (uint64_t deadline)
{
  struct timespec pause = { .tv_nsec = FULL_QUEUE_MS * 1000000L } ;
  if (!ms_until(deadline)) return (errno = ETIMEDOUT, 0) ;
  nanosleep(&pause, 0) ;
  return 1 ;
}
