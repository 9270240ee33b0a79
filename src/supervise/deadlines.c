#include "base/clock.h"
#include "supervise/supervisor.h"

#define SOON_MS 100 /* a status waits so long */
#define RETRY_MS 1000 /* try again to publish */
#define HOUR_MS 3600000 /* the longest sleep: poll() counts in int */

void deadline_arm (struct supervisor *s, uint32_t ms)
{
  s->deadline_ms = clock_ms() + ms ;
  s->state_pending = 1 ;
}

int deadline_is_due (uint64_t deadline_ms, uint64_t now_ms)
{
  return deadline_ms && now_ms >= deadline_ms ;
}

/* Reads the clock only if something is armed: an idle supervisor makes no system call. */
uint64_t deadlines_now (struct supervisor const *s)
{
  return s->deadline_ms || s->trial.deadline_ms || s->down_again_ms || s->look_ms || s->checks.deadline_ms || s->slow_ms || s->ready_by_ms ? clock_ms() : 0 ;
}

static void sooner (int *ms, uint64_t now, uint64_t deadline_ms)
{
  uint64_t left ;
  if (!deadline_ms) return ;
  left = deadline_ms > now ? deadline_ms - now : 0 ;
  if (left > HOUR_MS) left = HOUR_MS ;
  if (*ms < 0 || left < (uint64_t)*ms) *ms = (int)left ;
}

int deadlines_sleep_ms (struct supervisor const *s)
{
  uint64_t now = deadlines_now(s) ;
  int ms = -1 ;
  sooner(&ms, now, s->deadline_ms) ;
  sooner(&ms, now, s->trial.deadline_ms) ;
  sooner(&ms, now, s->down_again_ms) ;
  sooner(&ms, now, s->look_ms) ;
  sooner(&ms, now, s->checks.deadline_ms) ;
  sooner(&ms, now, s->slow_ms) ;
  sooner(&ms, now, s->ready_by_ms) ;
  if (s->status_waits && (ms < 0 || ms > SOON_MS)) ms = SOON_MS ;
  if ((s->status_pending || s->state_pending) && (ms < 0 || ms > RETRY_MS)) ms = RETRY_MS ;
  return ms ;
}
