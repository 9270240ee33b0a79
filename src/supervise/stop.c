#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/uint32.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/send.h"
#include "supervise/supervisor.h"

#define SEND_AGAIN_MS 1000
#define KILL_AGAIN_MS 2000 /* SIGKILL is sent again if the process still exists */
#define KILL_SELDOM_MS 10000
#define KILLS_COUNTED 2
#define SLOW_MS 10000

/* ---- the down-signal ---- */

/* Looks at how the process treats the down-signal, just before it is sent. A signal that is ignored
   by default is lost if ./run has no handler for it yet, which may be so when a stop comes while
   the service starts. */
static void look (struct supervisor *s, pid_t pid, struct send_found *found)
{
  uint64_t bit = UINT64_C(1) << (s->settings.down_signal - 1) ;
  struct process_signals signals ;
  *found = (struct send_found) { .known = process_signals(pid, &signals) } ;
  if (!found->known) return ;
  found->caught = !!(signals.caught & bit) ;
  found->blocked = !!(signals.blocked & bit) ;
  found->ignored = !!(signals.ignored & bit) ;
  if (!found->ignored || s->said_ignored) return ;
  s->said_ignored = 1 ;
  strerr_warnw3x("./run ignores SIG", sig_name(s->settings.down_signal), ", the down-signal: it is sent until ./run does not") ;
}

/* Sends the down-signal to the children of ./run, where ./run itself would kill them (base/send.h). */
static int send_past_run (struct supervisor *s)
{
  int ok = send_to_end(s->process.pid, s->settings.down_signal, SEND_CONT) || errno == EINPROGRESS ;
  signal_count(s, ok ? 0 : errno) ;
  return ok ;
}

static pid_t target_of (struct supervisor const *s)
{
  return s->is_child && !s->settings.down_group ? send_end_of(s->process.pid) : s->process.pid ;
}

static int send_down_signal (struct supervisor *s)
{
  pid_t target = target_of(s) ;
  struct send_found found = { .known = 0 } ;
  int may_be_lost = send_is_ignored_by_default(s->settings.down_signal) ;
  if (may_be_lost) look(s, target, &found) ;
  s->down_blocked = !!found.blocked ;
  if (!(target == s->process.pid ? signal_run(s, s->settings.down_signal, s->settings.down_group) : send_past_run(s))) return 0 ;
  s->down_delay_ms = may_be_lost ? send_again_ms(&found, s->down_delay_ms) : 0 ;
  s->down_again_ms = s->down_delay_ms ? clock_ms() + s->down_delay_ms : 0 ;
  s->state_pending = 1 ;
  return 1 ;
}

/* A process on a terminal, such as an interactive shell, may ignore SIGTERM: it gets SIGHUP as
   well. */
static void hang_up (struct supervisor *s)
{
  struct process_signals signals ;
  if (!s->settings.console || s->settings.down_signal != SIGTERM || !isatty(0)) return ;
  if (send_hangs_up(process_signals(s->process.pid, &signals) ? &signals : 0)) signal_run(s, SIGHUP, s->settings.down_group) ;
}

/* Sends the down-signal. The state is saved first: a successor that finds the stop due sends it,
   perhaps a second time. */
enum life_event stop_tell (struct supervisor *s)
{
  settings_read(&s->settings, SETTINGS_STOP, 0) ;
  publish_now(s) ;
  if (!s->process.pid) return LIFE_TOLD ; /* it has ended, which is about to be noted */
  if (!s->told_ms) strays_note_earlier(s) ;
  s->down_delay_ms = 0 ;
  if (!send_down_signal(s)) return LIFE_NOT_TOLD ;
  if (s->settings.down_group) s->group_told_ms = process_clock_ms() ;
  hang_up(s) ;
  signal_run(s, SIGCONT, s->settings.down_group) ;
  return LIFE_TOLD ;
}

/* Does the down-signal, which was blocked when it was sent, wait there still, or was it heard? */
static int has_waited (struct supervisor *s)
{
  struct send_found found ;
  if (!s->down_blocked) return 0 ;
  look(s, target_of(s), &found) ;
  return send_is_heard(&found) ;
}

void stop_again (struct supervisor *s)
{
  s->down_again_ms = 0 ;
  s->state_pending = 1 ;
  if (!phase_is_up(s->phase) || !s->process.pid || has_waited(s)) return ;
  if (!send_down_signal(s)) s->down_again_ms = clock_ms() + SEND_AGAIN_MS ;
}

void stop_arm_slow (struct supervisor *s)
{
  s->slow_ms = s->unfit && s->told_ms ? s->told_ms + SLOW_MS : 0 ;
}

void stop_arm_kill (struct supervisor *s)
{
  if (s->deadline_ms) return ; /* timeout-kill counts from the first down-signal */
  s->told_ms = clock_ms() ;
  stop_arm_slow(s) ;
  s->state_pending = 1 ;
  if (s->settings.timeout_kill_ms) deadline_arm(s, s->settings.timeout_kill_ms) ;
}

void stop_arm_again (struct supervisor *s)
{
  deadline_arm(s, SEND_AGAIN_MS) ;
}

/* Does the process ignore the down-signal? */
static int is_deaf (struct supervisor const *s)
{
  struct process_signals signals ;
  pid_t pid = s->is_child ? send_end_of(s->process.pid) : s->process.pid ;
  return !s->settings.down_group && process_signals(pid, &signals) && signals.ignored >> (s->settings.down_signal - 1) & 1 ;
}

enum life_event stop_take_back (struct supervisor *s)
{
  if (!(s->status.flags & STATUS_WANT_UP) || s->leaving || s->unfit || s->down_again_ms /* the down-signal is being repeated until it has an effect */ || s->settings.timeout_kill_ms || !s->process.pid || !is_deaf(s)) return LIFE_NOTHING ;
  s->told_ms = 0 ;
  return LIFE_TAKEN_BACK ;
}

void stop_say_slow (struct supervisor *s)
{
  char ms[UINT32_FMT] ;
  s->slow_ms = 0 ;
  if (!s->unfit || s->asked || (!phase_is_up(s->phase) && s->phase != PHASE_STRAYS)) return ;
  ms[uint32_fmt(ms, s->settings.timeout_kill_ms)] = 0 ;
  if (s->settings.timeout_kill_ms) strerr_warnw3x("has not ended 10 seconds after it was told to, and is killed after ", ms, " ms (timeout-kill)") ;
  else strerr_warnw1x("has not ended 10 seconds after it was told to, and does not do its work either: waiting for it, as it has no timeout-kill"
    " (`reeve kill KILL` ends it at once)") ;
}

int stop_reload_signal (struct supervisor const *s)
{
  struct settings now = s->settings ;
  settings_read(&now, SETTINGS_STOP, 0) ;
  return now.reload_signal ;
}

/* ---- SIGKILL ---- */

void stop_kill (struct supervisor *s)
{
  if (!s->process.pid) return ;
  if (phase_is_up(s->phase)) s->ending |= s->at_once || s->abandoned ? END_OUT_OF_TIME : END_KILLED ;
  if (s->at_once || (phase_is_up(s->phase) && s->settings.kill_group)) signal_process(s, SIGKILL, 1) ;
  signal_process(s, SIGKILL, 0) ; /* the process may have left its group */
  signal_killed(s) ;
  deadline_arm(s, s->kills ? KILL_SELDOM_MS : KILL_AGAIN_MS) ;
  if (s->kills < KILLS_COUNTED) s->kills++ ;
}

void stop_kill_late (struct supervisor *s)
{
  int first = !s->kills ;
  int second = s->kills == 1 ;
  int run = phase_is_up(s->phase) ;
  stop_kill(s) ;
  if (first) strerr_warnw4x(child_script(s), " has not ended within ", run ? "timeout-kill" : "timeout-finish", "; killing it") ;
  else if (second) strerr_warnw2x(child_script(s), " has not ended by SIGKILL either; sending it again every 10 seconds") ;
}
