#include <errno.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/process.h"
#include "scan/scanner.h"
#include "wire/order.h"
#include "wire/state.h"

#define SUPERVISE "reeve-supervise"

/* ---- the set ---- */

static int compare (void const *a, void const *b)
{
  pid_t x = ((struct orphan const *)a)->pid ;
  pid_t y = ((struct orphan const *)b)->pid ;
  return (x > y) - (x < y) ;
}

static struct orphan *find (struct scanner *s, pid_t pid)
{
  struct orphan key = { .pid = pid } ;
  void *node = tfind(&key, &s->units.orphans, &compare) ;
  return node ? *(struct orphan **)node : 0 ;
}

static void adopt (struct scanner *s, struct unit *unit)
{
  if (unit->adopting) return ;
  unit->adopting = 1 ;
  unit->next_adopting = s->units.adopting ;
  s->units.adopting = unit ;
}

static struct orphan *add (struct scanner *s, pid_t pid)
{
  struct orphan *orphan = calloc(1, sizeof *orphan) ;
  if (orphan)
  {
    orphan->pid = pid ;
    if (tsearch(orphan, &s->units.orphans, &compare)) return orphan ;
  }
  strerr_warnwu1sys("remember a process that was left behind") ;
  free(orphan) ;
  return 0 ;
}

static void give (struct scanner *s, struct orphan *orphan, struct unit *unit)
{
  orphan->unit = unit ;
  orphan->next = unit->orphans ;
  unit->orphans = orphan ;
  orphan->is_process = orphan->pid == unit->process ;
  adopt(s, unit) ;
}

void orphans_take_away (struct orphan *orphan)
{
  struct orphan **at = orphan->unit ? &orphan->unit->orphans : 0 ;
  while (at && *at && *at != orphan) at = &(*at)->next ;
  if (at && *at) *at = orphan->next ;
  orphan->unit = 0 ;
}

static void forget (struct scanner *s, struct orphan *orphan)
{
  orphans_take_away(orphan) ;
  tdelete(orphan, &s->units.orphans, &compare) ;
  free(orphan) ;
}

void orphans_release (struct scanner *s, struct unit *unit)
{
  struct orphan *next ;
  if (unit->ends_strays) orphans_kill(unit, 0) ; /* those that came too late */
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = next)
  {
    next = orphan->next ;
    orphan->unit = 0 ; /* nobody's: not taken for one that a later death has left */
    if (orphan->ended) forget(s, orphan) ;
  }
  unit->orphans = 0 ;
  for (struct unit **at = &s->units.adopting ; *at ; at = &(*at)->next_adopting)
    if (*at == unit)
    {
      *at = unit->next_adopting ;
      break ;
    }
  unit->adopting = 0 ;
}

/* ---- booking ---- */

struct booking
{
  struct scanner *s ;
  struct unit *dead ;
  struct unit *current ; /* whose children these are, in the order of the kernel's list */
  struct unit *bereaved ; /* the unit of an orphan that has ended, which has left children of its own; 0: none */
  int killed ;
} ;

/* Those that were killed, among the dead. */
static struct unit *killed (struct unit *dead)
{
  while (dead && dead->left) dead = dead->next_dead ;
  return dead ;
}

/* By the session, which only setsid() leaves. */
static struct unit *of_session (struct booking const *b, pid_t session)
{
  if (session <= 0) return 0 ;
  for (struct unit *unit = killed(b->dead) ; unit ; unit = killed(unit->next_dead))
    if (session == unit->group || session == unit->process) return unit ;
  for (struct unit *unit = b->s->units.adopting ; unit ; unit = unit->next_adopting)
    if (session == unit->group || session == unit->process) return unit ;
  return 0 ;
}

/* Of a child that has said who it is. */
static struct unit *of_process (struct booking const *b, pid_t pid)
{
  struct unit *unit = killed(b->dead) ;
  while (unit && pid != unit->process) unit = killed(unit->next_dead) ;
  return unit ;
}

/* What is older than the service cannot descend from it. */
static int can_descend (struct process_look const *look, struct unit const *unit)
{
  return unit && look->started_ms + PROCESS_TICK_MS >= unit->process_started_ms ;
}

/* Of what has left its session: by its place in the kernel's list. What stands before
   the process of a service was there before its supervisor died: another's, or
   nobody's, as is what somebody has started in the container from outside. */
static struct unit *of_place (struct booking const *b, struct process_look const *look)
{
  struct unit *unit = killed(b->dead) ;
  if (can_descend(look, b->current)) return b->current ;
  while (unit && (!can_descend(look, unit) || process_is_child(unit->process))) unit = killed(unit->next_dead) ;
  if (unit) return unit ;
  for (unit = b->s->units.adopting ; unit && (!can_descend(look, unit) || !unit->orphans) ; unit = unit->next_adopting) ;
  return unit ;
}

static int note (pid_t pid, void *data)
{
  struct scanner *s = data ;
  struct orphan *orphan ;
  if (pid == s->command_pid || pid == s->upgrade.checker || units_by_supervisor(&s->units, pid) || find(s, pid)) return 1 ;
  orphan = add(s, pid) ;
  if (orphan) orphan->fresh = 1 ;
  return 1 ;
}

void orphans_note (struct scanner *s)
{
  process_each_child(&note, s) ;
}

/* The kernel appends the children of a process that dies to ours, the oldest first:
   what cannot be told by its session stands behind what can. */
static int book (pid_t pid, void *data)
{
  struct booking *b = data ;
  struct orphan *orphan = find(b->s, pid) ;
  struct process_look look ;
  struct unit *unit ;
  if (orphan && orphan->unit && !b->bereaved) b->current = orphan->unit ;
  if (!orphan || !orphan->fresh || !process_look(pid, &look)) return 1 ;
  orphan->fresh = 0 ;
  unit = of_process(b, pid) ;
  if (!unit && look.never_executed && !strcmp(look.name, SUPERVISE))
  {
    kill(pid, SIGKILL) ;
    b->killed = 1 ;
  }
  if (!unit) unit = of_session(b, look.session) ;
  if (unit) b->current = unit ;
  else if (look.session != getsid(0)) unit = of_place(b, &look) ;
  if (unit) give(b->s, orphan, unit) ;
  return 1 ;
}

void orphans_of_dead (struct unit *unit)
{
  struct state state ;
  struct birth birth ;
  if (!state_recover(unit->name, &state, &birth)) return ;
  unit->process = state.process.pid ;
  unit->process_started_ms = state.process.after_ms ;
  unit->group = state.group ;
  if (!birth.process.pid || birth.number <= state.births) return ;
  unit->process = birth.process.pid ;
  unit->process_started_ms = birth.process.after_ms ;
  if (birth.what == 'r') unit->group = birth.process.pid ;
}

static void book_process (struct scanner *s, struct unit *unit)
{
  struct orphan *orphan ;
  if (!unit->process || find(s, unit->process) || !process_is_child(unit->process)) return ;
  orphan = add(s, unit->process) ;
  if (orphan) give(s, orphan, unit) ;
}

/* Without a list of our children, their processes at least. */
static void book_processes (struct scanner *s, struct unit *dead)
{
  for (struct unit *unit = killed(dead) ; unit ; unit = killed(unit->next_dead))
    book_process(s, unit) ;
}

int orphans_book (struct scanner *s, struct unit *dead, struct unit *bereaved)
{
  struct booking b = { .s = s, .dead = dead, .current = bereaved, .bereaved = bereaved } ;
  for (struct unit *unit = killed(dead) ; unit ; unit = killed(unit->next_dead))
  {
    orphans_of_dead(unit) ;
    adopt(s, unit) ;
  }
  if (!process_each_child(&book, &b)) book_processes(s, dead) ;
  return b.killed ;
}

void orphans_book_process (struct scanner *s, struct unit *unit)
{
  struct state state ;
  if (!state_read(unit->name, &state, 0) || !state.process.pid || state.flags & STATE_MAIN_IS_CHILD) return ;
  unit->process = state.process.pid ;
  unit->group = state.group ;
  book_process(s, unit) ;
}

void orphans_book_left (struct scanner *s, struct unit *unit)
{
  orphans_of_dead(unit) ;
  adopt(s, unit) ;
  book_process(s, unit) ;
}

void orphans_of_nobody (struct scanner *s)
{
  struct booking b = { .s = s } ;
  orphans_note(s) ;
  reap(s) ; /* what a supervisor has left that has just ended is its service's */
  process_each_child(&book, &b) ;
}

void orphans_not (struct scanner *s, pid_t pid)
{
  add(s, pid) ;
}

/* ---- their ends ---- */

static void tell_end (struct orphan *orphan)
{
  struct order order = { .letter = ORDER_ENDED, .pid = orphan->pid, .wstat = orphan->wstat & 0xffff } ;
  orphan->sent = order_send(orphan->unit->name, &order) ;
}

static void tell (struct unit const *unit)
{
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = orphan->next)
    if (orphan->ended && !orphan->sent) tell_end(orphan) ;
}

void orphans_told (struct scanner *s, struct unit *unit, pid_t process)
{
  struct orphan *next ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = next)
  {
    next = orphan->next ;
    if (orphan->pid == process && !orphan->is_process) /* flag-forks: it is the service now */
    {
      unit->process = process ;
      unit->group = getpgid(process) ;
      orphan->is_process = 1 ;
    }
    if (orphan->ended && orphan->sent && orphan->pid != process) forget(s, orphan) ;
  }
  tell(unit) ;
}

void orphans_tell_left (struct unit const *unit)
{
  struct order order = { .letter = ORDER_LEFT } ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = orphan->next)
  {
    order.pid = orphan->pid ;
    if (!orphan->is_process) orphan->offered = order_send(unit->name, &order) ;
  }
  order.pid = 0 ;
  order_send(unit->name, &order) ; /* it asks again */
}

void orphans_tell_again (struct unit const *unit)
{
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = orphan->next) orphan->sent = 0 ;
}

/* It has ended before it could be booked. */
static struct orphan *claim (struct scanner *s, struct unit *dead, struct orphan *orphan, pid_t pid)
{
  for (struct unit *unit = dead ; unit ; unit = unit->next_dead)
  {
    if (!unit->process) orphans_of_dead(unit) ; /* it may have been about to be born */
    if (unit->process != pid) continue ;
    if (!orphan) orphan = add(s, pid) ;
    if (!orphan) break ;
    orphan->fresh = 0 ;
    give(s, orphan, unit) ;
    break ;
  }
  return orphan ;
}

struct unit *orphans_ended (struct scanner *s, struct unit *dead, pid_t pid, int wstat)
{
  struct orphan *orphan = find(s, pid) ;
  struct unit *unit ;
  if (!orphan || !orphan->unit) orphan = claim(s, dead, orphan, pid) ;
  if (!orphan) return 0 ;
  unit = orphan->unit ;
  orphan->wstat = (unsigned int)wstat ;
  if (!unit || !orphan->is_process)
  {
    if (unit && orphan->offered) tell_end(orphan) ; /* it may have been chosen, which we have not been told yet */
    forget(s, orphan) ;
    return unit ;
  }
  orphan->ended = 1 ;
  if (unit->supervisor && !unit->dead) tell(unit) ;
  return unit ;
}

int orphans_in_the_air (struct scanner const *s)
{
  for (struct unit const *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
      if (orphan->ended) return 1 ;
  return 0 ;
}

/* ---- signals ---- */

void orphans_signal (struct scanner *s, struct unit *unit, int signal)
{
  struct orphan const *orphan = find(s, unit->process) ;
  if (!orphan || orphan->unit != unit || orphan->ended) return ;
  if (signal > 0) kill(unit->process, signal) ;
  else if (process_group_has_child(unit->group)) kill(-unit->group, -signal) ;
}

void orphans_kill (struct unit const *unit, int process)
{
  for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
    if (!orphan->ended && (process || !orphan->is_process)) kill(orphan->pid, SIGKILL) ;
}
