#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/upgrade.h"
#include "supervise/supervisor.h"

#define PROGRAM "reeve-supervise"

enum { HANDED_OVER = 8 } ;

static void failed (struct supervisor *s)
{
  s->failed_upgrades++ ;
  s->state_pending = 1 ;
}

/* In these phases every child counts: the trial would be taken for a process of the service. */
static int has_to_wait (struct supervisor const *s)
{
  return s->phase == PHASE_STRAYS || s->phase == PHASE_LEFTOVERS || s->phase == PHASE_SEARCHING ;
}

static void try (struct supervisor *s)
{
  static char const *const argv[] = { PROGRAM, UPGRADE_TRIAL, ".", 0 } ;
  publish_state(s) ;
  s->trial = (struct trial) { .pid = upgrade_try(PROGRAM, argv) } ;
  if (s->trial.pid) s->trial.deadline_ms = clock_ms() + UPGRADE_TRIAL_MS ;
  else failed(s) ;
}

void upgrade_order (struct supervisor *s)
{
  if (!s->trial.pid) s->trial.wanted = 1 ;
}

int upgrade_check (char const *dir)
{
  struct state state ;
  struct birth birth ;
  if (chdir(dir) != -1 && state_read(".", &state, &birth)) return 0 ;
  if (errno == EPROTONOSUPPORT) strerr_warnw1x("this program cannot go on from " STATE_FILE ": it is another version's, not " STATE_VERSION) ;
  else strerr_warnwu1sys("read " STATE_FILE) ;
  return 1 ;
}

static void execute (struct supervisor *s)
{
  int const fds[HANDED_OVER] = { s->lock, s->control, s->orders, s->reports, s->state, s->notification, s->logger_input, s->logger_output } ;
  char numbers[UPGRADE_FDS_MAX * 12] ;
  char const *argv[] = { PROGRAM, UPGRADE_GO, numbers, s->name, 0 } ;
  health_drop(s) ;
  publish_state(s) ;
  upgrade_format(numbers, fds, HANDED_OVER) ;
  message_end() ;
  if (!s->state_pending) upgrade_execute(PROGRAM, argv, fds, HANDED_OVER) ; /* else a message has said so */
  failed(s) ;
}

int upgrade_take (struct supervisor *s, char const *numbers)
{
  int fds[HANDED_OVER] ;
  if (!upgrade_take_over(numbers, fds, HANDED_OVER)) return 0 ;
  s->lock = fds[0] ;
  s->control = fds[1] ;
  s->orders = fds[2] ;
  s->reports = fds[3] ;
  s->state = fds[4] ;
  s->notification = fds[5] ;
  s->logger_input = fds[6] ;
  s->logger_output = fds[7] ;
  return 1 ;
}

void upgrade_note_trial (struct supervisor *s, int wstat)
{
  s->trial.pid = 0 ;
  s->trial.ended = 1 ;
  s->trial.wstat = wstat ;
}

static void act_on_trial (struct supervisor *s)
{
  int timed_out = !s->trial.deadline_ms ;
  s->trial.ended = 0 ;
  s->trial.deadline_ms = 0 ;
  if (s->trial.wanted) return ; /* it was put off */
  if (upgrade_can(s->trial.wstat, timed_out)) execute(s) ;
  else failed(s) ;
}

static void time_out (struct supervisor *s)
{
  s->trial.deadline_ms = 0 ;
  kill(s->trial.pid, SIGKILL) ;
  strerr_warnw1x("upgrade: the new program's trial does not end; killing it, and going on with the present one") ;
}

static void put_off (struct supervisor *s)
{
  s->trial.wanted = 1 ;
  s->trial.deadline_ms = 0 ;
  if (s->trial.pid) kill(s->trial.pid, SIGKILL) ;
}

void upgrade_progress (struct supervisor *s)
{
  if (!s->trial.pid && !s->trial.ended && !s->trial.wanted) return ;
  if (has_to_wait(s) && !s->trial.wanted) put_off(s) ;
  if (s->trial.ended) act_on_trial(s) ;
  if (s->trial.pid && deadline_is_due(s->trial.deadline_ms, clock_ms())) time_out(s) ;
  if (s->trial.wanted && !s->trial.pid && !has_to_wait(s)) try(s) ;
}
