#include "scan/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/again.h"
#include "scan/cmd.h"
#include "scan/cmd_strays.h"
#include "scan/directory.h"
#include "scan/ending.h"
#include "scan/inherited.h"
#include "scan/look.h"
#include "scan/needs.h"
#include "scan/stopping.h"
#include "scan/watch.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/order.h"
#include "wire/state.h"

#define DOUBT_MS 3000
#define TRIES 3 /* a second each */
#define ROUNDS_MAX 20
#define NAMES_SIZE 1000

static char const graces[] = "docker stop --time, stop_grace_period, terminationGracePeriodSeconds" ;

/* ---- the beginning ---- */

void stop_warn_of_budget (struct scanner const *s)
{
  char ms[UINT32_FMT] ;
  if (!s->stop.limits.budget_ms || s->stop.limits.budget_ms > STAGE_KILL_BEFORE_MS) return ;
  ms[uint32_fmt(ms, s->stop.limits.budget_ms)] = 0 ;
  strerr_warnw3x("a stop's budget of ", ms, " milliseconds (-T, REEVE_STOP_TIMEOUT) leaves no time to stop, only to kill: write 9000 for 9 seconds") ;
}

/* Has it a supervisor, or gets it one to go on with what runs? */
static int may_run (struct unit const *unit)
{
  return unit->supervisor.pid || unit->adopt ;
}

/* What does not run need not be waited for; and what leaves already is not to return. */
static void let_go_in_order (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (may_run(unit) && !units_is_leaving(unit)) stopping_let_go_in_order(s, unit) ;
    else stopping_let_go(s, unit) ;
  }
}

static void begin (struct scanner *s)
{
  s->stop.on = 1 ;
  s->stop.began_ms = clock_ms() ;
  lock_take(STOPPING_LOCK) ; /* where that cannot be had, clients wait until we end */
  look_cancel(s) ;
  look_order(s, 0) ;
  watch_end(s) ;
  cmd_stop(s) ;
  needs_stop(s) ;
  s->stop.in_order = 1 ;
  s->stop.cmd_first = !!cmd_runs(s) ;
  let_go_in_order(s) ;
}

void stop_begin (struct scanner *s)
{
  if (s->stop.asked && !s->stop.on) begin(s) ;
  if (s->stop.asked_loggers && !s->stop.loggers_too) stopping_let_loggers_go(s) ;
}

/* ---- the stages: deeds ---- */

void stop_order_kill (struct scanner *s, struct unit *unit)
{
  struct order order = { .letter = stopping_has_come(s, STAGE_ABANDON) ? ORDER_ABANDON : ORDER_KILL } ;
  int again = unit->supervisor.kill_due ;
  if (!unit->supervisor.pid) return ; /* one that is started for it gets the order then */
  unit->supervisor.kill_due = !directory_order(unit, &order) ;
  if (!unit->supervisor.kill_due) return ;
  again_later(s, AGAIN_ORDERS) ;
  /* Its directory is gone, and its orders with it: what it leaves falls to us, and is killed. */
  if (errno == ENOENT && unit->supervisor.has_reported && unit->supervisor.is_child && inherited_state_is_lost(unit)) kill(unit->supervisor.pid, SIGKILL) ;
  else if (!again && errno != ENXIO && errno != ENOENT) strerr_warnwu3sys("order the end of ", unit->name, " (trying again every second)") ;
}

/* Its supervisor kills what it runs; what has none is ours. */
static void kill_unit (struct scanner *s, struct unit *unit)
{
  if (!unit->supervisor.pid && (!unit->supervisor.finishes || stopping_has_come(s, STAGE_ABANDON))) ending_kill(s, unit) ;
  stop_order_kill(s, unit) ;
}

/* A logger may go on while its producer does, and then read what remains. */
static int still_has_to_read (struct scanner const *s, struct unit const *unit)
{
  return unit->producer && !stopping_has_come(s, STAGE_LEAVE) && (!stopping_has_come(s, STAGE_ABANDON) || may_run(unit->producer)) ;
}

/* Those that could not be ordered to end all. What they leave becomes a child of ours. */
static int kill_child (pid_t pid, void *data)
{
  (void)data ;
  if (!send_is_sender(pid)) send_to(pid, SIGKILL, 0) ;
  return 1 ;
}

static void kill_supervisors (struct scanner *s)
{
  int any = 0 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!may_run(unit)) continue ;
    if (unit->supervisor.is_child) any = 1 ;
    else if (unit->supervisor.pid) stop_order_kill(s, unit) ;
  }
  /* Each round reaps those that the last one has killed, and finds the children that fall to us by that. */
  for (unsigned int i = 0 ; any && i < ROUNDS_MAX && process_each_child(&kill_child, 0) ; i++)
  {
    struct timespec pause = { .tv_nsec = 1000000 } ;
    nanosleep(&pause, 0) ;
    while (waitpid(-1, 0, WNOHANG) > 0) ;
  }
}

/* ---- the stages: words ---- */

static void say_killed (struct scanner const *s, char const *what, char const *name, int by_k)
{
  char ms[UINT32_FMT] ;
  ms[uint32_fmt(ms, by_k ? s->stop.limits.kill_ms : s->stop.limits.budget_ms)] = 0 ;
  if (by_k) strerr_warnw5x(what, name, " has not ended in time; killing it (the time is -K, S6_SERVICES_GRACETIME: ", ms, " milliseconds)") ;
  else strerr_warnw7x(what, name, " has not ended within the stop's budget; killing it (the budget is -T, REEVE_STOP_TIMEOUT: ", ms,
    " milliseconds; raise it, and the container runtime's own grace: ", graces, ")") ;
}

/* Once, if the stage that has come kills it. */
static void say_unit_killed (struct scanner *s, struct unit *unit)
{
  int by_k = !stopping_has_come(s, STAGE_ABANDON) && stage_kills_by_k(&s->stop.limits) ;
  if (unit->producer ? still_has_to_read(s, unit) : unit->supervisor.finishes && !stopping_has_come(s, STAGE_ABANDON)) return ;
  if (!unit->producer) s->stop.had_to_kill = 1 ;
  if (!unit->stop.killed)
    say_killed(s, unit->producer ? "the logger " : unit->supervisor.finishes ? "the finish of " : "the service ", unit->name, by_k) ;
  unit->stop.killed = 1 ;
}

void stop_too_late (struct scanner *s, struct unit *unit)
{
  if (!stopping_has_come(s, STAGE_KILL) || unit->producer) return ;
  kill_unit(s, unit) ;
  say_unit_killed(s, unit) ;
}

static void say_all_killed (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (may_run(unit)) say_unit_killed(s, unit) ;
}

struct names
{
  char text[NAMES_SIZE] ;
  size_t len ;
  unsigned int left_out ;
} ;

static void add_name (struct names *names, char const *what, char const *name)
{
  size_t room = sizeof names->text - names->len ;
  int n = snprintf(names->text + names->len, room, "%s%s%s", names->len ? ", " : "", what, name) ;
  if (n >= 0 && (size_t)n < room) names->len += (size_t)n ;
  else names->left_out++ ;
  names->text[names->len] = 0 ;
}

/* For who has no budget. */
static char const *what_kills (struct scanner const *s)
{
  static char buf[256] ;
  char ms[UINT32_FMT] ;
  if (!s->stop.limits.kill_ms)
    return ": nothing is killed without a limit, but the container's runtime does so when its grace is over: raise that (" ;
  if (stopping_has_come(s, STAGE_KILL))
    return ": -K (S6_SERVICES_GRACETIME) has come, and does not end a finish or a logger, but the container's runtime does when its grace is over: raise that (" ;
  ms[uint32_fmt(ms, s->stop.limits.kill_ms)] = 0 ;
  snprintf(buf, sizeof buf, ": it is killed %s milliseconds after the stop began (-K, S6_SERVICES_GRACETIME),"
    " unless the container's runtime does so before, when its grace is over: raise that (", ms) ;
  return buf ;
}

/* A shell as ./run does not pass on what it is sent, and ends of few signals itself. */
static void say_deaf (struct unit const *unit)
{
  struct state state ;
  struct process_signals signals ;
  uint64_t bit ;
  int deaf ;
  if (!may_run(unit) || unit->supervisor.finishes || !state_read(unit->name, &state, 0)) return ;
  if (!phase_is_up(state.phase) || !state.told_ms || state.settings.down_group || !process_signals(state.process.pid, &signals)) return ;
  bit = UINT64_C(1) << (state.settings.down_signal - 1) ;
  deaf = signals.ignored & bit || (send_is_ignored_by_default(state.settings.down_signal) && !((signals.caught | signals.blocked) & bit)) ;
  if (deaf)
    strerr_warnw5x("the ./run of ", unit->name, " ignores SIG", sig_name(state.settings.down_signal),
      ", its down-signal: if it is a shell that waits for its server, have it `exec` that, or create the file flag-down-group") ;
}

/* A logger is named when its producer is no more. */
static void speak (struct scanner const *s)
{
  struct names names = { .len = 0 } ;
  char ms[UINT64_FMT] ;
  char more[UINT_FMT + sizeof " and  more"] = "" ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (may_run(unit) && !(unit->producer && may_run(unit->producer))) add_name(&names, unit->supervisor.finishes ? "the finish of " : "", unit->name) ;
  if (cmd_runs(s)) add_name(&names, "the command ", s->cmd.argv ? s->cmd.argv[0] : "") ;
  if (!names.len) return ;
  if (names.left_out) snprintf(more, sizeof more, " and %u more", names.left_out) ;
  ms[uint64_fmt(ms, clock_ms() - s->stop.began_ms)] = 0 ;
  strerr_warnw8x("still running ", ms, " milliseconds after the stop began: ", names.text, more, what_kills(s), graces,
    "), and set REEVE_STOP_TIMEOUT (-T) to less than that, in milliseconds, to have killed and named in time what does not end") ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next) say_deaf(unit) ;
}

/* ---- the stages ---- */

static int is_told (struct unit const *unit)
{
  return units_is_leaving(unit) || unit->supervisor.told_to_leave ;
}

/* Named are those that were waited for, and those that waited for them. */
static void give_up_order (struct scanner *s)
{
  struct names told = { .len = 0 } ;
  struct names waiting = { .len = 0 } ;
  char ms[UINT64_FMT] ;
  s->stop.in_order = s->stop.cmd_first = 0 ;
  if (cmd_runs(s)) add_name(&told, "the command ", s->cmd.argv ? s->cmd.argv[0] : "") ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (!unit->producer && may_run(unit)) add_name(is_told(unit) ? &told : &waiting, "", unit->name) ;
  let_go_in_order(s) ;
  if (!waiting.len) return ;
  ms[uint64_fmt(ms, clock_ms() - s->stop.began_ms)] = 0 ;
  strerr_warnw7x("giving up the order of the stop after ", ms, " milliseconds: ", told.text, " should have ended first; telling ", waiting.text,
    " to end now (the limits are -T, REEVE_STOP_TIMEOUT, and -K, S6_SERVICES_GRACETIME)") ;
}

static void kill_what_is_left (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (may_run(unit) && !unit->producer) kill_unit(s, unit) ;
  if (cmd_runs(s))
  {
    cmd_signal(s, SIGKILL) ;
    cmd_strays_changed(s) ;
  }
  say_all_killed(s) ;
  if (!cmd_runs(s)) return ;
  s->stop.had_to_kill = 1 ;
  say_killed(s, "the command ", s->cmd.argv ? s->cmd.argv[0] : "", stage_kills_by_k(&s->stop.limits)) ;
}

static void abandon_what_is_left (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (!still_has_to_read(s, unit)) kill_unit(s, unit) ;
  say_all_killed(s) ;
}

static void enter (struct scanner *s, enum stage stage)
{
  s->stop.done |= 1U << stage ;
  switch (stage)
  {
    case STAGE_ORDER : give_up_order(s) ; break ;
    case STAGE_SPEAK : speak(s) ; break ;
    case STAGE_KILL : kill_what_is_left(s) ; break ;
    case STAGE_ABANDON : abandon_what_is_left(s) ; break ;
    case STAGE_LEAVE :
      kill_supervisors(s) ;
      say_all_killed(s) ;
      break ;
    default : break ;
  }
}

uint64_t stop_deadline (struct scanner const *s)
{
  enum stage next = s->stop.on ? stage_next(&s->stop.limits, s->stop.done) : STAGE_COUNT ;
  return next == STAGE_COUNT ? 0 : s->stop.began_ms + stage_due_ms(&s->stop.limits, next) ;
}

/* Is all known that runs in LIVE, or could that not be told for too long? */
static int knows_all (struct scanner const *s)
{
  if (look_under_way(s)) return 0 ;
  if (!again_is_due(s, AGAIN_SCAN)) return 1 ;
  if (clock_ms() - s->stop.began_ms < DOUBT_MS) return 0 ;
  strerr_warnw3x("ending, though ", s->live, " could not be examined: what runs there and is not known yet is left alone") ;
  return 1 ;
}

int stop_progress (struct scanner *s)
{
  uint64_t deadline ;
  int cmd_is_left ;
  if (s->stop.at_once) return 1 ;
  if (!s->stop.on) return 0 ;
  cmd_is_left = cmd_strays_end(s) || s->cmd.pid ;
  if (!cmd_is_left && !s->units.count && knows_all(s)) return 1 ;
  if (s->stop.cmd_first && !cmd_is_left)
  {
    s->stop.cmd_first = 0 ;
    let_go_in_order(s) ;
  }
  while ((deadline = stop_deadline(s)) && clock_ms() >= deadline)
  {
    enter(s, stage_next(&s->stop.limits, s->stop.done)) ;
    if (stopping_has_come(s, STAGE_LEAVE)) return 1 ;
  }
  return 0 ;
}

/* ---- what has no supervisor, and gets none ---- */

int stop_gives_up (struct scanner *s, struct unit *unit)
{
  if (!s->stop.on || (unit->phase != UNIT_LEAVING && unit->phase != UNIT_RETURNING)) return 0 ;
  if (unit->stop.tries < UINT8_MAX) unit->stop.tries++ ;
  if (unit->stop.tries <= TRIES) return 0 ;
  if (unit->inherited && (unit->inherited->told_ms || process_is_child(unit->inherited->pid)) && ending_go_on(s, unit) == ENDING_UNDER_WAY) return 0 ;
  strerr_warnw3x("letting go of ", unit->name, ": nothing more can be done for it in this stop (its finish is not run; what it may have left is left alone)") ;
  unit->adopt = 0 ;
  units_set_supervisor(&s->units, unit, 0) ;
  return 1 ;
}
