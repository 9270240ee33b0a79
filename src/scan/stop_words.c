#include "scan/stop_words.h"

#include <stdio.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/cmd_strays.h"
#include "scan/stopping.h"
#include "scan/units.h"
#include "wire/state.h"

static char const graces[] = "docker stop --time, stop_grace_period, terminationGracePeriodSeconds" ;

/* ---- what is killed ---- */

void stop_words_killed (struct scanner const *s, char const *what, char const *name, int by_k)
{
  char ms[UINT32_FMT] ;
  ms[uint32_fmt(ms, by_k ? s->stop.limits.kill_ms : s->stop.limits.budget_ms)] = 0 ;
  if (by_k) strerr_warnw5x(what, message_about(name), " has not ended in time; killing it (the time is -K, S6_SERVICES_GRACETIME: ", ms, " milliseconds)") ;
  else strerr_warnw7x(what, message_about(name), " has not ended within the stop's budget; killing it (the budget is -T, REEVE_STOP_TIMEOUT: ", ms,
    " milliseconds; raise it, and the container runtime's own grace: ", graces, ")") ;
}

/* ---- names ---- */

static void add_name (struct stop_names *names, char const *what, char const *name)
{
  size_t room = sizeof names->text - names->len ;
  int n = snprintf(names->text + names->len, room, "%s%s%s", names->len ? ", " : "", what, name) ;
  if (n >= 0 && (size_t)n < room) names->len += (size_t)n ;
  else names->left_out++ ;
  names->text[names->len] = 0 ;
}

/* ---- the order ---- */

static int is_told (struct unit const *unit)
{
  return units_is_leaving(unit) || unit->supervisor.told_to_leave ;
}

void stop_words_collect (struct scanner const *s, struct stop_names *told, struct stop_names *waiting)
{
  told->len = waiting->len = told->left_out = waiting->left_out = 0 ;
  told->text[0] = waiting->text[0] = 0 ;
  if (cmd_runs(s)) add_name(told, "the command ", s->cmd.argv ? s->cmd.argv[0] : "") ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (!units_is_logger(unit) && units_may_run(unit)) add_name(is_told(unit) ? told : waiting, "", unit->name) ;
}

void stop_words_order_given_up (struct scanner const *s, struct stop_names const *told, struct stop_names const *waiting)
{
  char ms[UINT64_FMT] ;
  if (!waiting->len) return ;
  ms[uint64_fmt(ms, clock_ms() - s->stop.began_ms)] = 0 ;
  strerr_warnw7x("giving up the order of the stop after ", ms, " milliseconds: ", told->text, " should have ended first; telling ", waiting->text,
    " to end now (the limits are -T, REEVE_STOP_TIMEOUT, and -K, S6_SERVICES_GRACETIME)") ;
}

/* ---- what still runs ---- */

/* The end of a sentence about units that still run. It is for a stop without a budget. */
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

/* Says so if the service ignores its down-signal. A shell as ./run often does: it does not pass
   signals on, and few of them end it. */
static void say_deaf (struct unit const *unit)
{
  struct state state ;
  struct process_signals signals ;
  uint64_t bit ;
  int deaf ;
  if (!units_may_run(unit) || unit->supervisor.finishes || !state_read(unit->name, &state, 0)) return ;
  if (!phase_is_up(state.phase) || !state.told_ms || state.settings.down_group || !process_signals(state.process.pid, &signals)) return ;
  bit = UINT64_C(1) << (state.settings.down_signal - 1) ;
  deaf = signals.ignored & bit || (send_is_ignored_by_default(state.settings.down_signal) && !((signals.caught | signals.blocked) & bit)) ;
  if (deaf)
    strerr_warnw5x("the ./run of ", message_about(unit->name), " ignores SIG", sig_name(state.settings.down_signal),
      ", its down-signal: if it is a shell that waits for its server, have it `exec` that, or create the file flag-down-group") ;
}

/* A logger is named only when its producer does not run any more. */
void stop_words_still_running (struct scanner const *s)
{
  struct stop_names names = { .len = 0 } ;
  char ms[UINT64_FMT] ;
  char more[UINT_FMT + sizeof " and  more"] = "" ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (units_may_run(unit) && !(unit->producer && units_may_run(unit->producer)) && !(unit->collects && s->units.count > 1)) add_name(&names, unit->supervisor.finishes ? "the finish of " : "", unit->name) ;
  if (cmd_runs(s)) add_name(&names, "the command ", s->cmd.argv ? s->cmd.argv[0] : "") ;
  if (!names.len) return ;
  if (names.left_out) snprintf(more, sizeof more, " and %u more", names.left_out) ;
  ms[uint64_fmt(ms, clock_ms() - s->stop.began_ms)] = 0 ;
  strerr_warnw8x("still running ", ms, " milliseconds after the stop began: ", names.text, more, what_kills(s), graces,
    "), and set REEVE_STOP_TIMEOUT (-T) to less than that, in milliseconds, to have killed and named in time what does not end") ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next) say_deaf(unit) ;
}
