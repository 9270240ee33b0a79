#include "scan/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/again.h"
#include "scan/cmd.h"
#include "scan/cmd_after.h"
#include "scan/cmd_strays.h"
#include "scan/collector.h"
#include "scan/directory.h"
#include "scan/ending.h"
#include "scan/inherited.h"
#include "scan/look.h"
#include "scan/needs.h"
#include "scan/stop_words.h"
#include "scan/stopping.h"
#include "scan/watch.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/order.h"

#define DOUBT_MS 3000
#define TRIES 3 /* one per second */
#define ROUNDS_MAX 20

/* ---- the beginning ---- */

void stop_warn_of_budget (struct scanner const *s)
{
  char ms[UINT32_FMT] ;
  if (!s->stop.limits.budget_ms || s->stop.limits.budget_ms > STAGE_KILL_BEFORE_MS) return ;
  ms[uint32_fmt(ms, s->stop.limits.budget_ms)] = 0 ;
  strerr_warnw3x("a stop's budget of ", ms, " milliseconds (-T, REEVE_STOP_TIMEOUT) leaves no time to stop, only to kill: write 9000 for 9 seconds") ;
}

/* Lets go of all units. A unit that runs has its turn in the order of the stop. One that does not
   run, or leaves already, is let go at once: nothing waits for the first, and the second must not
   return. */
static void let_go_in_order (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (units_may_run(unit) && !units_is_leaving(unit)) stopping_let_go_in_order(s, unit) ;
    else stopping_let_go(s, unit) ;
  }
}

static void begin (struct scanner *s)
{
  s->stop.on = 1 ;
  s->stop.began_ms = clock_ms() ;
  lock_take(STOPPING_LOCK, 0600) ; /* a sign to clients; without it they wait until the scanner has ended */
  look_cancel(s) ;
  look_order(s, 0) ;
  watch_end(s) ;
  cmd_stop(s) ;
  cmd_after_end(s) ;
  needs_find_circles(s) ;
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
  if (!unit->supervisor.pid) return ; /* a supervisor that is started later gets the order then */
  unit->supervisor.kill_due = !directory_order(unit, &order) ;
  if (!unit->supervisor.kill_due) return ;
  again_later(s, AGAIN_ORDERS) ;
  /* The directory is gone, and the fifo of orders with it. The supervisor itself is killed: its
     processes become the scanner's children, and are killed as such. */
  if (errno == ENOENT && unit->supervisor.has_reported && unit->supervisor.is_child && inherited_state_is_lost(unit)) kill(unit->supervisor.pid, SIGKILL) ;
  else if (!again && errno != ENXIO && errno != ENOENT) strerr_warnwu3sys("order the end of ", message_about(unit->name), " (trying again every second)") ;
}

/* Kills what the unit runs: its supervisor does so; without one, the scanner. */
static void kill_unit (struct scanner *s, struct unit *unit)
{
  if (!unit->supervisor.pid && (!unit->supervisor.finishes || stopping_has_come(s, STAGE_ABANDON))) ending_kill(s, unit) ;
  stop_order_kill(s, unit) ;
}

/* May the logger, or the collector, go on? A logger may while its producer runs, to read what
   remains. */
static int still_has_to_read (struct scanner const *s, struct unit const *unit)
{
  if (unit->collects) return !stopping_has_come(s, STAGE_LEAVE) ;
  return unit->producer && !stopping_has_come(s, STAGE_LEAVE) && (!stopping_has_come(s, STAGE_ABANDON) || units_may_run(unit->producer)) ;
}

/* Kills a child of the scanner: a supervisor that could not be ordered, or a process that it left.
   That process's own children become the scanner's. */
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
    if (!units_may_run(unit)) continue ;
    if (unit->supervisor.is_child) any = 1 ;
    else if (unit->supervisor.pid) stop_order_kill(s, unit) ;
  }
  /* Each round reaps the children that the last one has killed, and finds the processes that have
     become children by that. */
  for (unsigned int i = 0 ; any && i < ROUNDS_MAX && process_each_child(&kill_child, 0) ; i++)
  {
    struct timespec pause = { .tv_nsec = 1000000 } ;
    nanosleep(&pause, 0) ;
    while (waitpid(-1, 0, WNOHANG) > 0) ;
  }
}

/* Says once that the unit is killed, if the present stage kills it. */
static void say_unit_killed (struct scanner *s, struct unit *unit)
{
  int by_k = !stopping_has_come(s, STAGE_ABANDON) && stage_kills_by_k(&s->stop.limits) ;
  if (units_is_logger(unit) ? still_has_to_read(s, unit) : unit->supervisor.finishes && !stopping_has_come(s, STAGE_ABANDON)) return ;
  if (!units_is_logger(unit)) s->stop.had_to_kill = 1 ;
  if (!unit->stop.killed)
    stop_words_killed(s, units_is_logger(unit) ? "the logger " : unit->supervisor.finishes ? "the finish of " : "the service ", unit->name, by_k) ;
  unit->stop.killed = 1 ;
}

void stop_too_late (struct scanner *s, struct unit *unit)
{
  if (!stopping_has_come(s, STAGE_KILL) || units_is_logger(unit)) return ;
  kill_unit(s, unit) ;
  say_unit_killed(s, unit) ;
}

static void say_all_killed (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (units_may_run(unit)) say_unit_killed(s, unit) ;
}

/* ---- the stages ---- */

static void give_up_order (struct scanner *s)
{
  struct stop_names told ;
  struct stop_names waiting ;
  stop_words_collect(s, &told, &waiting) ;
  s->stop.in_order = s->stop.cmd_first = 0 ;
  let_go_in_order(s) ;
  stop_words_order_given_up(s, &told, &waiting) ;
}

static void kill_what_is_left (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (units_may_run(unit) && !units_is_logger(unit)) kill_unit(s, unit) ;
  if (cmd_runs(s))
  {
    cmd_signal(s, SIGKILL) ;
    cmd_strays_changed(s) ;
  }
  say_all_killed(s) ;
  if (!cmd_runs(s)) return ;
  s->stop.had_to_kill = 1 ;
  stop_words_killed(s, "the command ", s->cmd.argv ? s->cmd.argv[0] : "", stage_kills_by_k(&s->stop.limits)) ;
}

static void abandon_what_is_left (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (!still_has_to_read(s, unit)) kill_unit(s, unit) ;
  collector_hurry(s) ;
  say_all_killed(s) ;
}

static void enter (struct scanner *s, enum stage stage)
{
  s->stop.done |= 1U << stage ;
  switch (stage)
  {
    case STAGE_ORDER : give_up_order(s) ; break ;
    case STAGE_SPEAK : stop_words_still_running(s) ; break ;
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

/* Has a scan seen all that runs in LIVE? Returns 1 also when that could not be told for too long. */
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
  if (!cmd_is_left && s->units.count == !!s->collector && knows_all(s))
  {
    if (!s->collector) return 1 ;
    collector_let_go(s) ;
  }
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

/* ---- units that cannot be given a supervisor ---- */

/* Does the stop wait for a supervisor of the unit? For the collector it does when nothing else is
   left: it may have something to read first. */
static int is_awaited (struct scanner const *s, struct unit const *unit)
{
  return unit->phase == UNIT_LEAVING || unit->phase == UNIT_RETURNING || (unit == s->collector && s->units.count == 1) ;
}

int stop_gives_up (struct scanner *s, struct unit *unit)
{
  if (!s->stop.on || !is_awaited(s, unit)) return 0 ;
  if (unit->stop.tries < UINT8_MAX) unit->stop.tries++ ;
  if (unit->stop.tries <= TRIES) return 0 ;
  if (unit->inherited && (unit->inherited->told_ms || process_is_child(unit->inherited->pid)) && ending_go_on(s, unit) == ENDING_UNDER_WAY) return 0 ;
  strerr_warnw3x("letting go of ", message_about(unit->name), ": nothing more can be done for it in this stop (its finish is not run; processes that it may have left behind are left alone)") ;
  unit->adopt = 0 ;
  units_set_supervisor(&s->units, unit, 0) ;
  return 1 ;
}
