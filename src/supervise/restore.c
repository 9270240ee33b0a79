#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/exit.h"
#include "supervise/resume.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

#define AGAIN_MS 1000

static char born ; /* a child that was started after the state was saved: 'r' ./run, 'f' ./finish; 0: none */

/* Takes over a child whose birth is newer than the state: the last supervisor was killed before it
   could save it. */
static void take_birth (struct supervisor *s, struct birth const *birth)
{
  if (!birth->process.pid || birth->number <= s->births) return ;
  s->births = birth->number ;
  s->process = birth->process ;
  born = birth->what ;
}

/* The process is not a child: watches it by a pidfd, if it is still the recorded one. If it is not,
   it has ended, and children_seen() is to follow. If it cannot be watched, a successor dies:
   nothing has happened yet, and the scanner tries again with another one. */
static void take_process (struct supervisor *s, enum restored how)
{
  if (!s->process.pid || s->is_child || s->end_noted) return ;
  if (!process_can_prove())
  {
    if (process_lives(&s->process) == 1) strerr_dief1x(EXIT_SYSTEM, "the service's process runs, and cannot be adopted without pidfds and /proc") ;
    if (phase_is_up(s->phase) && s->reports >= 0 && !s->settings.oneshot) /* a task would run twice */
    {
      s->asked = 1 ; /* the scanner has ended it by the down-signal */
      if (!s->told_ms) s->told_ms = clock_ms() ;
    }
    return ;
  }
  while ((s->process_fd = process_watch(&s->process)) == -1 && errno != ESRCH)
  {
    if (how == RESTORED_ADOPTED) strerr_diefu1sys(EXIT_SYSTEM, "watch the service's process by a pidfd") ;
    clock_pause("watch the service's process by a pidfd", AGAIN_MS) ;
  }
}

/* The last supervisor was searching for the service. The candidate is a process of the service that
   can be proved: it will be ended, and the service started again. */
static void take_candidate (struct supervisor *s)
{
  if (s->phase != PHASE_SEARCHING || !s->process.pid) return ;
  s->phase = PHASE_UP ;
}

void restore (struct supervisor *s, struct state const *state, struct birth const *birth, enum restored how)
{
  saved_unpack(s, state) ;
  s->lived_ms = s->up_ms ;
  if (s->settings.has_success_codes) settings_read_success_codes(&s->settings) ;
  s->had_console = !access(FLAG_CONSOLE_FILE, F_OK) ;
  if (how == RESTORED_UPGRADED) s->upgrades++ ;
  else
  {
    s->is_child = 0 ;
    s->adopted = 1 ;
    take_candidate(s) ;
    take_birth(s, birth) ;
    if ((phase_is_up(s->phase) || born == 'r') && state->flags & STATE_AWAITS_READINESS) s->notification = fifo_open(NOTIFY_FIFO, O_RDONLY) ;
  }
  take_process(s, how) ;
  stop_arm_slow(s) ;
  health_restore(s, &state->check, !!(state->flags & STATE_CHECKS_PASS), !!(state->flags & STATE_CHECKS_FAIL)) ;
  s->state_pending = 1 ;
}

/* Tells what the last supervisor would have learnt and nobody can learn any more, such as
   readiness. Without it the service would be taken for what it is not. 0: nothing is lost. */
static char const *what_is_lost (struct supervisor *s)
{
  if (s->phase != PHASE_UP || s->told_ms || s->settings.oneshot) return 0 ; /* a task is left to end */
  if (s->settings.forks && !s->forked) return "./run had not gone into the background yet, and its background process belongs to another parent now" ;
  if (s->notification == -1) return 0 ;
  if (command_notified(s))
  {
    publish_ready(s) ;
    return 0 ;
  }
  return s->notification == -1 ? "the service may have said that it is ready, which nobody has read" : 0 ;
}

static int is_lost (struct supervisor *s)
{
  char const *lost = what_is_lost(s) ;
  if (lost) strerr_warnw3x("the last supervisor was killed, and ", lost, ": starting the service again") ;
  return !!lost ;
}

enum life_event restore_go_on (struct supervisor *s, enum restored how)
{
  struct resume resume =
  {
    .phase = s->phase,
    .born = born,
    .has_process = !!s->process.pid,
    .has_deadline = !!s->deadline_ms,
    .want_up = !!(s->status.flags & STATUS_WANT_UP),
    .leaving = s->leaving
  } ;
  char due[STATE_EVENTS_SIZE] ;
  memcpy(due, s->events_due, sizeof due) ;
  *s->events_due = 0 ;
  if (how == RESTORED_ADOPTED) publish_event(s, 's') ;
  for (size_t i = *due == 's' ; due[i] ; i++) publish_event(s, due[i]) ;
  publish_status(s) ;
  if (s->end_noted) return children_act_on_end(s) ;
  if (how == RESTORED_ADOPTED && s->phase == PHASE_WAITING && s->leaving) /* a logger was to start again for the rest of its input; nobody else held that */
    strerr_warnw1x("what the service has written last is left unread, and lost") ;
  resume.lost = how == RESTORED_ADOPTED && is_lost(s) ;
  return resume_event(&resume) ;
}
