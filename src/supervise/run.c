#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/error.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/spawn.h"
#include "service/executable.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

#define RUN_LOCK "supervise/run-lock" /* what lock-fd stands for */
#define CODE_UNKNOWN 256
#define CODE_NOT_EXECUTED 126
#define CODE_NOT_FOUND 127

void run_report_setting (char const *file, char const *value, char const *allowed, int err)
{
  errno = err ;
  if (err) strerr_warnwu5sys("read ", file, " (allowed: ", allowed, ")") ;
  else strerr_warnw6x("invalid ", file, ": \"", value, "\": allowed: ", allowed) ;
}

static void say_not_started (struct supervisor const *s, char const *path, int err, int executing, char const *next)
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

static void close_if (int fd)
{
  if (fd >= 0) fd_close(fd) ;
}

static void pass_fd (struct spawn *request, int from, int to)
{
  if (from >= 0) request->fd[request->nfds++] = (struct spawn_fd) { .from = from, .to = to } ;
}

/* The logger that a service without one of its own gets (-L) does. */
static int takes_stderr (int output)
{
  return output >= 0 && !access("log/" LOGGER_TAKES_STDERR, F_OK) ;
}

/* The child itself tells who it is; so do we, if we live to see it. */
static int start (struct supervisor *s, struct spawn *request, char what, int *executing)
{
  struct birth birth = { .number = s->births + 1, .what = what } ;
  pid_t pid ;
  request->birth = &birth ;
  request->birth_fd = s->state ;
  if (s->state_pending) publish_state(s) ; /* why it is started: a successor adds only the birth */
  pid = spawn(request, executing) ;
  request->birth = 0 ;
  s->births++ ;
  s->state_pending = 1 ;
  if (!pid) return 0 ;
  s->process = birth.process ;
  s->process_fd = -1 ;
  s->is_child = 1 ;
  s->end_unseen = s->end_noted = 0 ;
  return 1 ;
}

/* ---- ./run ---- */

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

/* A fifo with a name, of which the service holds both ends: what it writes reaches
   a successor of ours, and fails for want of a reader never. We hold the reading end
   alone: that the service has closed it is the end of the wait. */
static int open_notification (struct supervisor *s)
{
  int fd = -1 ;
  if (unlink(NOTIFY_FIFO) == -1 && errno != ENOENT) strerr_warnwu1sys("remove " NOTIFY_FIFO) ; /* an earlier instance may have it */
  if (fifo_make(NOTIFY_FIFO)) s->notification = fifo_open(NOTIFY_FIFO, O_RDONLY) ;
  if (s->notification >= 0) fd = fifo_open(NOTIFY_FIFO, O_RDWR) ;
  if (fd >= 0 && ndelay_off(fd) != -1) return fd ;
  strerr_warnwu1sys("make " NOTIFY_FIFO " for notification-fd (starting without it)") ;
  close_if(fd) ;
  close_if(s->notification) ;
  s->notification = -1 ;
  return -1 ;
}

int run_start (struct supervisor *s)
{
  char const *argv[3] = { "./run", s->name, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int input = -1 ;
  int output = -1 ;
  int notification = -1 ;
  int lock = -1 ;
  int executing ;
  int started ;
  int err ;
  if (!logger_input_hold(s) || !logger_input_for_stdin(s, &input) || !logger_input_for_stdout(s, &output))
  {
    strerr_warnwu1sys("open the fifo between the service and its logger (next try after the restart delay)") ;
    close_if(input) ;
    return 0 ;
  }
  request.path = "./run" ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.new_pid_namespace = s->settings.new_pid_namespace ;
  pass_fd(&request, input, 0) ;
  pass_fd(&request, output, 1) ;
  if (takes_stderr(output)) pass_fd(&request, output, 2) ;
  if (s->settings.notification_fd != SETTING_NO_FD) pass_fd(&request, notification = open_notification(s), s->settings.notification_fd) ;
  if (s->settings.lock_fd != SETTING_NO_FD) pass_fd(&request, lock = open_lock(&request), s->settings.lock_fd) ;
  started = start(s, &request, 'r', &executing) ;
  err = errno ;
  close_if(input) ;
  close_if(output) ;
  close_if(notification) ;
  close_if(lock) ;
  if (started)
  {
    s->group = s->process.pid ;
    s->started_ms = clock_ms() ;
    return 1 ;
  }
  close_if(s->notification) ;
  s->notification = -1 ;
  s->not_executed = executing && !error_temp(err) ;
  if (s->not_executed) s->status.wstat = (unsigned int)(err == ENOENT ? CODE_NOT_FOUND : CODE_NOT_EXECUTED) << 8 ;
  say_not_started(s, "./run", err, executing, s->settings.restart == RESTART_ALWAYS
    ? " (next try after the restart delay)" : " (next try after the restart delay, unless `restart` forbids it)") ;
  return 0 ;
}

/* ---- ./finish ---- */

/* There is none; or there was, and it can no longer be found: that is no secret. */
static void say_finish_is_gone (void)
{
  char original[4096] ;
  ssize_t n = readlink("finish", original, sizeof original - 1) ;
  if (n == -1 && errno == ENOENT && access("supervise", F_OK) == -1 && errno == ENOENT)
    strerr_warnw1x("the service's live directory was removed: its ./finish, if there was one, is not run") ;
  while (n > 0 && original[n - 1] != '/') n-- ;
  if (n < 1) return ;
  original[n] = 0 ;
  if (access(original, F_OK) == -1 && errno == ENOENT)
    strerr_warnw3x("./finish is not run: the directory ", original, " was removed") ;
}

int run_start_finish (struct supervisor *s)
{
  char code[UINT_FMT] ;
  char sig[UINT_FMT] ;
  char group[PID_FMT] ;
  char const *argv[6] = { "./finish", code, sig, s->name, group, 0 } ;
  int wstat = (int)s->status.wstat ;
  struct spawn request = SPAWN_ZERO ;
  int null = -1 ;
  int output ;
  int executing ;
  int started ;
  int err ;
  if (access("finish", F_OK) == -1 && errno == ENOENT)
  {
    say_finish_is_gone() ;
    return 0 ;
  }
  code[uint_fmt(code, s->code_unknown || WIFSIGNALED(wstat) ? CODE_UNKNOWN : (unsigned int)WEXITSTATUS(wstat))] = 0 ;
  sig[uint_fmt(sig, !s->code_unknown && WIFSIGNALED(wstat) ? (unsigned int)WTERMSIG(wstat) : 0)] = 0 ;
  group[pid_fmt(group, s->group)] = 0 ;
  request.path = "./finish" ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  /* The last one, too: its logger is told to read to the end only after this supervisor has left. */
  if (!logger_input_for_stdout(s, &output)) strerr_warnwu1sys("open the logger's fifo (what ./finish writes goes to the scanner's output)") ;
  if (s->leaving) null = open("/dev/null", O_RDWR | O_CLOEXEC) ;
  pass_fd(&request, null, 0) ;
  pass_fd(&request, output, 1) ;
  if (takes_stderr(output)) pass_fd(&request, output, 2) ;
  started = start(s, &request, 'f', &executing) ;
  err = errno ;
  close_if(null) ;
  close_if(output) ;
  if (!started) say_not_started(s, "./finish", err, executing, " (going on without it)") ;
  return started ;
}
