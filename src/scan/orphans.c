#include <errno.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/error.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/scanner.h"
#include "wire/channels.h"
#include "wire/lock.h"
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

void orphans_adopt (struct scanner *s, struct unit *unit)
{
  char path[UNIT_PATH_MAX] ;
  if (unit->adopting) return ;
  snprintf(path, sizeof path, "%s/" SUPERVISE_LOCK, unit->name) ;
  unit->mark = lock_mark(path) ;
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
  orphan->fresh = 0 ;
  orphan->is_process = orphan->pid == unit->process ;
  orphan->earlier = unit->dead && unit->untold && !orphan->is_process ;
  orphans_adopt(s, unit) ;
}

void orphans_take_away (struct orphan *orphan)
{
  struct orphan **at = orphan->unit ? &orphan->unit->orphans : 0 ;
  while (at && *at && *at != orphan) at = &(*at)->next ;
  if (at && *at) *at = orphan->next ;
  orphan->unit = 0 ;
}

void orphans_forget (struct scanner *s, struct orphan *orphan)
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
    if (orphan->ended) orphans_forget(s, orphan) ;
  }
  unit->orphans = 0 ;
  if (!unit->adopting) return ;
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
  int killed ;
  int again ; /* one has ended that may have left others */
} ;

static int descends (struct unit const *unit, uint64_t mark, pid_t session)
{
  return (mark && mark == unit->mark) || (session > 0 && (session == unit->group || session == unit->process)) ;
}

static struct unit *of_descent (struct booking const *b, uint64_t mark, pid_t session)
{
  struct unit *unit = reap_killed(b->dead) ;
  while (unit && !descends(unit, mark, session)) unit = reap_killed(unit->next_dead) ;
  if (unit) return unit ;
  for (unit = b->s->units.adopting ; unit && !descends(unit, mark, session) ; unit = unit->next_adopting) ;
  return unit ;
}

/* Of a child that has said who it is. */
static struct unit *of_process (struct booking const *b, pid_t pid)
{
  struct unit *unit = reap_killed(b->dead) ;
  while (unit && pid != unit->process) unit = reap_killed(unit->next_dead) ;
  return unit ;
}

static int note (pid_t pid, void *data)
{
  struct scanner *s = data ;
  struct orphan *orphan ;
  if (pid == s->command_pid || pid == s->upgrade.checker || send_is_sender(pid) || units_by_supervisor(&s->units, pid) || find(s, pid)) return 1 ;
  orphan = add(s, pid) ;
  if (orphan) orphan->fresh = 1 ;
  return 1 ;
}

void orphans_note (struct scanner *s)
{
  s->units.unlisted = process_each_child(&note, s) ? 0 : errno ;
}

static int book (pid_t pid, void *data)
{
  struct booking *b = data ;
  struct orphan *orphan = find(b->s, pid) ;
  struct process_look look ;
  struct unit *unit ;
  uint64_t mark ;
  if (!orphan || !orphan->fresh) return 1 ;
  mark = process_mark(pid) ; /* before the look, which tells if it was too late for it */
  if (!mark && errno && error_temp(errno)) b->s->units.unlisted = errno ;
  if (!process_look(pid, &look))
  {
    if (error_temp(errno)) b->s->units.unlisted = errno ;
    return 1 ;
  }
  unit = of_process(b, pid) ;
  if (!unit && look.never_executed && !strcmp(look.name, SUPERVISE))
  {
    kill(pid, SIGKILL) ;
    b->killed = 1 ;
  }
  if (!unit) unit = of_descent(b, mark, look.session) ;
  if (unit) give(b->s, orphan, unit) ;
  else if (look.state == 'Z')
  {
    orphan->fresh = 0 ;
    b->again = 1 ;
  }
  return 1 ;
}

void orphans_of_dead (struct unit *unit)
{
  struct state state ;
  struct birth birth ;
  int known = state_recover(unit->name, &state, &birth) ;
  unit->untold = 0 ;
  if (!known)
  {
    unit->process = unit->reported ; /* its directory is gone */
    unit->group = unit->reported_group ;
    return ;
  }
  unit->process = state.process.pid ;
  unit->group = state.group ;
  unit->untold = known == 1 && state.phase == PHASE_UP && !state.told_ms && !(state.flags & (STATE_STOP_DUE | STATE_SEARCHING | STATE_FORKED)) ;
  if (!birth.process.pid || birth.number <= state.births) return ;
  unit->process = birth.process.pid ;
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
  for (struct unit *unit = reap_killed(dead) ; unit ; unit = reap_killed(unit->next_dead))
    book_process(s, unit) ;
}

int orphans_book (struct scanner *s, struct unit *dead, int *killed)
{
  struct booking b = { .s = s, .dead = dead } ;
  for (struct unit *unit = reap_killed(dead) ; unit ; unit = reap_killed(unit->next_dead))
  {
    orphans_of_dead(unit) ;
    orphans_adopt(s, unit) ;
  }
  if (!process_each_child(&book, &b)) book_processes(s, dead) ;
  *killed |= b.killed ;
  return b.again ;
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
  orphans_adopt(s, unit) ;
  book_process(s, unit) ;
}

void orphans_not (struct scanner *s, pid_t pid)
{
  add(s, pid) ;
}

/* ---- their ends ---- */

static void tell_end (struct orphan *orphan)
{
  struct order order = { .letter = ORDER_ENDED, .pid = orphan->pid, .wstat = orphan->wstat & 0xffff } ;
  orphan->sent = look_send(orphan->unit, &order) ;
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
    if (orphan->ended && orphan->sent && orphan->pid != process) orphans_forget(s, orphan) ;
  }
  tell(unit) ;
}

void orphans_tell_left (struct unit *unit)
{
  struct order order = { .letter = ORDER_LEFT } ;
  for (struct orphan *orphan = unit->orphans ; orphan ; orphan = orphan->next)
  {
    order.pid = orphan->pid ;
    if (!orphan->is_process) orphan->offered = look_send(unit, &order) ;
  }
  order.pid = 0 ;
  look_send(unit, &order) ; /* it asks again */
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
    give(s, orphan, unit) ;
    break ;
  }
  return orphan ;
}

/* Nobody waits for the next try longer than the last of what is to end first. */
static void hurry (struct scanner *s, struct unit *unit)
{
  if (unit && unit->ending && unit->waiting == DEADLINE_RETRY) units_arm(&s->units, unit, DEADLINE_SOON) ;
}

void orphans_ended (struct scanner *s, struct unit *dead, pid_t pid, int wstat)
{
  struct orphan *orphan = find(s, pid) ;
  struct unit *unit ;
  if (!orphan || !orphan->unit) orphan = claim(s, dead, orphan, pid) ;
  if (!orphan) return ;
  unit = orphan->unit ;
  orphan->wstat = (unsigned int)wstat ;
  if (!orphan->unit || !orphan->is_process)
  {
    if (orphan->unit && orphan->offered) tell_end(orphan) ; /* it may have been chosen, which we have not been told yet */
    orphans_forget(s, orphan) ;
    hurry(s, unit) ;
    return ;
  }
  orphan->ended = 1 ;
  hurry(s, unit) ;
  if (orphan->unit->supervisor && !orphan->unit->dead) tell(orphan->unit) ;
}

int orphans_in_the_air (struct scanner const *s)
{
  for (struct unit const *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
      if (orphan->ended) return 1 ;
  return 0 ;
}

/* ---- signals ---- */

static int is_beyond_us (pid_t pid)
{
  return pid > 0 && kill(pid, 0) != -1 && !process_is_child(pid) ;
}

static void say_beyond_us (struct unit const *unit)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, unit->process)] = 0 ;
  strerr_warnw5x("the process of ", unit->name, " (pid ", number,
    "), which is no child of the present scanner, cannot be sent a signal without pidfds: end it by hand") ;
}

/* The group that an unreaped child is in now: one that it was in once may be another's. */
static void signal_group_of (pid_t pid, int sig)
{
  pid_t group = getpgid(pid) ;
  if (group > 1 && group != getpgrp()) send_to(-group, sig, 0) ;
}

void orphans_signal (struct scanner *s, struct unit *unit, int signal)
{
  struct orphan const *orphan = find(s, unit->process) ;
  if (!orphan && signal != SIGCONT && signal != -SIGCONT && is_beyond_us(unit->process)) say_beyond_us(unit) ;
  if (!orphan || orphan->unit != unit || orphan->ended) return ;
  if (signal > 0) send_to(unit->process, signal, 0) ;
  else signal_group_of(unit->process, -signal) ;
}

/* What the killed supervisor has run last: s->process.pid 0: nothing. */
static int last_run (struct unit const *unit, struct state *state)
{
  struct birth birth ;
  if (!state_recover(unit->name, state, &birth)) return 0 ;
  if (birth.process.pid && birth.number > state->births)
  {
    state->process = birth.process ;
    state->phase = birth.what == 'r' ? PHASE_UP : PHASE_FINISHING ;
  }
  return !!state->process.pid && !(state->flags & (STATE_HAS_LEFT | STATE_END_NOTED)) ;
}

static void say_ended_first (struct unit const *unit, pid_t pid, char const *why)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, pid)] = 0 ;
  strerr_warnw6x("the process of ", unit->name, " (pid ", number, ") has lost its supervisor, and cannot be adopted without pidfds: ", why) ;
}

/* One that is not told by a signal, as it ends by itself, is ./finish. */
static void tell_to_end (struct scanner const *s, struct unit *unit, struct state const *state)
{
  uint64_t now = clock_ms() ;
  int finishing = state->phase == PHASE_FINISHING ;
  uint32_t limit_ms = finishing ? state->settings.timeout_finish_ms : state->settings.timeout_kill_ms ;
  if (stop_kills(s) || (unit->end_told_ms && limit_ms && now - unit->end_told_ms >= limit_ms))
    send_to(state->process.pid, SIGKILL, 0) ;
  if (!finishing && (!unit->end_told_ms || send_is_ignored_by_default(state->settings.down_signal)))
    send_to_end(state->process.pid, state->settings.down_signal, SEND_CONT) ;
  if (unit->end_told_ms) return ;
  unit->end_told_ms = now ;
  if (!finishing) say_ended_first(unit, state->process.pid, "ending it") ;
}

enum orphan_end orphans_end_process (struct scanner *s, struct unit *unit)
{
  struct state state ;
  int lives ;
  if (process_has_pidfds() || !last_run(unit, &state)) return ORPHAN_ENDED ;
  if (process_is_child(state.process.pid))
  {
    tell_to_end(s, unit, &state) ;
    return ORPHAN_ENDS ;
  }
  lives = process_lives(&state.process) ;
  if (lives == -1) lives = kill(state.process.pid, 0) != -1 || errno == EPERM ;
  if (!lives || find(s, state.process.pid))
  {
    unit->end_told_ms = 0 ;
    return ORPHAN_ENDED ;
  }
  if (!unit->end_told_ms) say_ended_first(unit, state.process.pid, "it is no child of the scanner, and is left alone; end it by hand") ;
  unit->end_told_ms = clock_ms() ;
  return ORPHAN_LEFT_ALONE ;
}

int orphans_process_runs (struct scanner *s, struct unit const *unit)
{
  struct orphan const *orphan = unit->process ? find(s, unit->process) : 0 ;
  return orphan && orphan->unit == unit && !orphan->ended ;
}

void orphans_kill (struct unit const *unit, int process)
{
  for (struct orphan const *orphan = unit->orphans ; orphan ; orphan = orphan->next)
    if (!orphan->ended && (process || !orphan->is_process)) send_to(orphan->pid, SIGKILL, 0) ;
}
