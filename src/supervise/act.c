#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/spawn.h"
#include "service/executable.h"
#include "supervise/supervisor.h"
#include "wire/death_tally.h"

#define RUN_LOCK "supervise/run-lock" /* what lock-fd stands for */
#define DRAIN_RESTARTS_MAX 5
#define CODE_NEVER_AGAIN 125
/* s6's listeners take the events that come together as one and drop those after
   the one they wait for: `s6-svc -wr -r` would miss a start that follows the end
   at once. s6-supervise lets a second pass before each start. */
#define LISTENER_MS 50

static void arm (struct supervisor *s, uint32_t ms)
{
  tain now ;
  tain wait ;
  tain_now(&now) ;
  tain_from_millisecs(&wait, ms > INT_MAX ? INT_MAX : (int)ms) ;
  tain_add(&s->deadline, &now, &wait) ;
  s->has_deadline = 1 ;
}

static void setting_fault (char const *file, char const *value, char const *allowed, int err)
{
  errno = err ;
  if (err) strerr_warnwu5sys("read ", file, " (allowed: ", allowed, ")") ;
  else strerr_warnw6x("invalid ", file, ": \"", value, "\": allowed: ", allowed) ;
}

static void not_executed (struct supervisor const *s, char const *path, int err, int executing, char const *next)
{
  char why[EXECUTABLE_WHY_MAX] ;
  if (executing)
  {
    strerr_warnwu5x("execute ", path, next, ": ", executable_why_not(path, err, why, sizeof why)) ;
    return ;
  }
  errno = err ;
  if (err == EPERM && s->settings.new_pid_namespace)
    strerr_warnwu3sys("start ", path, " in a PID namespace of its own: flag-newpidns needs CAP_SYS_ADMIN") ;
  else strerr_warnwu3sys("start ", path, next) ;
}

/* ---- starting ./run ---- */

struct start_fds
{
  int input ;
  int output ;
  int notification[2] ;
  int lock ;
} ;

static void close_if (int fd)
{
  if (fd >= 0) fd_close(fd) ;
}

static void pass_fd (struct spawn *request, int from, int to)
{
  if (from >= 0) request->fd[request->nfds++] = (struct spawn_fd) { .from = from, .to = to } ;
}

static int open_lock (struct spawn *request)
{
  int fd = open(RUN_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600) ;
  if (fd == -1)
  {
    strerr_warnwu1sys("open " RUN_LOCK " (starting without it)") ;
    return -1 ;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) == -1)
  {
    strerr_warnw1x("another instance of ./run holds lock-fd; the new one waits until that has ended") ;
    request->wait_for_lock = fd ;
  }
  return fd ;
}

static pid_t start_run (struct supervisor *s, int *executing)
{
  char const *argv[3] = { "./run", s->name, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  struct start_fds fds = { .notification = { -1, -1 }, .lock = -1 } ;
  pid_t pid ;
  int err ;
  request.path = "./run" ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.new_pid_namespace = s->settings.new_pid_namespace ;
  fds.input = logger_input_for_stdin(s) ;
  fds.output = logger_input_for_stdout(s) ;
  pass_fd(&request, fds.input, 0) ;
  pass_fd(&request, fds.output, 1) ;
  if (s->settings.notification_fd != SETTING_NO_FD)
  {
    if (pipe2(fds.notification, O_CLOEXEC) == -1) strerr_warnwu1sys("make a pipe for notification-fd (starting without it)") ;
    else ndelay_on(fds.notification[0]) ;
    pass_fd(&request, fds.notification[1], s->settings.notification_fd) ;
  }
  if (s->settings.lock_fd != SETTING_NO_FD) pass_fd(&request, fds.lock = open_lock(&request), s->settings.lock_fd) ;
  pid = spawn(&request, executing) ;
  err = errno ;
  close_if(fds.input) ;
  close_if(fds.output) ;
  close_if(fds.notification[1]) ;
  close_if(fds.lock) ;
  if (pid) s->notification = fds.notification[0] ;
  else close_if(fds.notification[0]) ;
  errno = err ;
  return pid ;
}

static void run (struct supervisor *s)
{
  int executing = 0 ;
  settings_read(&s->settings, SETTINGS_START, &setting_fault) ;
  s->status.pid = start_run(s, &executing) ;
  s->up_ms = 0 ;
  s->asked = 0 ;
  s->failed_for_good = 0 ;
  s->has_deadline = 0 ;
  if (!s->status.pid)
  {
    not_executed(s, "./run", errno, executing, " (next try after the restart delay)") ;
    act(s, LIFE_SPAWN_FAILED) ;
    return ;
  }
  tain_now(&s->started) ;
  s->group = s->status.pid ;
  if (s->started_once)
  {
    s->restarts++ ;
    s->state_pending = 1 ;
  }
  s->started_once = 1 ;
  act(s, LIFE_SPAWNED) ;
}

/* ---- the end of ./run, and ./finish ---- */

static void tell_up (struct supervisor *s)
{
  tain_wallclock_read(&s->status.since) ;
  s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED | STATUS_FINISHING) ;
  publish_status(s) ;
  publish_event(s, 'u') ;
}

static void tell_down (struct supervisor *s)
{
  tain now ;
  tain up ;
  tain_now(&now) ;
  tain_sub(&up, &now, &s->started) ;
  s->up_ms = (uint64_t)tain_to_millisecs(&up) ;
  if (tain_to_millisecs(&up) < 0) s->up_ms = UINT32_MAX ; /* more than an int holds */
  s->has_deadline = 0 ;
  close_if(s->notification) ;
  s->notification = -1 ;
  s->status.pid = 0 ;
  s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED) ;
  tain_wallclock_read(&s->status.since) ;
  if (!death_tally_add(&s->status.since, (int)s->status.wstat, s->settings.max_death_tally))
    strerr_warnwu1sys("record the death in " DEATH_TALLY_FILE) ;
  publish_status(s) ;
  publish_event(s, 'd') ;
  s->state_pending = 1 ;
}

static pid_t start_finish (struct supervisor *s, int *executing)
{
  char code[UINT_FMT] ;
  char sig[UINT_FMT] ;
  char group[PID_FMT] ;
  char const *argv[6] = { "./finish", code, sig, s->name, group, 0 } ;
  int wstat = (int)s->status.wstat ;
  struct spawn request = SPAWN_ZERO ;
  int null = -1 ;
  int output ;
  pid_t pid ;
  int err ;
  code[uint_fmt(code, WIFSIGNALED(wstat) ? 256 : (unsigned int)WEXITSTATUS(wstat))] = 0 ;
  sig[uint_fmt(sig, WIFSIGNALED(wstat) ? (unsigned int)WTERMSIG(wstat) : 0)] = 0 ;
  group[pid_fmt(group, s->group)] = 0 ;
  request.path = "./finish" ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  /* The last one does not hold the logger's pipe open, so that the logger sees the end. */
  output = logger_input_for_stdout(s) ;
  if (s->leaving) null = open("/dev/null", O_RDWR | O_CLOEXEC) ;
  pass_fd(&request, null, 0) ;
  pass_fd(&request, s->leaving && output >= 0 ? null : output, 1) ;
  pid = spawn(&request, executing) ;
  err = errno ;
  close_if(null) ;
  close_if(output) ;
  errno = err ;
  return pid ;
}

static void run_finish (struct supervisor *s)
{
  int executing = 0 ;
  if (access("finish", F_OK) == -1 && errno == ENOENT)
  {
    act(s, LIFE_FINISHED) ;
    return ;
  }
  s->status.pid = start_finish(s, &executing) ;
  if (!s->status.pid)
  {
    not_executed(s, "./finish", errno, executing, " (going on without it)") ;
    act(s, LIFE_FINISHED) ;
    return ;
  }
  s->status.flags |= STATUS_FINISHING ;
  if (s->settings.timeout_finish_ms) arm(s, s->settings.timeout_finish_ms) ;
  publish_status(s) ;
}

static void tell_finished (struct supervisor *s)
{
  s->has_deadline = 0 ;
  s->status.pid = 0 ;
  s->status.flags &= ~(unsigned int)STATUS_FINISHING ;
  s->status.flags |= STATUS_READY ;
  if (s->failed_for_good) s->status.flags &= ~(unsigned int)STATUS_WANT_UP ;
  tain_wallclock_read(&s->status.ready_since) ;
  publish_status(s) ;
  if (s->failed_for_good) publish_event(s, 'O') ;
  publish_event(s, 'D') ;
}

static void settle (struct supervisor *s)
{
  int left = logger_input_left(s) && s->drain_restarts < DRAIN_RESTARTS_MAX ;
  if (left && s->leaving) s->drain_restarts++ ;
  act(s, life_settle(!!(s->status.flags & STATUS_WANT_UP), s->leaving, s->failed_for_good, left)) ;
}

static void delay (struct supervisor *s)
{
  uint32_t ms = life_restart_delay(&s->delay, s->asked, s->up_ms, s->settings.restart_delay_min_ms, s->settings.restart_delay_max_ms) ;
  if (s->last_event_heard && ms < LISTENER_MS) ms = LISTENER_MS ;
  s->state_pending = 1 ;
  arm(s, ms) ;
}

/* ---- signals ---- */

void act_signal (struct supervisor *s, int sig, int group)
{
  unsigned int before = s->status.flags ;
  if (s->phase != PHASE_UP || !s->status.pid) return ;
  if (kill(group ? -s->status.pid : s->status.pid, sig) == -1)
  {
    if (errno != ESRCH) strerr_warnwu1sys("send a signal to ./run") ;
    return ;
  }
  if (sig == SIGSTOP) s->status.flags |= STATUS_PAUSED ;
  if (sig == SIGCONT) s->status.flags &= ~(unsigned int)STATUS_PAUSED ;
  if (s->status.flags != before) publish_status(s) ;
}

static void stop_signal (struct supervisor *s)
{
  settings_read(&s->settings, SETTINGS_STOP, 0) ;
  s->asked = 1 ;
  act_signal(s, s->settings.down_signal, 0) ;
  act_signal(s, SIGCONT, 0) ;
}

void act_restart (struct supervisor *s)
{
  if (s->phase == PHASE_UP) stop_signal(s) ;
}

static void stop (struct supervisor *s)
{
  stop_signal(s) ;
  if (s->settings.timeout_kill_ms && !s->has_deadline) arm(s, s->settings.timeout_kill_ms) ;
}

static void kill_at_deadline (struct supervisor *s)
{
  s->has_deadline = 0 ;
  if (s->phase == PHASE_UP)
  {
    strerr_warnw1x("./run has not ended within timeout-kill; killing it") ;
    act_signal(s, SIGKILL, s->settings.kill_group) ;
  }
  else if (s->status.pid)
  {
    strerr_warnw1x("./finish has not ended within timeout-finish; killing it") ;
    kill(s->status.pid, SIGKILL) ;
  }
}

/* ---- steps ---- */

static void mark (struct supervisor *s, unsigned int todo)
{
  unsigned int before = s->status.flags ;
  if (todo & LIFE_MARK_UP) s->status.flags |= STATUS_WANT_UP ;
  if (todo & LIFE_MARK_DOWN)
  {
    s->status.flags &= ~(unsigned int)STATUS_WANT_UP ;
    s->asked = 1 ;
  }
  if (todo & LIFE_MARK_LEAVING) s->leaving = 1 ;
  if (s->status.flags != before) publish_status(s) ;
}

void act (struct supervisor *s, enum life_event event)
{
  struct life_step step = life_step(s->phase, event) ;
  if (step.todo & LIFE_IMPOSSIBLE)
  {
    strerr_warnw2x("impossible event while ", phase_name(s->phase)) ;
    return ;
  }
  s->phase = step.next ;
  if (event == LIFE_DEADLINE || s->phase == PHASE_DOWN) s->has_deadline = 0 ;
  if (step.todo & (LIFE_MARK_UP | LIFE_MARK_DOWN | LIFE_MARK_LEAVING)) mark(s, step.todo) ;
  if (step.todo & LIFE_TELL_UP) tell_up(s) ;
  if (step.todo & LIFE_TELL_DOWN) tell_down(s) ;
  if (step.todo & LIFE_TELL_FINISHED) tell_finished(s) ;
  if (step.todo & LIFE_STOP) stop(s) ;
  if (step.todo & LIFE_KILL) kill_at_deadline(s) ;
  if (step.todo & LIFE_END_STRAYS) act(s, LIFE_STRAYS_GONE) ; /* nothing is booked as a stray yet */
  if (step.todo & LIFE_RUN) run(s) ;
  if (step.todo & LIFE_RUN_FINISH) run_finish(s) ;
  if (step.todo & LIFE_DELAY) delay(s) ;
  if (step.todo & LIFE_SETTLE) settle(s) ;
}

void act_reap (struct supervisor *s)
{
  for (;;)
  {
    int wstat ;
    pid_t pid = waitpid(-1, &wstat, WNOHANG) ;
    if (pid == -1 && errno == EINTR) continue ;
    if (pid <= 0) return ;
    if (pid != s->status.pid) continue ;
    if (s->phase == PHASE_UP)
    {
      s->status.wstat = (unsigned int)wstat ;
      act(s, LIFE_RUN_ENDED) ;
    }
    else if (s->phase == PHASE_FINISHING)
    {
      s->failed_for_good = WIFEXITED(wstat) && WEXITSTATUS(wstat) == CODE_NEVER_AGAIN ;
      act(s, LIFE_FINISHED) ;
    }
  }
}
