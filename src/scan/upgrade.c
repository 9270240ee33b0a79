#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/program.h"
#include "base/spawn.h"
#include "scan/scanner.h"
#include "service/executable.h"
#include "wire/order.h"
#include "wire/scan_state.h"

#define TRIAL_MS 5000
#define WRITE_AGAIN_MS 1000
#define PROGRAM "reeve-scan"

int upgrade_write_state (struct scanner const *s)
{
  struct scan_state state =
  {
    .lock = s->lock,
    .control = s->control,
    .reports = s->reports,
    .upgrades = s->upgrade.count,
    .failed_upgrades = s->upgrade.failed
  } ;
  memcpy(state.scan, s->scan, strlen(s->scan) + 1) ;
  memcpy(state.origin, s->origin, strlen(s->origin) + 1) ;
  return scan_state_write(&state) ;
}

/* The client waits for it: once it can be written, it is. */
static void write_state (struct scanner *s)
{
  s->upgrade.write_again_ms = upgrade_write_state(s) ? 0 : clock_ms() + WRITE_AGAIN_MS ;
}

static void failed (struct scanner *s)
{
  s->upgrade.failed++ ;
  write_state(s) ;
}

static void say_not_executed (char const *program, int err)
{
  char why[EXECUTABLE_WHY_MAX] ;
  strerr_warnwu4x("upgrade: execute ", program, " (going on with the present program): ", executable_why_not(program, err, why, sizeof why)) ;
}

void upgrade_order (struct scanner *s)
{
  s->upgrade.wanted = !s->stop.on ;
  if (s->upgrade.wanted) return ;
  strerr_warnw1x("upgrade: everything is being stopped: no program is executed anew") ;
  failed(s) ;
}

static int in_the_air (struct scanner const *s)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (unit->adopt && !unit->supervisor && unit->phase != UNIT_RELEASED) return 1 ;
    if (unit->phase == UNIT_LEAVING && look_lost(unit)) return 1 ;
  }
  return look_under_way(s) || !s->look.ended_once || inherited_in_the_air(s) || s->command_write_again_ms ;
}

/* The options are given again as they were; `how`: what -U says. */
static char const **arguments (struct scanner const *s, char const *how)
{
  size_t n = 0 ;
  char const **argv ;
  while (s->arguments[n]) n++ ;
  argv = calloc(n + 4, sizeof *argv) ;
  if (!argv) return 0 ;
  argv[0] = PROGRAM ;
  argv[1] = "-U" ;
  argv[2] = how ;
  memcpy(argv + 3, s->arguments, n * sizeof *argv) ;
  return argv ;
}

/* In SCAN's case LIVE/NAME stays until nothing runs in it; what others have put into
   LIVE they may have taken away, and the new program learns all from what is there. */
static int would_lose (struct scanner const *s)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!unit->supervisor || unit->phase == UNIT_RELEASED || !look_lost(unit)) continue ;
    strerr_warnw3x("upgrade: the directory of ", unit->producer && look_lost(unit->producer) ? unit->producer->name : unit->name,
      ", which still runs, is gone: put it back, or let it go by `reeve rescan` (going on with the present program, as the new one would not find it)") ;
    return 1 ;
  }
  return 0 ;
}

/* If not, all is as before, and `argv` freed. */
static int ready_to_hand_over (struct scanner *s, char const **argv)
{
  if (!would_lose(s))
  {
    if (argv && upgrade_write_state(s)) return 1 ;
    strerr_warnwu1sys("upgrade: hand over the state (going on with the present program)") ;
  }
  free(argv) ;
  failed(s) ;
  return 0 ;
}

/* First the new program shows, as a child, that it can go on from our state, and knows our options. */
static void try_it (struct scanner *s)
{
  char program[PROGRAM_PATH_MAX] ;
  char const **argv = arguments(s, "trial") ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  s->upgrade.wanted = 0 ;
  if (!ready_to_hand_over(s, argv)) return ;
  program_self(program, PROGRAM) ;
  request.path = program ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.signals_blocked = 1 ;
  s->upgrade.checker = spawn(&request, &executing) ;
  {
    int err = errno ;
    free(argv) ;
    errno = err ;
  }
  if (s->upgrade.checker)
  {
    s->upgrade.deadline_ms = clock_ms() + TRIAL_MS ;
    return ;
  }
  say_not_executed(program, errno) ;
  failed(s) ;
}

void upgrade_pass_on (struct scanner *s, struct unit *unit)
{
  struct order order = { .letter = ORDER_UPGRADE } ;
  unit->upgrade_due = !look_send(unit, &order) && errno != ENOENT && errno != ENXIO ; /* one of s6's has no such fifo */
  if (!unit->upgrade_due) return ;
  strerr_warnwu3sys("tell the supervisor of ", unit->name, " to execute its program anew (next try in 1 second)") ;
  s->upgrade.pass_on_again_ms = clock_ms() + WRITE_AGAIN_MS ;
}

static void pass_on_again (struct scanner *s)
{
  s->upgrade.pass_on_again_ms = 0 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->upgrade_due && unit->phase != UNIT_RELEASED) upgrade_pass_on(s, unit) ;
}

int upgrade_check (void)
{
  struct scan_state state ;
  if (scan_state_read(&state)) return 0 ;
  if (errno == EPROTONOSUPPORT) strerr_warnw1x("this program cannot go on from " SCAN_STATE_FILE ": it is another version's") ;
  else strerr_warnwu1sys("read " SCAN_STATE_FILE) ;
  return 1 ;
}

/* Returns 1, or 0 with errno when not all of them can be. */
static int pass_descriptors (struct scanner const *s, int pass)
{
  int const ours[] = { s->lock, s->control, s->reports } ;
  int ok = 1 ;
  for (size_t i = 0 ; i < sizeof ours / sizeof *ours ; i++) ok &= fcntl(ours[i], F_SETFD, pass ? 0 : FD_CLOEXEC) != -1 ;
  return ok ;
}

static void execute (struct scanner *s)
{
  char program[PROGRAM_PATH_MAX] ;
  char const **argv = arguments(s, "go") ;
  int err ;
  program_self(program, PROGRAM) ;
  if (!ready_to_hand_over(s, argv)) return ;
  message_hand_over() ;
  if (pass_descriptors(s, 1)) execve(program, (char *const *)argv, environ) ;
  err = errno ;
  pass_descriptors(s, 0) ;
  message_take_over() ; /* no service's business */
  free(argv) ;
  say_not_executed(program, err) ;
  failed(s) ;
}

void upgrade_tried (struct scanner *s, int wstat)
{
  s->upgrade.checker = 0 ;
  s->upgrade.tried = 1 ; /* what else has ended in this round comes first */
  s->upgrade.wstat = wstat ;
}

static void judge_trial (struct scanner *s)
{
  int wstat = s->upgrade.wstat ;
  int timed_out = !s->upgrade.deadline_ms ;
  s->upgrade.deadline_ms = 0 ;
  s->upgrade.tried = 0 ;
  if (s->stop.on) failed(s) ;
  else if (WIFEXITED(wstat) && !WEXITSTATUS(wstat))
  {
    if (in_the_air(s)) s->upgrade.wanted = 1 ; /* since the trial began */
    else execute(s) ;
  }
  else
  {
    if (!timed_out)
      strerr_warnw1x(WIFSIGNALED(wstat) ? "upgrade: the new program has crashed in its trial: going on with the present one"
        : "upgrade: the new program cannot go on from the present state: going on with the present one") ;
    failed(s) ;
  }
}

void upgrade_progress (struct scanner *s)
{
  if (s->upgrade.pass_on_again_ms && clock_ms() >= s->upgrade.pass_on_again_ms) pass_on_again(s) ;
  if (s->upgrade.write_again_ms && clock_ms() >= s->upgrade.write_again_ms) write_state(s) ;
  if (s->upgrade.tried) judge_trial(s) ;
  if (s->upgrade.deadline_ms && clock_ms() >= s->upgrade.deadline_ms)
  {
    s->upgrade.deadline_ms = 0 ;
    kill(s->upgrade.checker, SIGKILL) ;
    strerr_warnw1x("upgrade: the new program's trial does not end; killing it, and going on with the present one") ;
  }
  if (s->upgrade.wanted && !s->upgrade.checker && !s->stop.on && !in_the_air(s)) try_it(s) ;
}

void upgrade_take (struct scanner *s)
{
  struct scan_state state ;
  while (!scan_state_read(&state)) clock_pause("read " SCAN_STATE_FILE, WRITE_AGAIN_MS) ;
  s->lock = state.lock ;
  s->control = state.control ;
  s->reports = state.reports ;
  pass_descriptors(s, 0) ;
  s->upgrade.count = state.upgrades + 1 ;
  s->upgrade.failed = state.failed_upgrades ;
  memcpy(s->scan, state.scan, sizeof s->scan) ;
  memcpy(s->origin, state.origin, sizeof s->origin) ;
}
