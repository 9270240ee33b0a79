#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/error.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/file.h"
#include "base/spawn.h"
#include "service/dependencies.h"
#include "service/instance.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

#define RUN_LOCK "supervise/run-lock" /* the file behind lock-fd */

void run_report_setting (char const *file, char const *value, char const *allowed, int err)
{
  errno = err ;
  if (err) strerr_warnwu5sys("read ", file, " (allowed: ", allowed, ")") ;
  else strerr_warnw6x("invalid ", file, ": \"", value, "\": allowed: ", allowed) ;
}

static int open_lock (struct spawn *request)
{
  int fd = file_open(RUN_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600) ;
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

/* Makes the fifo for notification-fd. It has a name, and the service holds both ends: so what it
   writes reaches a successor of this supervisor, and never fails for want of a reader. The
   supervisor holds only the reading end: when the service closes its descriptor, the wait for
   readiness ends. */
static int open_notification (struct supervisor *s)
{
  int fd = -1 ;
  if (unlink(NOTIFY_FIFO) == -1 && errno != ENOENT) strerr_warnwu1sys("remove " NOTIFY_FIFO) ; /* an earlier ./run may still write to it */
  if (fifo_make(NOTIFY_FIFO)) s->notification = fifo_open(NOTIFY_FIFO, O_RDONLY) ;
  if (s->notification >= 0) fd = fifo_open(NOTIFY_FIFO, O_RDWR) ;
  if (fd >= 0 && ndelay_off(fd) != -1) return fd ;
  strerr_warnwu1sys("make " NOTIFY_FIFO " for notification-fd (starting without it)") ;
  child_close(fd) ;
  child_close(s->notification) ;
  s->notification = -1 ;
  return -1 ;
}

/* Restores the terminal's settings of the first start: a killed program may have left it in raw
   mode. */
static void restore_terminal (void)
{
  static struct termios first ;
  static int known ;
  if (known) tcsetattr(0, TCSANOW, &first) ;
  else known = tcgetattr(0, &first) != -1 ;
}

/* Notes whether ./run got the terminal. If stdin is not a terminal, there is none to take. */
static void note_console (struct supervisor *s, int err)
{
  s->had_console = 1 ;
  if (err == ENOTTY) err = 0 ;
  if (err && !s->said_console)
  {
    errno = err ;
    strerr_warnwu3sys("take the terminal for ./run, which has no job control", err == EPERM ? " (it is that of another session)" : "", "") ;
  }
  s->said_console = !!err ;
}

static int execute (struct supervisor *s)
{
  char const *argv[4] = { "./run", s->name, getenv(INSTANCE_VARIABLE), 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int input = -1 ;
  int output[2] = { -1, -1 } ;
  int notification = -1 ;
  int lock = -1 ;
  int console = 0 ;
  int executing ;
  int started ;
  int err ;
  if (!logger_input_hold_loggers(s) || !logger_input_for_stdin(s, &input) || !logger_input_for_output(s, output))
  {
    strerr_warnwu1sys("open a fifo between the service and what reads its output (next try after the restart delay)") ;
    child_close(input) ;
    child_close(output[0]) ;
    return 0 ;
  }
  if (s->settings.console && input == -1)
  {
    restore_terminal() ;
    request.console = &console ;
  }
  else if (s->had_console && input == -1) input = spawn_nothing_to_read() ; /* the supervisor's stdin is still the container's */
  request.path = "./run" ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.new_pid_namespace = s->settings.new_pid_namespace ;
  child_pass(&request, input, 0) ;
  child_pass(&request, output[0], 1) ;
  child_pass(&request, output[1], 2) ;
  if (s->settings.notification_fd != SETTING_NO_FD) child_pass(&request, notification = open_notification(s), s->settings.notification_fd) ;
  if (s->settings.lock_fd != SETTING_NO_FD) child_pass(&request, lock = open_lock(&request), s->settings.lock_fd) ;
  started = child_start(s, &request, 'r', &executing) ;
  err = errno ;
  child_close(input) ;
  child_close(output[0]) ;
  child_close(output[1]) ;
  child_close(notification) ;
  child_close(lock) ;
  if (started)
  {
    if (s->settings.console) note_console(s, console) ;
    return 1 ;
  }
  child_close(s->notification) ;
  s->notification = -1 ;
  s->not_executed = executing && !error_temp(err) ;
  if (s->not_executed) s->status.wstat = (unsigned int)(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED) << 8 ;
  child_say_not_started(s, "./run", err, executing, s->settings.restart == RESTART_ALWAYS
    ? " (next try after the restart delay)" : " (next try after the restart delay, unless `restart` forbids it)") ;
  return 0 ;
}

/* Was the live directory removed? Then the supervisor leaves; the scanner makes the directory
   again, and starts another supervisor there. */
static int has_lost_directory (struct supervisor const *s)
{
  if (s->reports == -1 || access("supervise", F_OK) != -1 || errno != ENOENT) return 0 ;
  strerr_warnw1x("the service's live directory was removed: leaving, so that the scanner can make it again") ;
  return 1 ;
}

/* Ignores flag-oneshot of a logger: it runs for as long as its service may write, so as a task it
   would never be ready. */
static void honour_logger (struct supervisor *s)
{
  if (!s->settings.oneshot || s->logger_input == -1) return ;
  s->settings.oneshot = 0 ;
  strerr_warnw1x("a logger is no task: flag-oneshot is ignored (remove it)") ;
}

/* Reads the settings, and forgets what was true of the last ./run. A successor takes the settings
   from the saved state instead. */
static void begin_anew (struct supervisor *s)
{
  settings_read(&s->settings, SETTINGS_START, &run_report_setting) ;
  settings_honour(&s->settings, &run_report_setting) ;
  honour_logger(s) ;
  health_begin_anew(s, &run_report_setting) ;
  s->state_pending = 1 ;
  s->up_ms = s->told_ms = s->group_told_ms = s->ready_by_ms = 0 ;
  s->kills = s->undo_wstat = s->ending = s->sent = 0 ;
  s->stopped = s->undone = 0 ;
  s->end_asked = s->asked ; /* or somebody asked for the service to stay down: then it has not gone on by itself */
  s->asked = s->paced = s->unfit = s->at_once = s->forbidden = s->code_unknown = s->forked = s->not_executed = 0 ;
  s->said_ignored = s->said_not_sent = 0 ;
  s->slow_ms = 0 ;
  s->reason = REASON_NONE ;
  s->deadline_ms = 0 ;
}

enum life_event run_start (struct supervisor *s)
{
  if (has_lost_directory(s)) return LIFE_ABANDON ;
  begin_anew(s) ;
  if (s->leaving) s->drain_restarts++ ;
  return execute(s) ? LIFE_SPAWNED : LIFE_SPAWN_FAILED ;
}

/* Does the service have dependencies? A logger has none: it exists for as long as its service. */
static int has_dependencies (struct supervisor const *s)
{
  return s->reports >= 0 && s->logger_input == -1 && !access(DEPENDENCIES, F_OK) ;
}

enum life_event run_start_in_order (struct supervisor *s)
{
  if (!has_dependencies(s)) return run_start(s) ;
  settings_read(&s->settings, SETTINGS_START, 0) ; /* the report has to say whether it is a main service; invalid settings are reported at the start */
  s->reason = REASON_NONE ;
  s->report_pending = 1 ;
  return LIFE_HELD ;
}

enum life_event run_start_when_heard (struct supervisor *s)
{
  return ended_is_unheard(s) ? LIFE_NOTHING : run_start_in_order(s) ;
}

void run_tell_up (struct supervisor *s)
{
  if (s->started_once) s->restarts++ ;
  s->started_once = 1 ;
  s->group = s->process.pid ;
  s->started_ms = clock_ms() ;
  s->status.pid = s->process.pid ;
  clock_stamp(&s->status.since) ;
  s->status.flags &= ~(unsigned int)(STATUS_READY | STATUS_PAUSED | STATUS_FINISHING) ;
  if (s->settings.timeout_up_ms && !publish_has_got_ready(s)) s->ready_by_ms = s->started_ms + s->settings.timeout_up_ms ;
  publish_change(s, 'u') ;
  crash_tell(s, 0) ;
}

enum life_event run_is_late (struct supervisor *s)
{
  uint32_t ms = (uint32_t)(s->ready_by_ms - s->started_ms) ; /* from the state: a successor does not know the setting timeout-up */
  s->ready_by_ms = 0 ;
  s->state_pending = 1 ;
  if ((s->phase != PHASE_UP && s->phase != PHASE_SEARCHING) || publish_has_got_ready(s)) return LIFE_NOTHING ;
  s->ending |= END_LATE ;
  s->late_ms = ms ;
  strerr_warnw3x("./run is not ", s->settings.oneshot ? "done" : "ready", " within timeout-up; stopping it, which counts as a failure") ;
  return LIFE_UNFIT ;
}
