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

void strays_await (struct units *units, struct unit *unit, int awaits)
{
  if (!awaits == !unit->awaits_gone) return ;
  unit->awaits_gone = !!awaits ;
  if (awaits) units->awaiting_gone++ ;
  else units->awaiting_gone-- ;
}

static void due (struct units *units, struct unit *unit, uint64_t ms)
{
  unit->strays_ms = ms ;
  if (!units->strays_due_ms || ms < units->strays_due_ms) units->strays_due_ms = ms ;
}

static void gone (struct scanner *s, struct unit *unit)
{
  struct order order = { .letter = ORDER_STRAYS_GONE } ;
  unit->strays_ms = 0 ;
  unit->killing = 0 ;
  strays_await(&s->units, unit, 0) ;
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
    gone(s, unit) ;
    return ;
  }
  if (unit->killing) kill_all(s, unit) ;
  else terminate(unit) ;
  if (unit->strays_ms) return ;
  orphans_adopt(s, unit) ; /* its deadline is looked at */
  due(&s->units, unit, clock_ms() + TERM_MS) ;
  signal_group(s, unit, SIGTERM) ;
}

static void leave (struct scanner *s, struct unit *unit)
{
  struct orphan *next ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = next)
  {
    next = orphan->next ;
    if (orphan->is_process) continue ;
    say(unit, orphan->pid, "leaving ", ": it does not even end by SIGKILL") ;
    orphans_take_away(orphan) ;
  }
  gone(s, unit) ;
}

/* Only when one is due are all looked at. */
void strays_deadlines (struct scanner *s)
{
  uint64_t now = s->units.strays_due_ms ? clock_ms() : 0 ;
  if (!s->units.strays_due_ms || now < s->units.strays_due_ms) return ;
  if (s->units.unlisted) reap_fallen(s) ; /* perhaps they can be told now */
  s->units.strays_due_ms = 0 ;
  for (struct unit *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
  {
    if (!unit->strays_ms) continue ;
    if (now < unit->strays_ms) due(&s->units, unit, unit->strays_ms) ;
    else if (unit->killing) leave(s, unit) ;
    else
    {
      unit->killing = 1 ;
      due(&s->units, unit, now + KILL_MS) ;
      kill_all(s, unit) ;
    }
  }
}

uint64_t strays_deadline (struct scanner const *s)
{
  return s->units.strays_due_ms ;
}
