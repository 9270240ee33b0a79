#include "scan/reap.h"

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

#include "base/message.h"
#include "base/send.h"
#include "scan/cmd.h"
#include "scan/cmd_strays.h"
#include "scan/directory.h"
#include "scan/inherited.h"
#include "scan/needs.h"
#include "scan/pidfds.h"
#include "scan/stopping.h"
#include "scan/upgrade.h"
#include "wire/channels.h"
#include "wire/fifo_lines.h"
#include "wire/report.h"
#include "wire/state.h"
#include "wire/status.h"

#define UNKNOWN_MAX 256

/* ---- reports ---- */

/* Remembers what the supervisor reports, in case it is killed and its record is removed with its
   directory. */
static void remember (struct unit *unit, struct report const *report)
{
  unit->supervisor.has_reported = 1 ;
  if (report->settled) unit->supervisor.has_begun = 1 ;
  if (report->pid) unit->supervisor.runs = report->pid ;
  else if (report->phase == PHASE_DOWN || report->phase == PHASE_WAITING || report->phase == PHASE_HELD) unit->supervisor.runs = 0 ;
}

static void reported (struct scanner *s, char const *line, size_t len)
{
  struct report report ;
  struct unit *unit ;
  if (!report_parse(&report, line, len)) return ;
  if (report.killed) /* before the unit is looked up: its supervisor may have ended meanwhile */
  {
    stopping_killed(s) ;
    return ;
  }
  unit = units_by_supervisor(&s->units, report.supervisor) ;
  if (!unit) return ;
  if (report.phase == PHASE_EXITED)
  {
    if (unit->supervisor.is_child || unit->supervisor.fd >= 0 || unit->supervisor.has_ended) return ; /* then SIGCHLD or the pidfd tells */
    unit->adopt = 0 ;
    needs_supervisor_lost(s, unit) ;
    units_set_supervisor(&s->units, unit, 0) ;
    units_post(&s->units, unit, UNIT_DIED) ;
    return ;
  }
  unit->supervisor.finishes = report.phase == PHASE_FINISHING ;
  unit->stop.tries = 0 ;
  remember(unit, &report) ;
  inherited_reported(s, unit, report.pid) ;
  needs_reported(s, unit, &report) ;
  if (report.main_service && report.ended) stopping_main_ended(s, unit, report.wstat) ;
}

int reap_reports (struct scanner *s)
{
  static char buf[16 * REPORT_SIZE_MAX] ;
  static struct fifo_lines lines = { .bytes = buf, .size = sizeof buf } ;
  char const *line ;
  size_t len ;
  if (!fifo_lines_read(&lines, s->reports)) return 0 ;
  while ((line = fifo_lines_next(&lines, &len))) reported(s, line, len) ;
  return 1 ;
}

/* ---- supervisors that have ended ---- */

static int is_expected (struct unit const *unit)
{
  return unit->phase == UNIT_LEAVING || unit->phase == UNIT_RETURNING || unit->phase == UNIT_MISSING ;
}

static int has_exited (struct unit const *unit)
{
  return unit->supervisor.is_child && WIFEXITED(unit->supervisor.wstat) ;
}

/* Has a supervisor that did not exit ended in order, so that a successor has nothing to go on with?
     known  what inherited_last_run() has returned; errno is from it, too */
static int ended_in_order (struct unit const *unit, struct state const *state, int known)
{
  if (known) return !!(state->flags & STATE_HAS_LEFT) ; /* it may have been killed after it had recorded that all is done */
  return !unit->supervisor.is_child && (errno == ENOENT || errno == ENOTDIR) ; /* an s6-supervise has no record; other errors tell nothing */
}

static void say (struct unit const *unit, int in_order)
{
  if (WIFSIGNALED(unit->supervisor.wstat))
    strerr_warnw6x("the supervisor of ", message_about(unit->name), " was ended by SIG", sig_name(WTERMSIG(unit->supervisor.wstat)),
      in_order && is_expected(unit) ? "" : "; it is replaced", in_order || inherited_state_is_lost(unit) ? "" : ", and its successor goes on with what it has left") ;
}

static void died (struct scanner *s, struct unit *unit)
{
  int in_order = !unit->adopt ;
  say(unit, in_order) ;
  if (in_order) unit->had_left = 1 ;
  needs_supervisor_lost(s, unit) ;
  unit->supervisor.has_ended = unit->supervisor.told_to_leave = 0 ;
  units_set_supervisor(&s->units, unit, 0) ;
  units_post(&s->units, unit, in_order ? UNIT_DIED : UNIT_KILLED) ;
}

/* The processes that ended in one round of reaping. The children of a killed supervisor may be
   reaped before the supervisor itself. But they become the scanner's children in the same instant
   in which the supervisor can be reaped, so both are in the same round. */
struct round
{
  struct unit *ended ; /* units whose supervisors have ended, linked by next_ended */
  int killed ; /* at least one of them did not exit, or it is not known how it ended */
  unsigned int count ;
  struct { pid_t pid ; int wstat ; } unknown[UNKNOWN_MAX] ; /* children of unknown role; beyond UNKNOWN_MAX their wait statuses are lost */
} ;

static void add_ended (struct round *round, struct unit *unit, int wstat)
{
  if (unit->supervisor.has_ended) return ;
  unit->supervisor.has_ended = 1 ;
  unit->supervisor.wstat = wstat ;
  unit->supervisor.next_ended = round->ended ;
  round->ended = unit ;
  if (!has_exited(unit)) round->killed = 1 ;
}

static void add_unknown (struct round *round, pid_t pid, int wstat)
{
  if (round->count == UNKNOWN_MAX) return ;
  round->unknown[round->count].pid = pid ;
  round->unknown[round->count++].wstat = wstat ;
}

static void inherit (struct scanner *s, struct unit *unit, struct round const *round)
{
  struct state state ;
  int known ;
  unit->adopt = 0 ;
  if (has_exited(unit) && !WEXITSTATUS(unit->supervisor.wstat)) return ; /* in order: there is nothing to go on with, and no need to read the record */
  directory_find(unit) ; /* the record is where the directory is now */
  known = inherited_last_run(unit, &state) ;
  unit->adopt = has_exited(unit) || !ended_in_order(unit, &state, known) ;
  if (!unit->adopt) return ;
  inherited_take(s, unit, known ? &state : 0) ;
  for (unsigned int i = 0 ; i < round->count ; i++)
    if (unit->inherited && round->unknown[i].pid == unit->inherited->pid) inherited_ended(s, unit, round->unknown[i].wstat) ;
}

static void say_not_sent (struct send const *what, int err)
{
  char number[PID_FMT] ;
  if (!err || err == ESRCH) return ;
  number[pid_fmt(number, what->pid)] = 0 ;
  errno = err ;
  strerr_warnwu6sys("send SIG", sig_name(what->sig), " to the process ", what->flags & SEND_GROUP ? "group " : "", number, ", which is another user's") ;
}

static void collect (struct scanner *s, struct round *round)
{
  for (;;)
  {
    int wstat ;
    int err ;
    struct send what ;
    struct unit *unit ;
    pid_t pid = waitpid(-1, &wstat, WNOHANG) ;
    if (pid == -1 && errno == EINTR) continue ;
    if (pid <= 0) return ;
    if (pid == s->cmd.pid) cmd_ended(s, wstat) ;
    else if (pid == s->upgrade.checker) upgrade_tried(s, wstat) ;
    else if (send_ended(pid, wstat, &what, &err)) say_not_sent(&what, err) ;
    else if ((unit = units_by_supervisor(&s->units, pid))) add_ended(round, unit, wstat) ;
    else if ((unit = units_by_process(&s->units, pid))) inherited_ended(s, unit, wstat) ;
    else
    {
      cmd_strays_ended(s, pid) ;
      add_unknown(round, pid, wstat) ;
    }
  }
}

static void act_on (struct scanner *s, struct round const *round)
{
  struct unit *next ;
  if (round->killed) reap_reports(s) ; /* the last report may be all that is known, if the directory is gone */
  for (struct unit *unit = round->ended ; unit ; unit = unit->supervisor.next_ended) inherit(s, unit, round) ;
  for (struct unit *unit = round->ended ; unit ; unit = next)
  {
    next = unit->supervisor.next_ended ;
    died(s, unit) ;
  }
}

void reap (struct scanner *s)
{
  struct round round = { .count = 0 } ;
  collect(s, &round) ;
  act_on(s, &round) ;
}

void reap_other (struct scanner *s, struct unit *unit)
{
  struct round round = { .count = 0 } ;
  if (!unit->supervisor.pid) return ;
  add_ended(&round, unit, 0) ;
  act_on(s, &round) ;
}

void reap_by_pidfds (struct scanner *s)
{
  void *whose[PIDFDS_AT_ONCE] ;
  unsigned int n = pidfds_ended(s, whose) ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    if (whose[i] == s) cmd_ended(s, STATUS_WSTAT_UNKNOWN) ;
    else reap_other(s, whose[i]) ;
  }
}
