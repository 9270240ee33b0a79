#include <signal.h>
#include <stdio.h>

#include <skalibs/error.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "scan/scanner.h"
#include "wire/order.h"

#define TERM_MS 1000 /* as a supervisor does with its own */
#define KILL_MS 2000

/* Without a list of our children: is one in the process group that ./run has left? */
static int has_group (struct scanner const *s, struct unit const *unit)
{
  return s->units.unlisted && process_group_has_child(unit->group) ;
}

static int has_strays (struct scanner const *s, struct unit const *unit)
{
  for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
    if (!orphan->is_process) return 1 ;
  return has_group(s, unit) || (s->units.unlisted && error_temp(s->units.unlisted)) ; /* that can be told later */
}

static void gone (struct unit *unit)
{
  struct order order = { .letter = ORDER_STRAYS_GONE } ;
  unit->strays_ms = 0 ;
  unit->killing = 0 ;
  unit->awaits_gone = 0 ;
  if (!unit->orphans) unit->process = unit->group = 0 ; /* from now on they may be anybody's */
  order_send(unit->name, &order) ; /* it does not wait for ever */
}

static void say (struct unit const *unit, pid_t pid, char const *what, char const *why)
{
  struct process_look look ;
  char number[24] ;
  if (!process_look(pid, &look) || look.state == 'Z') return ;
  snprintf(number, sizeof number, " (pid %ld)", (long)pid) ;
  strerr_warnw6x(what, look.name, number, ", which was left behind by ", unit->name, why) ;
}

static void terminate (struct unit const *unit)
{
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = orphan->next)
  {
    if (orphan->is_process || orphan->told) continue ;
    orphan->told = 1 ;
    say(unit, orphan->pid, "ending ", "") ;
    kill(orphan->pid, SIGTERM) ;
    kill(orphan->pid, SIGCONT) ;
  }
}

static void signal_group (struct scanner const *s, struct unit const *unit, int sig)
{
  if (!has_group(s, unit)) return ;
  kill(-unit->group, sig) ;
  kill(-unit->group, SIGCONT) ;
}

static void kill_all (struct scanner const *s, struct unit const *unit)
{
  orphans_kill(unit, 0) ;
  signal_group(s, unit, SIGKILL) ;
}

void strays_end (struct scanner *s, struct unit *unit)
{
  if (!has_strays(s, unit))
  {
    gone(unit) ;
    return ;
  }
  if (unit->killing) kill_all(s, unit) ;
  else terminate(unit) ;
  if (unit->strays_ms) return ;
  orphans_adopt(s, unit) ; /* its deadline is looked at */
  unit->strays_ms = clock_ms() + TERM_MS ;
  signal_group(s, unit, SIGTERM) ;
}

static void leave (struct unit *unit)
{
  struct orphan *next ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = next)
  {
    next = orphan->next ;
    if (orphan->is_process) continue ;
    say(unit, orphan->pid, "leaving ", ": it does not even end by SIGKILL") ;
    orphans_take_away(orphan) ;
  }
  gone(unit) ;
}

void strays_deadlines (struct scanner *s)
{
  uint64_t now = s->units.adopting ? clock_ms() : 0 ;
  uint64_t first = s->units.unlisted ? strays_deadline(s) : 0 ;
  if (first && now >= first) reap_fallen(s) ; /* perhaps they can be told now */
  for (struct unit *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
  {
    if (!unit->strays_ms || now < unit->strays_ms) continue ;
    if (unit->killing)
    {
      leave(unit) ;
      continue ;
    }
    unit->killing = 1 ;
    unit->strays_ms = now + KILL_MS ;
    kill_all(s, unit) ;
  }
}

uint64_t strays_deadline (struct scanner const *s)
{
  uint64_t first = 0 ;
  for (struct unit const *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    if (unit->strays_ms && (!first || unit->strays_ms < first)) first = unit->strays_ms ;
  return first ;
}
