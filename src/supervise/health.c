#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/program.h"
#include "base/send.h"
#include "base/spawn.h"
#include "service/health.h"
#include "supervise/supervisor.h"
#include "wire/health.h"

#define CHECKER "reeve-exec"
#define READ_SIZE 4096 /* bytes of a check's output that are read in one turn */
#define FLOOD_SIZE (16U << 20) /* the output of a check, in bytes: one that writes more must not keep a CPU busy until its timeout */
#define LINE_MAX 200
#define SLEPT_MS 1000
#define SLEPT_PARTS 4 /* a check's timeout is waited for in parts, so that a suspension is noticed */

/* ---- facts ---- */

static int is_to_be_checked (struct supervisor const *s)
{
  return s->settings.health && s->phase == PHASE_UP && !s->leaving && publish_has_got_ready(s) && !(s->status.flags & STATUS_PAUSED) ;
}

static struct health_facts facts_of (struct supervisor const *s)
{
  struct checks const *checks = &s->checks ;
  return (struct health_facts)
  {
    .health = checks->health,
    .up_ms = clock_ms() - s->started_ms,
    .start_period_ms = checks->settings.start_period_ms,
    .retries = checks->settings.retries,
    .interval_ms = checks->settings.interval_ms,
    .told_ready = !checks->had_one && s->settings.notification_fd != SETTING_NO_FD
  } ;
}

static struct health_result result_of (int wstat)
{
  if (WIFSIGNALED(wstat)) return (struct health_result) { .kind = HEALTH_SIGNAL, .number = (unsigned int)WTERMSIG(wstat) } ;
  return (struct health_result) { .kind = HEALTH_EXIT, .number = (unsigned int)WEXITSTATUS(wstat) } ;
}

/* ---- a check's process ---- */

static void close_output (struct checks *checks)
{
  if (checks->output >= 0) fd_close(checks->output) ;
  checks->output = -1 ;
}

static void close_record (struct checks *checks)
{
  if (checks->record >= 0) fd_close(checks->record) ;
  checks->record = -1 ;
}

static void say_not_kept (struct checks *checks)
{
  if (!checks->said_record) strerr_warnwu1sys("write " HEALTH_RECORD_FILE) ;
  checks->said_record = 1 ;
}

static void begin_record (struct checks *checks)
{
  checks->written = 0 ;
  checks->record = health_record_begin() ;
  if (checks->record == -1) say_not_kept(checks) ;
}

/* Starts the check's program. Its stdin is empty; its output comes through a pipe. */
static pid_t execute (struct supervisor *s, char const *path, char const *const *argv, int *executing)
{
  struct spawn request = SPAWN_ZERO ;
  struct birth birth = { .what = 'h' } ;
  int ends[2] ;
  int null ;
  int err ;
  pid_t pid ;
  *executing = 0 ;
  if (pipe2(ends, O_CLOEXEC) == -1) return 0 ;
  null = spawn_nothing_to_read() ;
  request.path = path ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.birth = &birth ;
  child_pass(&request, null, 0) ;
  child_pass(&request, ends[1], 1) ;
  child_pass(&request, ends[1], 2) ;
  pid = null >= 0 && ndelay_on(ends[0]) != -1 ? spawn(&request, executing) : 0 ;
  err = errno ;
  child_close(null) ;
  fd_close(ends[1]) ;
  if (pid) s->checks.output = ends[0] ;
  else fd_close(ends[0]) ;
  s->checks.process = pid ? birth.process : (struct process_birth) { 0 } ;
  s->state_pending = 1 ;
  errno = err ;
  return pid ;
}

static pid_t start_built_in (struct supervisor *s, char const *spec, int *executing)
{
  char program[PROGRAM_PATH_MAX] ;
  char const *argv[] = { CHECKER, "--check", spec, 0 } ;
  *executing = 1 ;
  return program_beside(program, CHECKER) ? execute(s, program, argv, executing) : 0 ;
}

static void arm_part (struct checks *checks, uint64_t now_ms)
{
  checks->deadline_ms = now_ms + checks->settings.timeout_ms / SLEPT_PARTS + 1 ;
  if (checks->deadline_ms > checks->limit_ms) checks->deadline_ms = checks->limit_ms ;
}

static void give_time (struct checks *checks, uint64_t now_ms)
{
  checks->limit_ms = now_ms + checks->settings.timeout_ms ;
  arm_part(checks, now_ms) ;
}

/* Starts a check. If it cannot be started, that says nothing about the service. */
static enum health_event start (struct supervisor *s)
{
  char const *argv[] = { "./" HEALTH_FILE, s->name, 0 } ;
  char spec[HEALTH_SPEC_MAX] ;
  struct checks *checks = &s->checks ;
  enum health_kind kind = health_file_read(spec, 0) ;
  int executing = 1 ;
  pid_t pid = 0 ;
  checks->had_one = 1 ;
  checks->has_slept = 0 ;
  if (kind == HEALTH_KIND_EXECUTABLE) pid = execute(s, argv[0], argv, &executing) ;
  else if (kind == HEALTH_KIND_BUILT_IN) pid = start_built_in(s, spec, &executing) ;
  else errno = access(HEALTH_FILE, F_OK) == -1 ? ENOENT : EACCES ;
  if (pid)
  {
    begin_record(checks) ;
    give_time(checks, clock_ms()) ;
    return HEALTH_EVENT_COUNT ;
  }
  if (!checks->said_not_made) child_say_not_started(s, kind == HEALTH_KIND_BUILT_IN ? CHECKER : argv[0], errno, executing,
    " to check the service's health, which stays as it is until the next check") ;
  checks->said_not_made = 1 ;
  return HEALTH_NOT_STARTED ;
}

/* Kills the check with its process group. The group still exists: its leader is an unreaped child. */
static void kill_check (struct supervisor *s)
{
  struct send send = { .pid = s->checks.process.pid, .fd = -1, .sig = SIGKILL, .flags = SEND_GROUP } ;
  if (send.pid) send_signal(&send) ;
  close_output(&s->checks) ;
}

void health_read_output (struct supervisor *s)
{
  char bytes[READ_SIZE] ;
  struct checks *checks = &s->checks ;
  ssize_t r ;
  if (checks->output == -1) return ;
  r = read(checks->output, bytes, sizeof bytes) ;
  if (r == -1 && (errno == EAGAIN || errno == EINTR)) return ;
  if (r <= 0)
  {
    close_output(checks) ;
    return ;
  }
  if (checks->record >= 0 && !health_record_add(checks->record, checks->written, bytes, (size_t)r)) say_not_kept(checks) ;
  checks->written += (uint32_t)r ;
}

int health_is_check (struct supervisor const *s, pid_t pid)
{
  return pid && pid == s->checks.process.pid ;
}

/* The check has ended. It is not reaped yet, so its process group still exists and can be killed. */
void health_note_end (struct supervisor *s, unsigned int wstat)
{
  kill(-s->checks.process.pid, SIGKILL) ;
  s->checks.process.pid = 0 ;
  s->checks.wstat = wstat ;
  s->checks.ended = 1 ;
  s->state_pending = 1 ;
}

/* ---- what a check means ---- */

static void say_unhealthy (struct supervisor const *s, struct health_result const *result, int again)
{
  char why[HEALTH_RESULT_MAX] ;
  char count[UINT32_FMT] ;
  char line[LINE_MAX] = "" ;
  int one = s->checks.settings.retries == 1 ;
  int wanted = s->status.flags & STATUS_WANT_UP && !s->leaving ;
  if (s->checks.record >= 0) health_record_line(s->checks.record, line, sizeof line) ;
  count[uint32_fmt(count, s->checks.settings.retries)] = 0 ;
  strerr_warnw8x("is unhealthy: ", one ? "its health check" : count, one ? " has failed, it " : " health checks in a row have failed, the last one ",
    health_result_describe(why, result), *line ? ": " : "", line, "; ",
    again ? "stopping it, to start it again" : wanted ? "leaving it as it is, as `restart` is no" : "leaving it as it is, as it is wanted down") ;
}

static enum life_event found_healthy (struct supervisor *s)
{
  enum health before = s->checks.health ;
  if (before == HEALTH_GOOD) return LIFE_NOTHING ;
  s->checks.health = HEALTH_GOOD ;
  publish_event(s, 'h') ;
  if (before == HEALTH_BAD) strerr_warni1x("is healthy again") ;
  return LIFE_NOTHING ;
}

/* An unhealthy service is stopped only if it will be started again: else it would be gone for good. */
static enum life_event found_unhealthy (struct supervisor *s, struct health_result const *result)
{
  int again = s->settings.restart != RESTART_NO && s->status.flags & STATUS_WANT_UP && !s->leaving ;
  if (s->checks.health != HEALTH_BAD) publish_event(s, 'n') ;
  if (s->checks.health != HEALTH_BAD || again) say_unhealthy(s, result, again) ;
  s->checks.health = HEALTH_BAD ;
  return again ? LIFE_UNFIT : LIFE_NOTHING ;
}

static enum life_event judge (struct supervisor *s, struct health_result const *result)
{
  struct health_facts facts = facts_of(s) ;
  enum health health = health_judge(&facts, result->kind == HEALTH_EXIT && !result->number, &s->checks.failures) ;
  enum life_event event = LIFE_NOTHING ;
  if (s->checks.record >= 0 && !health_record_end(s->checks.record, result)) say_not_kept(&s->checks) ;
  if (health == HEALTH_GOOD) event = found_healthy(s) ;
  if (health == HEALTH_BAD) event = found_unhealthy(s, result) ;
  close_record(&s->checks) ;
  return event ;
}

/* ---- a step ---- */

static void arm_next (struct supervisor *s)
{
  struct health_facts facts = facts_of(s) ;
  s->checks.deadline_ms = clock_ms() + health_delay(&facts) ;
}

static enum life_event perform (struct supervisor *s, unsigned int deeds, struct health_result const *result, enum health_event *outcome)
{
  enum life_event event = LIFE_NOTHING ;
  if (deeds & HEALTH_DISARM) s->checks.deadline_ms = 0 ;
  if (deeds & HEALTH_KILL) kill_check(s) ;
  if (deeds & (HEALTH_JUDGE | HEALTH_FAIL)) event = judge(s, result) ;
  if (deeds & HEALTH_ARM) arm_next(s) ; /* after judging: the delay depends on the health */
  if (deeds & HEALTH_START) *outcome = start(s) ;
  return event ;
}

static enum life_event apply (struct supervisor *s, enum health_event event, struct health_result const *result)
{
  enum life_event life = LIFE_NOTHING ;
  while (event != HEALTH_EVENT_COUNT && life == LIFE_NOTHING)
  {
    struct health_step step = health_step(s->checks.phase, event) ;
    event = HEALTH_EVENT_COUNT ;
    if (step.deeds & HEALTH_IMPOSSIBLE) break ;
    s->checks.phase = step.next ;
    life = perform(s, step.deeds, result, &event) ;
  }
  return life ;
}

static enum life_event take_end (struct supervisor *s)
{
  struct health_result result = result_of((int)s->checks.wstat) ;
  enum life_event event ;
  s->checks.ended = 0 ;
  while (s->checks.output >= 0 && s->checks.written < HEALTH_OUTPUT_MAX)
  {
    uint32_t before = s->checks.written ;
    health_read_output(s) ;
    if (s->checks.written == before) break ;
  }
  close_output(&s->checks) ; /* a process that has left the group may still write: nobody reads it */
  event = apply(s, HEALTH_ENDED, &result) ;
  close_record(&s->checks) ;
  return event ;
}

/* The deadline of a check has come: may it go on? The deadline is only a part of its timeout. If
   the supervisor wakes up much later than that, it has not run meanwhile, because the container or
   the machine was suspended or is very busy. The check has not run either, so its whole timeout
   starts again, once. */
static int goes_on (struct checks *checks, uint64_t now_ms)
{
  if (checks->phase != HEALTH_CHECKING) return 0 ;
  if (!checks->has_slept && now_ms - checks->deadline_ms >= SLEPT_MS)
  {
    checks->has_slept = 1 ;
    give_time(checks, now_ms) ;
    return 1 ;
  }
  if (now_ms >= checks->limit_ms) return 0 ;
  arm_part(checks, now_ms) ;
  return 1 ;
}

static enum life_event take_deadline (struct supervisor *s)
{
  static struct health_result const timeout = { .kind = HEALTH_TIMEOUT } ;
  uint64_t now = s->checks.deadline_ms ? clock_ms() : 0 ;
  if (!deadline_is_due(s->checks.deadline_ms, now) || goes_on(&s->checks, now)) return LIFE_NOTHING ;
  return apply(s, HEALTH_DUE, &timeout) ;
}

static int is_on (enum health_phase phase)
{
  return phase != HEALTH_OFF && phase != HEALTH_DROPPED ;
}

enum life_event health_follow (struct supervisor *s)
{
  static struct health_result const flood = { .kind = HEALTH_FLOOD } ;
  static struct health_result const none = { .kind = HEALTH_EXIT } ; /* a dummy: nothing is judged by these events */
  struct checks *checks = &s->checks ;
  int on ;
  if (!s->settings.health && checks->phase == HEALTH_OFF && !checks->ended) return LIFE_NOTHING ;
  on = is_to_be_checked(s) ;
  if (on != is_on(checks->phase)) apply(s, on ? HEALTH_BEGIN : HEALTH_END, &none) ; /* before the end of a check, which then does not matter any more */
  if (checks->ended) return take_end(s) ;
  if (checks->output >= 0 && checks->written > FLOOD_SIZE) return apply(s, HEALTH_FLOODED, &flood) ;
  return take_deadline(s) ;
}

/* ---- the beginning and the end ---- */

void health_begin_anew (struct supervisor *s, settings_report_func *report)
{
  char spec[HEALTH_SPEC_MAX] ;
  struct checks *checks = &s->checks ;
  checks->health = HEALTH_UNKNOWN ;
  if (s->settings.oneshot) s->settings.health = 0 ; /* a task is healthy when it is done */
  if (!s->settings.health) return ;
  checks->failures = 0 ;
  checks->had_one = checks->said_not_made = checks->said_record = 0 ;
  health_settings_read(&checks->settings, report) ;
  if (health_file_read(spec, report) == HEALTH_KIND_NONE) s->settings.health = 0 ;
}

/* Before an upgrade, or the end of the supervisor: the new program would know nothing of the check. */
void health_drop (struct supervisor *s)
{
  kill_check(s) ;
  close_record(&s->checks) ;
  s->checks.process.pid = 0 ;
  s->checks.deadline_ms = 0 ;
  s->checks.phase = HEALTH_OFF ;
}

/* Kills the check of a killed supervisor. It is the scanner's child now, and nobody reads its
   output. */
static void end_earlier (struct process_birth const *process)
{
  int fd = process->pid ? process_watch(process) : -1 ;
  if (fd == -1) return ;
  if (!process_signal_watched(fd, SIGKILL, 1) && process_signal_watched(fd, 0, 0)) kill(-process->pid, SIGKILL) ; /* before Linux 6.9 a pidfd takes no signal for a group: use the group's number */
  fd_close(fd) ;
}

void health_restore (struct supervisor *s, struct process_birth const *earlier, int healthy, int unhealthy)
{
  s->checks.health = healthy ? HEALTH_GOOD : unhealthy ? HEALTH_BAD : HEALTH_UNKNOWN ;
  s->checks.had_one = s->checks.health != HEALTH_UNKNOWN ;
  end_earlier(earlier) ;
  if (s->settings.health) health_settings_read(&s->checks.settings, 0) ;
}
