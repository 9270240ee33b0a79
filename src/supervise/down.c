#include <errno.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/send.h"
#include "supervise/supervisor.h"

/* A signal that does nothing by default is lost when ./run has no handler for it yet: a
   stop may come while the service starts. What is true just before it is sent tells. */
static void look (struct supervisor *s, pid_t pid, struct send_found *found)
{
  uint64_t bit = UINT64_C(1) << (s->settings.down_signal - 1) ;
  struct process_signals signals ;
  *found = (struct send_found) { .known = process_signals(pid, &signals) } ;
  if (!found->known) return ;
  found->caught = !!(signals.caught & bit) ;
  found->blocked = !!(signals.blocked & bit) ;
  if (!(signals.ignored & bit) || s->said_ignored) return ;
  s->said_ignored = 1 ;
  strerr_warnw3x("./run ignores SIG", sig_name(s->settings.down_signal), ", the down-signal: it is sent until ./run does not") ;
}

/* To what descends from it, where ./run would kill that itself (base/send.h). Returns -1
   when that is not so, else as reap_signal() does. */
static int send_past_run (struct supervisor *s, pid_t target)
{
  int ok ;
  if (target == s->process.pid) return -1 ;
  ok = send_to_end(s->process.pid, s->settings.down_signal, SEND_CONT) || errno == EINPROGRESS ;
  reap_count(s, ok ? 0 : errno) ;
  return ok ;
}

static int send (struct supervisor *s)
{
  pid_t target = s->is_child && !s->settings.down_group && s->phase == PHASE_UP ? send_end_of(s->process.pid) : s->process.pid ;
  int sent ;
  struct send_found found = { .known = 0 } ;
  int may_be_lost = s->process.pid && send_is_ignored_by_default(s->settings.down_signal) ;
  if (may_be_lost) look(s, target, &found) ;
  sent = send_past_run(s, target) ;
  if (sent == -1) sent = reap_signal(s, s->settings.down_signal, s->settings.down_group) ;
  if (!sent) return 0 ;
  s->down_delay_ms = may_be_lost ? send_again_ms(&found, s->down_delay_ms) : 0 ;
  s->unheard = !!s->down_delay_ms ;
  s->down_again_ms = s->unheard ? clock_ms() + s->down_delay_ms : 0 ;
  s->state_pending = 1 ;
  return 1 ;
}

int down_send (struct supervisor *s)
{
  s->down_delay_ms = 0 ;
  return send(s) ;
}

void down_again (struct supervisor *s)
{
  if (s->phase == PHASE_UP && s->process.pid && !send(s)) down_go_on(s) ;
}

void down_never_again (struct supervisor *s)
{
  s->unheard = 0 ;
  s->down_again_ms = 0 ;
}

void down_go_on (struct supervisor *s)
{
  if (!s->unheard) return ;
  s->down_delay_ms = send_again_ms(&(struct send_found) { .known = 0 }, s->down_delay_ms) ;
  s->down_again_ms = clock_ms() + s->down_delay_ms ;
}
