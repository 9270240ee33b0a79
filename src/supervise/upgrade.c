#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/upgrade.h"
#include "supervise/supervisor.h"

#define PROGRAM "reeve-supervise"

enum { HANDED_OVER = 8 } ;

static void failed (struct supervisor *s)
{
  s->failed_upgrades++ ;
  s->state_pending = 1 ;
}

/* First the new program shows, as a child, that it can go on from our state. */
void upgrade_order (struct supervisor *s)
{
  static char const *const argv[] = { PROGRAM, UPGRADE_TRIAL, ".", 0 } ;
  if (s->checker || s->quit) return ;
  s->upgrade_wanted = strays_under_way(s) || s->searching ; /* where every child counts */
  if (s->upgrade_wanted) return ;
  publish_state(s) ;
  s->checker = upgrade_try(PROGRAM, argv) ;
  if (s->checker) s->check_deadline_ms = clock_ms() + UPGRADE_TRIAL_MS ;
  else failed(s) ;
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
  publish_state(s) ;
  upgrade_format(numbers, fds, HANDED_OVER) ;
  if (!s->state_pending) upgrade_execute(PROGRAM, argv, fds, HANDED_OVER) ; /* else it was said */
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

void upgrade_tried (struct supervisor *s, int wstat)
{
  int timed_out = !s->check_deadline_ms ;
  s->checker = 0 ;
  s->check_deadline_ms = 0 ;
  if (command_over(s)) return ;
  if (s->searching) s->upgrade_wanted = 1 ;
  if (s->upgrade_wanted) return ; /* put off */
  if (upgrade_can(wstat, timed_out)) execute(s) ;
  else failed(s) ;
}

void upgrade_timed_out (struct supervisor *s)
{
  s->check_deadline_ms = 0 ;
  kill(s->checker, SIGKILL) ;
  strerr_warnw1x("upgrade: the new program's trial does not end; killing it, and going on with the present one") ;
}

void upgrade_defer (struct supervisor *s)
{
  if (!s->checker || s->upgrade_wanted) return ;
  s->upgrade_wanted = 1 ;
  s->check_deadline_ms = 0 ;
  kill(s->checker, SIGKILL) ;
}
