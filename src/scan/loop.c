#include "scan/loop.h"

#include <errno.h>
#include <poll.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/signals.h"
#include "scan/again.h"
#include "scan/changes.h"
#include "scan/cmd.h"
#include "scan/cmd_after.h"
#include "scan/condition.h"
#include "scan/dependents.h"
#include "scan/directory.h"
#include "scan/end.h"
#include "scan/leave.h"
#include "scan/held.h"
#include "scan/look.h"
#include "scan/needs.h"
#include "scan/reap.h"
#include "scan/replacement.h"
#include "scan/requests.h"
#include "scan/start.h"
#include "scan/stop.h"
#include "scan/templates.h"
#include "scan/turns.h"
#include "scan/upgrade.h"
#include "scan/watch.h"
#include "service/instance.h"

#define POLL_AGAIN_MS 1000

/* ---- a step: decide, then do ---- */

static void disarm (struct scanner *s, struct unit *unit)
{
  units_disarm(&s->units, unit) ;
  watch_no_unit(s, unit) ;
}

static void await_quiet (struct scanner *s, struct unit *unit)
{
  units_arm(&s->units, unit, instance_of(unit->name) && !directory_has_own(s, unit, "run") ? DEADLINE_QUIET_INSTANCE : DEADLINE_QUIET) ;
  watch_unit(s, unit) ;
}

/* A foreign directory waits without a limit: only an order lets it go. */
static void await_return (struct scanner *s, struct unit *unit)
{
  if (!unit->foreign) units_arm(&s->units, unit, DEADLINE_RETURN) ;
}

static void release (struct scanner *s, struct unit *unit)
{
  templates_forget(s, unit) ;
  leave_release(s, unit) ;
}

/* Does what the step asks for. Returns the event that follows. */
static enum unit_event perform (struct scanner *s, struct unit *unit, unsigned int todo)
{
  if (todo & PLAN_DISARM) disarm(s, unit) ;
  if (todo & PLAN_CLEAN) leave_clean(s, unit) ;
  if (todo & PLAN_AWAIT_QUIET) await_quiet(s, unit) ;
  if (todo & PLAN_AWAIT_RETURN) await_return(s, unit) ;
  if (todo & PLAN_AWAIT_RETRY) units_arm(&s->units, unit, DEADLINE_RETRY) ;
  if (todo & PLAN_SAY_INCOMPLETE) start_say_incomplete(s, unit) ;
  if (todo & PLAN_RELEASE) release(s, unit) ;
  if (todo & PLAN_EXAMINE) return directory_examine(s, unit) ;
  if (todo & PLAN_REFRESH) return start_refresh(s, unit) ;
  if (todo & PLAN_START) return unit->instances.is_template ? templates_count(s, unit) : start_unit(s, unit) ;
  if (todo & PLAN_TELL_LEAVE) return leave_tell(s, unit) ;
  if (todo & PLAN_END_LOGGER) return leave_end_logger(s, unit) ;
  return UNIT_NOTHING ;
}

static void apply (struct scanner *s, struct unit *unit, enum unit_event event)
{
  while (event != UNIT_NOTHING)
  {
    struct plan_step step = plan_step(unit->phase, event) ;
    if (step.todo & PLAN_IMPOSSIBLE)
    {
      strerr_warnw2x("impossible event for ", message_about(unit->name)) ;
      return ;
    }
    unit->phase = step.next ;
    if (unit->instances.is_one || unit->instances.is_member) needs_note_instance(s, unit) ;
    event = perform(s, unit, step.todo) ;
  }
}

void loop_settle (struct scanner *s)
{
  struct unit *unit ;
  enum unit_event event ;
  stop_begin(s) ; /* if a stop was asked for */
  while ((unit = units_take(&s->units, &event))) apply(s, unit, event) ;
}

/* ---- what is due ---- */

static void sooner (int *ms, uint64_t deadline_ms)
{
  uint64_t now = deadline_ms ? clock_ms() : 0 ;
  uint64_t left = deadline_ms > now ? deadline_ms - now : 0 ;
  if (deadline_ms && (*ms < 0 || left < (uint64_t)*ms)) *ms = (int)left ;
}

/* Milliseconds to sleep; -1: until something happens. */
static int sleep_ms (struct scanner const *s)
{
  struct unit const *first = units_first_deadline(&s->units) ;
  int ms = -1 ;
  if (look_under_way(s) || templates_under_way(s)) return 0 ;
  if (first) sooner(&ms, first->wait.at_ms) ;
  if (s->again.what) sooner(&ms, s->again.at_ms) ;
  sooner(&ms, s->look.timer_ms) ;
  sooner(&ms, stop_deadline(s)) ;
  sooner(&ms, s->needs.say_ms) ;
  sooner(&ms, s->upgrade.deadline_ms) ;
  sooner(&ms, s->cmd.look_ms) ;
  return ms ;
}

static void order_again (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!unit->supervisor.pid) continue ;
    if (unit->supervisor.kill_due) stop_order_kill(s, unit) ;
    if (unit->supervisor.upgrade_due) upgrade_pass_on(s, unit) ;
    if (unit->supervisor.go_due) turns_go(s, unit) ;
  }
}

static void try_again (struct scanner *s)
{
  unsigned int what = again_take(s) ;
  if (what & AGAIN_ORDERS) order_again(s) ;
  if (what & AGAIN_STATE) upgrade_tell_client(s) ;
  if (what & AGAIN_CMD_STATUS) cmd_write_status(s) ;
  if (what & AGAIN_CMD) cmd_start_or_look(s) ;
  if (what & AGAIN_SCAN) look_order(s, 1) ;
  again_tried(s) ;
}

void loop_deadlines (struct scanner *s)
{
  struct unit *unit ;
  uint64_t now = clock_ms() ;
  while ((unit = units_first_deadline(&s->units)) && now >= unit->wait.at_ms)
  {
    int turn = unit->wait.kind == DEADLINE_TURN ;
    units_disarm(&s->units, unit) ;
    units_post(&s->units, unit, UNIT_DEADLINE) ;
    loop_settle(s) ;
    if (turn) break ; /* before the next turn, read the reports: a service may have become ready meanwhile */
  }
  if (s->look.timer_ms && now >= s->look.timer_ms) look_order(s, 1) ;
  try_again(s) ;
  loop_settle(s) ;
}

/* CMD starts after the first scan, so that the services are started before it. */
void loop_look (struct scanner *s)
{
  if (templates_under_way(s)) templates_continue(s) ;
  else look_continue(s) ;
  loop_settle(s) ;
  templates_say_unused(s) ;
  look_prune_missing(s) ;
  loop_settle(s) ;
  if (!look_under_way(s) && !templates_under_way(s)) turns_give(s) ;
  if (!s->look.ended_once || s->look.acted_on || units_have_turns(&s->units)) return ;
  s->look.acted_on = 1 ;
  condition_say_none_left(s) ;
  cmd_after_begin(s) ;
  loop_settle(s) ;
}

/* ---- the loop ---- */

enum channel { CHANNEL_SIGNALS, CHANNEL_CONTROL, CHANNEL_REPORTS, CHANNEL_INOTIFY, CHANNEL_PIDFDS, CHANNEL_MESSAGES, CHANNEL_COUNT } ;

static void take_signals (struct scanner *s, int fd)
{
  int sig ;
  int by_kernel ;
  while ((sig = signals_read_from(fd, &by_kernel)))
  {
    if (!cmd_takes_signal(s, sig) && !replacement_execute(s, sig)) requests_signal(s, sig, by_kernel) ;
    loop_settle(s) ;
  }
}

static void wait_for (struct scanner *s, struct pollfd x[CHANNEL_COUNT], int signals)
{
  x[CHANNEL_SIGNALS] = (struct pollfd) { .fd = signals, .events = POLLIN } ;
  x[CHANNEL_CONTROL] = (struct pollfd) { .fd = s->control, .events = POLLIN } ;
  x[CHANNEL_REPORTS] = (struct pollfd) { .fd = s->reports, .events = POLLIN } ;
  x[CHANNEL_INOTIFY] = (struct pollfd) { .fd = s->inotify, .events = POLLIN } ;
  x[CHANNEL_PIDFDS] = (struct pollfd) { .fd = s->units.pidfds, .events = POLLIN } ;
  x[CHANNEL_MESSAGES] = (struct pollfd) { .fd = message_fd(), .events = POLLOUT } ;
  if (poll(x, CHANNEL_COUNT, sleep_ms(s)) != -1 || errno == EINTR) return ;
  if (errno == EFAULT || errno == EINVAL)
  {
    strerr_warnwu1sys("poll") ;
    end_by_crash(s) ;
  }
  clock_pause("poll", POLL_AGAIN_MS) ;
}

void loop (struct scanner *s, int signals)
{
  struct pollfd x[CHANNEL_COUNT] ;
  for (;;)
  {
    units_sweep(&s->units) ;
    if (stop_progress(s)) return ;
    upgrade_progress(s) ;
    loop_settle(s) ;
    turns_progress(s) ;
    dependents_progress(s) ;
    cmd_after_progress(s) ;
    held_say(s) ;
    loop_settle(s) ; /* the calls above may have asked for a stop */
    wait_for(s, x, signals) ;
    if (x[CHANNEL_SIGNALS].revents) take_signals(s, signals) ;
    if (x[CHANNEL_REPORTS].revents & POLLIN) reap_reports(s) ;
    loop_settle(s) ;
    if (x[CHANNEL_PIDFDS].revents & POLLIN) reap_by_pidfds(s) ;
    loop_settle(s) ;
    if (x[CHANNEL_CONTROL].revents & POLLIN) requests_letters(s) ;
    loop_settle(s) ;
    if (s->inotify >= 0 && x[CHANNEL_INOTIFY].revents & POLLIN) changes_read(s) ;
    loop_settle(s) ;
    loop_deadlines(s) ;
    loop_look(s) ;
    if (x[CHANNEL_MESSAGES].revents) message_say_lost() ;
  }
}
