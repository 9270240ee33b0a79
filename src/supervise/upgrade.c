#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/program.h"
#include "base/spawn.h"
#include "service/executable.h"
#include "supervise/supervisor.h"

#define TRIAL_MS 5000

static void failed (struct supervisor *s)
{
  s->failed_upgrades++ ;
  s->state_pending = 1 ;
}

static void say_not_executed (char const *program, int err)
{
  char why[EXECUTABLE_WHY_MAX] ;
  strerr_warnwu4x("upgrade: execute ", program, " (going on with the present program): ", executable_why_not(program, err, why, sizeof why)) ;
}

/* First the new program shows, as a child, that it can go on from our state. */
void upgrade_order (struct supervisor *s)
{
  char program[PROGRAM_PATH_MAX] ;
  char const *argv[] = { "reeve-supervise", "-c", s->name, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  if (s->checker || s->quit) return ;
  s->upgrade_wanted = strays_under_way(s) || s->searching ; /* where every child counts */
  if (s->upgrade_wanted) return ;
  program_self(program, "reeve-supervise") ;
  publish_state(s) ;
  request.path = program ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.signals_blocked = 1 ;
  s->checker = spawn(&request, &executing) ;
  if (s->checker) s->check_deadline_ms = clock_ms() + TRIAL_MS ;
  else
  {
    say_not_executed(program, errno) ;
    failed(s) ;
  }
}

int upgrade_check (void)
{
  struct state state ;
  struct birth birth ;
  if (state_read(".", &state, &birth)) return 0 ;
  if (errno == EPROTONOSUPPORT) strerr_warnw1x("this program cannot go on from " STATE_FILE ": it is another version's, not " STATE_VERSION) ;
  else strerr_warnwu1sys("read " STATE_FILE) ;
  return 1 ;
}

/* Returns 1, or 0 with errno when not all of them can be. */
static int pass_descriptors (struct supervisor const *s, int pass)
{
  int ok = 1 ;
  int const ours[] = { s->lock, s->control, s->orders, s->state, s->reports, s->notification, s->logger_input, s->logger_output } ;
  for (size_t i = 0 ; i < sizeof ours / sizeof *ours ; i++)
    if (ours[i] >= 0) ok &= fcntl(ours[i], F_SETFD, pass ? 0 : FD_CLOEXEC) != -1 ;
  return ok ;
}

static void execute (struct supervisor *s)
{
  char program[PROGRAM_PATH_MAX] ;
  char const *argv[] = { "reeve-supervise", "-u", s->name, 0 } ;
  int err ;
  program_self(program, "reeve-supervise") ;
  publish_state(s) ;
  if (s->state_pending)
  {
    failed(s) ; /* said */
    return ;
  }
  if (pass_descriptors(s, 1)) execve(program, (char *const *)argv, environ) ;
  err = errno ;
  pass_descriptors(s, 0) ;
  say_not_executed(program, err) ;
  failed(s) ;
}

void upgrade_tried (struct supervisor *s, int wstat)
{
  int timed_out = !s->check_deadline_ms ;
  s->checker = 0 ;
  s->check_deadline_ms = 0 ;
  if (command_over(s)) return ;
  if (s->searching) s->upgrade_wanted = 1 ;
  if (s->upgrade_wanted) return ; /* put off */
  if (WIFEXITED(wstat) && !WEXITSTATUS(wstat))
  {
    execute(s) ;
    return ;
  }
  if (!timed_out)
    strerr_warnw1x(WIFSIGNALED(wstat) ? "upgrade: the new program has crashed in its trial: going on with the present one"
      : "upgrade: the new program cannot go on from the present state: going on with the present one") ;
  failed(s) ;
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
