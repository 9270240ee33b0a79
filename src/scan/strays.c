#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <skalibs/error.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/scanner.h"
#include "service/stray.h"
#include "wire/order.h"
#include "wire/state.h"

/* Without a list of our children: is one in the process group that ./run has left? */
static int has_group (struct scanner const *s, struct unit const *unit)
{
  return s->units.unlisted && process_group_has_child(unit->group) ;
}

static int has_strays (struct scanner const *s, struct unit const *unit)
{
  for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
    if (!orphan->is_process && !orphan->stray.left) return 1 ;
  return (has_group(s, unit) && !unit->group_stray.left) || (s->units.unlisted && error_temp(s->units.unlisted)) ; /* that can be told later */
}

/* The limits of what its supervisor's predecessor has left: from what that one knew. */
static struct stray_limits limits_of (struct scanner const *s, struct unit const *unit)
{
  struct stray_limits limits = { .group = unit->group, .at_once = stop_kills(s) && !unit->producer } ;
  struct settings settings ;
  struct state state ;
  settings_defaults(&settings) ;
  if (state_read(unit->name, &state, 0))
  {
    settings = state.settings ;
    limits.group = state.group ;
    if (state.phase == PHASE_STRAYS && state.flags & STATE_END_ASKED)
      limits.service = state.told_ms ? STRAY_ALL_BUT_EARLIER : STRAY_GROUP_IS_SERVICE ;
    limits.group_told_ms = state.phase == PHASE_STRAYS ? state.group_told_ms : 0 ;
    limits.down_ms = state.told_ms ;
  }
  else if (unit->ending) /* nobody knows what it had for timeout-kill */
  {
    settings.down_signal = unit->down_signal ;
    limits.service = STRAY_ALL_BUT_EARLIER ;
  }
  limits.timeout_kill_ms = settings.timeout_kill_ms ;
  limits.timeout_strays_ms = settings.timeout_strays_ms ;
  limits.down_signal = settings.down_signal ;
  return limits ;
}

static void gone (struct unit *unit)
{
  struct order order = { .letter = ORDER_STRAYS_GONE } ;
  struct orphan *next ;
  unit->strays_ms = 0 ;
  unit->awaits_gone = 0 ;
  unit->group_stray = (struct stray) { 0 } ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = next)
  {
    next = orphan->next ;
    if (orphan->stray.left) orphans_take_away(orphan) ;
  }
  if (!unit->orphans) unit->process = unit->group = 0 ; /* from now on they may be anybody's */
  look_send(unit, &order) ; /* it asks again */
}

static void say (struct unit const *unit, pid_t pid, char const *name, char const *what, char const *why)
{
  char number[24] ;
  snprintf(number, sizeof number, " (pid %ld)", (long)pid) ;
  strerr_warnw6x(what, name, number, ", which was left behind by ", unit->name, why) ;
}

/* Does what is due about one; `pid` may be a process group's, negative. Returns when to look again, 0: when something has ended. */
static uint64_t decide (struct scanner *s, struct unit const *unit, struct stray_limits const *limits, struct stray *stray,
  pid_t pid, struct stray_look const *look, char const *name)
{
  uint64_t now = clock_ms() ;
  struct stray_step step ;
  if (!stray->seen_ms) stray->seen_ms = now ;
  step = stray_step(limits, stray, look, now) ;
  stray_do(stray, limits, pid, step.deed, now) ;
  if (step.deed == STRAY_KILL) stop_killed(s) ;
  if (step.deed == STRAY_KILL && !limits->at_once)
    say(unit, pid, name, "killing ", stray_is_service(limits, look) ? ": it has not ended within timeout-kill" : ": it has not ended within timeout-strays") ;
  else if (step.deed == STRAY_TELL && !look->ours) say(unit, pid, name, "ending ", "") ;
  else if (step.deed == STRAY_LEAVE && !stray->left) say(unit, pid, name, "leaving ", ": it does not even end by SIGKILL") ;
  if (step.deed == STRAY_LEAVE) stray->left = 1 ;
  if (step.deed == STRAY_TELL) step = stray_step(limits, stray, look, now) ;
  return step.again_ms ;
}

static void sooner (uint64_t *first, uint64_t ms)
{
  if (ms && (!*first || ms < *first)) *first = ms ;
}

static uint64_t decide_all (struct scanner *s, struct unit *unit)
{
  struct stray_limits limits = limits_of(s, unit) ;
  struct stray_look now = { .in_group = 1, .had_signal = !!limits.group_told_ms } ;
  uint64_t first = 0 ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = orphan->next)
  {
    struct process_look process ;
    struct stray_look look ;
    if (orphan->is_process || orphan->ended) continue ;
    if (!process_look(orphan->pid, &process)) process = (struct process_look) { .name = "a process" } ;
    if (process.state == 'Z') continue ; /* about to be reaped */
    stray_look(&look, &limits, orphan->pid, &process) ;
    look.earlier = orphan->earlier ;
    sooner(&first, decide(s, unit, &limits, &orphan->stray, orphan->pid, &look, process.name)) ;
  }
  if (has_group(s, unit)) sooner(&first, decide(s, unit, &limits, &unit->group_stray, -unit->group, &now, "the process group")) ;
  return first ;
}

void strays_end (struct scanner *s, struct unit *unit)
{
  if (has_strays(s, unit))
  {
    orphans_adopt(s, unit) ; /* its deadline is looked at */
    unit->strays_ms = decide_all(s, unit) ;
  }
  if (!has_strays(s, unit)) gone(unit) ;
}

void strays_signal (struct scanner *s, struct unit const *unit, int signal)
{
  struct stray_limits limits = limits_of(s, unit) ;
  for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
  {
    struct process_look process ;
    struct stray_look look ;
    if (orphan->is_process || orphan->ended || !process_look(orphan->pid, &process)) continue ;
    stray_look(&look, &limits, orphan->pid, &process) ;
    look.earlier = orphan->earlier ;
    if (look.in_group || stray_is_service(&limits, &look)) send_to(orphan->pid, signal, 0) ;
  }
}

void strays_deadlines (struct scanner *s)
{
  uint64_t now = s->units.adopting ? clock_ms() : 0 ;
  uint64_t first = s->units.unlisted ? strays_deadline(s) : 0 ;
  if (first && now >= first) reap_fallen(s) ; /* perhaps they can be told now */
  for (struct unit *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    if (unit->strays_ms && now >= unit->strays_ms) strays_end(s, unit) ;
}

uint64_t strays_deadline (struct scanner const *s)
{
  uint64_t first = 0 ;
  for (struct unit const *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    sooner(&first, unit->strays_ms) ;
  return first ;
}
