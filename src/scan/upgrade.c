#include "scan/upgrade.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/upgrade.h"
#include "scan/again.h"
#include "scan/directory.h"
#include "scan/inherited.h"
#include "wire/order.h"
#include "wire/scan_state.h"

#define AGAIN_MS 1000
#define PROGRAM "reeve-scan"

enum { HANDED_OVER = 3 } ;

static int write_state (struct scanner const *s)
{
  struct scan_state state = { .upgrades = s->upgrade.count, .failed_upgrades = s->upgrade.failed } ;
  memcpy(state.scan, s->scan, strlen(s->scan) + 1) ;
  memcpy(state.origin, s->origin, strlen(s->origin) + 1) ;
  return scan_state_write(&state) ;
}

void upgrade_tell_client (struct scanner *s)
{
  if (!write_state(s) && again_later(s, AGAIN_STATE)) strerr_warnwu1sys("write " SCAN_STATE_FILE " (trying again every second)") ;
}

static void failed (struct scanner *s)
{
  s->upgrade.failed++ ;
  upgrade_tell_client(s) ;
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
    if (unit->adopt && !unit->supervisor.pid) return 1 ;
    if (unit->phase == UNIT_LEAVING && directory_is_lost(unit)) return 1 ;
  }
  return s->look.dir || !s->look.ended_once || inherited_in_the_air(s) || again_is_due(s, AGAIN_CMD_STATUS) ;
}

/* The new program's arguments: `how` and `what` to continue, then the options of this one. */
static char const **arguments (struct scanner const *s, char const *how, char const *what)
{
  size_t n = 0 ;
  char const **argv ;
  while (s->arguments[n]) n++ ;
  argv = calloc(n + 4, sizeof *argv) ;
  if (!argv) return 0 ;
  argv[0] = PROGRAM ;
  argv[1] = how ;
  argv[2] = what ;
  memcpy(argv + 3, s->arguments, n * sizeof *argv) ;
  return argv ;
}

/* Would the new program not find a unit that runs? It learns all from the directories in LIVE. The
   scanner's own stay until nothing runs there, but a foreign one may have been taken away. */
static int would_lose (struct scanner const *s)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!unit->supervisor.pid || !directory_is_lost(unit)) continue ;
    strerr_warnw3x("upgrade: the directory of ", message_about(unit->producer && directory_is_lost(unit->producer) ? unit->producer->name : unit->name),
      ", which still runs, is gone: put it back, or let it go by `reeve rescan` (going on with the present program, as the new one would not find it)") ;
    return 1 ;
  }
  return 0 ;
}

/* Is all written that the new program needs? If not, nothing has changed. */
static int ready (struct scanner *s)
{
  if (would_lose(s)) return 0 ;
  if (write_state(s)) return 1 ;
  strerr_warnwu1sys("upgrade: write " SCAN_STATE_FILE " (going on with the present program)") ;
  return 0 ;
}

/* Starts the trial: the new program shows, as a child, that it understands this program's state and
   options. */
static void try_it (struct scanner *s)
{
  char const **argv = arguments(s, UPGRADE_TRIAL, ".") ;
  s->upgrade.wanted = 0 ;
  if (argv && ready(s)) s->upgrade.checker = upgrade_try(PROGRAM, argv) ;
  free(argv) ;
  if (s->upgrade.checker) s->upgrade.deadline_ms = clock_ms() + UPGRADE_TRIAL_MS ;
  else failed(s) ;
}

void upgrade_pass_on (struct scanner *s, struct unit *unit)
{
  struct order order = { .letter = ORDER_UPGRADE } ;
  unit->supervisor.upgrade_due = !directory_order(unit, &order) && errno != ENOENT && errno != ENXIO ; /* s6-supervise has no such fifo */
  if (!unit->supervisor.upgrade_due) return ;
  strerr_warnwu3sys("tell the supervisor of ", message_about(unit->name), " to execute its program anew (next try in 1 second)") ;
  again_later(s, AGAIN_ORDERS) ;
}

int upgrade_check (char const *live)
{
  struct scan_state state ;
  if (chdir(live) != -1 && scan_state_read(&state)) return 0 ;
  if (errno == EPROTONOSUPPORT) strerr_warnw1x("this program cannot go on from " SCAN_STATE_FILE ": it is another version's") ;
  else strerr_warnwu1sys("read " SCAN_STATE_FILE) ;
  return 1 ;
}

static void execute (struct scanner *s)
{
  int const fds[HANDED_OVER] = { s->lock, s->control, s->reports } ;
  char numbers[UPGRADE_FDS_MAX * 12] ;
  char const **argv = arguments(s, UPGRADE_GO, numbers) ;
  upgrade_format(numbers, fds, HANDED_OVER) ;
  if (argv && ready(s))
  {
    message_hand_over() ;
    upgrade_execute(PROGRAM, argv, fds, HANDED_OVER) ;
    message_take_over() ; /* takes back the variable that message_hand_over() has set: services must not get it */
  }
  free(argv) ;
  failed(s) ;
}

void upgrade_tried (struct scanner *s, int wstat)
{
  s->upgrade.checker = 0 ;
  s->upgrade.tried = 1 ; /* upgrade_progress() goes on: first, all other ended children are handled */
  s->upgrade.wstat = wstat ;
}

static void judge_trial (struct scanner *s)
{
  int timed_out = !s->upgrade.deadline_ms ;
  s->upgrade.deadline_ms = 0 ;
  s->upgrade.tried = 0 ;
  if (s->stop.on || !upgrade_can(s->upgrade.wstat, timed_out)) failed(s) ;
  else if (in_the_air(s)) s->upgrade.wanted = 1 ; /* something has happened since the trial began: try again later */
  else execute(s) ;
}

void upgrade_progress (struct scanner *s)
{
  if (s->upgrade.tried) judge_trial(s) ;
  if (s->upgrade.deadline_ms && clock_ms() >= s->upgrade.deadline_ms)
  {
    s->upgrade.deadline_ms = 0 ;
    kill(s->upgrade.checker, SIGKILL) ;
    strerr_warnw1x("upgrade: the new program's trial does not end; killing it, and going on with the present one") ;
  }
  if (s->upgrade.wanted && !s->upgrade.checker && !s->stop.on && !in_the_air(s)) try_it(s) ;
}

int upgrade_take (struct scanner *s, char const *numbers)
{
  struct scan_state state ;
  int fds[HANDED_OVER] ;
  if (!upgrade_take_over(numbers, fds, HANDED_OVER)) return 0 ;
  while (!scan_state_read(&state)) clock_pause("read " SCAN_STATE_FILE, AGAIN_MS) ;
  s->lock = fds[0] ;
  s->control = fds[1] ;
  s->reports = fds[2] ;
  s->upgrade.count = state.upgrades + 1 ;
  s->upgrade.failed = state.failed_upgrades ;
  memcpy(s->scan, state.scan, sizeof s->scan) ;
  memcpy(s->origin, state.origin, sizeof s->origin) ;
  return 1 ;
}
