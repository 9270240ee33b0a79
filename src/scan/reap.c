#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/send.h"
#include "scan/scanner.h"
#include "wire/channels.h"
#include "wire/fifo_lines.h"
#include "wire/report.h"
#include "wire/state.h"

#define EARLY_MS 1000

/* ---- supervisors that have ended ---- */

static int is_expected (struct unit const *unit)
{
  return unit->phase == UNIT_LEAVING || unit->phase == UNIT_RETURNING || unit->phase == UNIT_MISSING ;
}

/* In order: it has run ./finish, told so, and left nothing that a successor needs. */
static int has_left (struct unit const *unit)
{
  struct state state ;
  if (unit->child && WIFEXITED(unit->wstat)) return !WEXITSTATUS(unit->wstat) ;
  if (unit->child) return state_read(unit->name, &state, 0) && state.flags & STATE_HAS_LEFT ; /* killed at the very end */
  if (state_read(unit->name, &state, 0)) return state.flags & STATE_HAS_LEFT ;
  return errno == ENOENT || errno == ENOTDIR ; /* one of s6's; else it cannot be told */
}

static int lived_short (struct unit const *unit)
{
  tain now ;
  tain lived ;
  int ms ;
  tain_now(&now) ;
  tain_sub(&lived, &now, &unit->started) ;
  ms = tain_to_millisecs(&lived) ;
  return ms >= 0 && ms < EARLY_MS ;
}

static void say (struct unit const *unit, int left)
{
  if (WIFSIGNALED(unit->wstat))
    strerr_warnw6x("the supervisor of ", unit->name, " was ended by SIG", sig_name(WTERMSIG(unit->wstat)),
      left && is_expected(unit) ? "" : "; it is replaced", left || lost_state(unit) ? "" : ", and its successor goes on with what it has left") ;
}

static void died (struct scanner *s, struct unit *unit, int killed_a_child)
{
  int left = unit->left ;
  int early = killed_a_child || lived_short(unit) ;
  say(unit, left) ;
  unit->dead = unit->told_to_leave = 0 ;
  unit->adopt = !left ;
  orphans_tell_again(unit) ;
  units_set_supervisor(&s->units, unit, 0) ;
  act(s, unit, left ? early ? UNIT_DIED_EARLY : UNIT_DIED : early ? UNIT_KILLED_EARLY : UNIT_KILLED) ;
}

/* ./run may write that it is ready and close the fifo before there is a successor
   to read it. */
static void keep_readiness (struct unit *unit)
{
  char path[UNIT_PATH_MAX] ;
  struct state state ;
  if (unit->readiness >= 0 || !state_read(unit->name, &state, 0) || !(state.flags & STATE_AWAITS_READINESS)) return ;
  snprintf(path, sizeof path, "%s/" NOTIFY_FIFO, unit->name) ;
  unit->readiness = fifo_open(path, O_RDONLY) ;
}

static void add_dead (struct unit **dead, struct unit *unit, int wstat)
{
  if (unit->dead) return ;
  unit->dead = 1 ;
  unit->wstat = wstat ;
  look_find(unit) ; /* what it has left is where its directory is now */
  unit->left = !!has_left(unit) ;
  if (!unit->left)
  {
    orphans_of_dead(unit) ;
    keep_readiness(unit) ;
  }
  unit->next_dead = *dead ;
  *dead = unit ;
}

static void say_not_sent (struct send const *what, int err)
{
  char number[PID_FMT] ;
  if (!err || err == ESRCH) return ;
  number[pid_fmt(number, what->pid)] = 0 ;
  errno = err ;
  strerr_warnwu6sys("send SIG", sig_name(what->sig), " to the process ", what->flags & SEND_GROUP ? "group " : "", number, ", which is another user's") ;
}

/* Returns whether a child that fell to us was among them: it may have left others. The
   kernel lists a supervisor before those that it has left to us, so that its end is known
   before theirs. */
static int collect (struct scanner *s, struct unit **dead)
{
  int fallen = 0 ;
  for (;;)
  {
    int wstat ;
    int err ;
    struct send what ;
    struct unit *unit ;
    pid_t pid = waitpid(-1, &wstat, WNOHANG) ;
    if (pid == -1 && errno == EINTR) continue ;
    if (pid <= 0) return fallen ;
    if (pid == s->command_pid) cmd_ended(s, wstat) ;
    else if (pid == s->upgrade.checker) upgrade_tried(s, wstat) ;
    else if (send_ended(pid, wstat, &what, &err)) say_not_sent(&what, err) ;
    else if ((unit = units_by_supervisor(&s->units, pid))) add_dead(dead, unit, wstat) ;
    else
    {
      cmd_left_ended(s, pid) ;
      orphans_ended(s, *dead, pid, wstat) ;
      fallen = 1 ;
    }
  }
}

struct unit *reap_killed (struct unit *dead)
{
  while (dead && dead->left) dead = dead->next_dead ;
  return dead ;
}

/* Until nothing has ended meanwhile that may have left more. Returns whether a child
   was killed that nobody knows. */
static int book (struct scanner *s, struct unit **dead)
{
  int killed = 0 ;
  int again ;
  do
  {
    orphans_note(s) ;
    again = collect(s, dead) ;
    again |= orphans_book(s, *dead, &killed) ;
  }
  while (again) ;
  for (struct unit *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    if (unit->strays_ms || unit->awaits_gone || (unit->ends_strays && unit->orphans)) strays_end(s, unit) ;
  return killed ;
}

static void act_on (struct scanner *s, struct unit *dead, int fallen)
{
  int killed = fallen || reap_killed(dead) ? book(s, &dead) : 0 ;
  while (dead)
  {
    struct unit *unit = dead ;
    dead = unit->next_dead ;
    died(s, unit, killed) ;
  }
}

void reap (struct scanner *s)
{
  struct unit *dead = 0 ;
  int fallen = collect(s, &dead) ;
  act_on(s, dead, fallen && s->units.adopting) ;
}

void reap_fallen (struct scanner *s)
{
  act_on(s, 0, 1) ;
}

void reap_found (struct scanner *s, struct unit *unit)
{
  struct unit *dead = 0 ;
  if (!unit->supervisor) return ;
  add_dead(&dead, unit, 0) ;
  act_on(s, dead, 0) ;
}

/* ---- reports ---- */

/* What would be left if it were killed, and its directory gone. */
static void remember (struct unit *unit, struct report const *report)
{
  unit->has_reported = 1 ;
  if (report->phase == PHASE_UP && !report->pid) return ; /* it looks for the process that ./run has left */
  unit->reported = report->pid ;
  if (report->phase == PHASE_UP) unit->reported_group = report->pid ;
  else if (report->phase == PHASE_DOWN || report->phase == PHASE_WAITING) unit->reported_group = 0 ;
}

static void reported (struct scanner *s, char const *line, size_t len)
{
  struct report report ;
  struct unit *unit ;
  int ends_strays ;
  if (!report_parse(&report, line, len)) return ;
  if (report.killed) /* its supervisor may have left meanwhile */
  {
    stop_killed(s) ;
    return ;
  }
  unit = units_by_supervisor(&s->units, report.supervisor) ;
  if (!unit || !units_is_called(unit, report.name)) return ;
  if (report.phase == PHASE_EXITED)
  {
    if (unit->child || unit->supervisor_fd >= 0) return ; /* the kernel tells */
    unit->adopt = 0 ;
    units_set_supervisor(&s->units, unit, 0) ;
    act(s, unit, UNIT_DIED) ;
    return ;
  }
  unit->finishes = report.phase == PHASE_FINISHING ;
  stop_reported(s, unit) ;
  remember(unit, &report) ;
  if (unit->readiness >= 0) fd_close(unit->readiness) ; /* it has opened it, if it is to */
  unit->readiness = -1 ;
  if (report.main_ended) stop_main_ended(s, unit, report.wstat) ;
  if (unit->orphans) orphans_told(s, unit, report.pid) ;
  if (report.phase == PHASE_UP && !report.pid) orphans_tell_left(unit) ;
  if (report.signal && report.phase == PHASE_STRAYS) strays_signal(s, unit, report.signal < 0 ? -report.signal : report.signal) ;
  else if (report.signal) orphans_signal(s, unit, report.signal) ;
  ends_strays = report.phase == PHASE_STRAYS || report.phase == PHASE_LEFTOVERS ;
  if (ends_strays) unit->ends_strays = 1 ;
  else if (report.phase == PHASE_UP) unit->ends_strays = 0 ;
  unit->awaits_gone = ends_strays && (unit->adopting || !unit->child) ;
  if (unit->awaits_gone && !unit->adopting) strays_end(s, unit) ; /* nothing of its is ours */
}

int reap_reports (struct scanner *s)
{
  static char buf[16 * REPORT_SIZE_MAX] ;
  static struct fifo_lines lines = { .bytes = buf, .size = sizeof buf } ;
  char const *line ;
  size_t len ;
  if (!fifo_lines_read(&lines, s->reports)) return 0 ;
  while ((line = fifo_lines_next(&lines, &len))) reported(s, line, len) ;
  for (struct unit *unit = s->units.adopting ; unit ; unit = unit->next_adopting)
    if (unit->awaits_gone)
    {
      reap_fallen(s) ; /* for all of them */
      break ;
    }
  return 1 ;
}
