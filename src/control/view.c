#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/text.h"
#include "base/trust.h"
#include "control/control.h"
#include "control/view.h"
#include "service/enable_if.h"
#include "service/name.h"
#include "service/settings.h"
#include "wire/blocked.h"
#include "wire/channels.h"
#include "wire/death_tally.h"
#include "wire/disabled.h"
#include "wire/lock.h"
#include "wire/state.h"
#include "wire/status.h"

#define PATH_SIZE 4096

static pid_t holder_of (char const *name, int *foreign)
{
  char path[PATH_SIZE] ;
  snprintf(path, sizeof path, "%s/" SUPERVISE_LOCK, name) ;
  return lock_holder_shown(path, foreign) ;
}

pid_t view_supervisor (char const *name)
{
  int foreign ;
  pid_t pid = holder_of(name, &foreign) ;
  return pid > 0 ? pid : 0 ;
}

/* Does a supervisor run? For users who may not open its fifo. Returns -1 with errno. */
static int is_locked (char const *name)
{
  int foreign ;
  pid_t pid = holder_of(name, &foreign) ;
  return pid < 0 ? -1 : pid || foreign ;
}

/* Does a supervisor read the control fifo? Returns -1 with errno. */
static int supervised (char const *name)
{
  char path[PATH_SIZE] ;
  int fd ;
  snprintf(path, sizeof path, "%s/" CONTROL_FIFO, name) ;
  fd = fifo_open(path, O_WRONLY) ;
  if (fd >= 0)
  {
    fd_close(fd) ;
    return 1 ;
  }
  if (errno == ENXIO || errno == ENOENT) return 0 ;
  return errno == EACCES ? is_locked(name) : -1 ;
}

static int is_untold (struct settings const *settings, int forked)
{
  return settings->notification_fd == SETTING_NO_FD && !settings->oneshot && (!settings->forks || forked) ;
}

static int has (int dir, char const *file)
{
  struct stat st ;
  return fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) != -1 ;
}

/* Does the service count as ready when it is up? Where the supervisor has written no state, this reads the
   settings as the supervisor does; but not another user's, which may be links to anything. */
static int ready_untold (char const *name)
{
  struct settings settings ;
  struct trust_refusal why ;
  struct stat st ;
  int dir = trust_anyones_directory(AT_FDCWD, name, 0) ;
  int anyones = dir >= 0 && (fstat(dir, &st) == -1 || !trust_stat(&st, S_IFDIR, 0, &why)) ;
  int tells = dir >= 0 && (has(dir, "notification-fd") || has(dir, "flag-forks") || has(dir, "flag-oneshot")) ;
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int ready = 1 ;
  if (anyones) ready = !tells ;
  if (dir >= 0 && here >= 0 && !anyones && !fchdir(dir))
  {
    settings_read(&settings, SETTINGS_START, 0) ;
    settings_honour(&settings, 0) ;
    ready = is_untold(&settings, 0) ;
    if (fchdir(here) == -1) ready = 1 ;
  }
  if (dir >= 0) fd_close(dir) ;
  if (here >= 0) fd_close(here) ;
  return ready ;
}

static enum view_state state_of (struct view const *view, unsigned int flags)
{
  if (view->up) return flags & STATUS_PAUSED ? STATE_PAUSED : view->unhealthy ? STATE_UNHEALTHY : view->ready ? STATE_UP : STATE_STARTING ;
  if (!view->finished) return STATE_FINISHING ;
  if (view->wanted_up) return STATE_WAITING ;
  if (view->done) return STATE_DONE ;
  return view->reason == REASON_NONE || view->reason == REASON_DONE ? STATE_DOWN : STATE_FAILED ;
}

int view_read_command (struct view *view, char *after, size_t size)
{
  char packed[STATUS_SIZE + BIRTH_SIZE] ;
  struct status status ;
  size_t n ;
  int fd = trust_open(COMMAND_STATUS_FILE, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  n = allread(fd, packed, sizeof packed) ;
  after[allread(fd, after, size - 1)] = 0 ;
  fd_close(fd) ;
  text_make_printable(after, strlen(after)) ;
  if (n != sizeof packed) return 0 ;
  status_unpack(packed, &status) ;
  *view = (struct view) { .state = STATE_UP, .since = status.since, .pid = status.pid, .up = 1, .ready = 1, .healthy = 1, .wanted_up = 1 } ;
  if (status.pid) return 1 ;
  view->state = STATE_HELD ;
  view->up = view->ready = view->healthy = 0 ;
  return 1 ;
}

static int undoes (struct state const *state)
{
  return state->flags & STATE_UNDONE && state->phase >= PHASE_FINISHING && state->phase <= PHASE_LEFTOVERS ;
}

/* The supervisor of the logger knows the logger's pid, and what was lost. */
static void read_logger (struct view *view, char const *name)
{
  char path[PATH_SIZE] ;
  struct state state ;
  snprintf(path, sizeof path, "%s" LOGGER_SUFFIX, name) ;
  if (!state_read(path, &state, 0)) return ;
  view->lost += state.lost ;
  view->logger = state.status.flags & STATUS_FINISHING ? 0 : state.status.pid ;
}

static int is_same (struct timespec const *a, struct timespec const *b)
{
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec ;
}

/* Is the service disabled? A logger is disabled when its service is. Files that may be another user's are
   not read. */
static void read_disabled (struct view *view, char const *name)
{
  char path[PATH_SIZE] ;
  char service[SERVICE_NAME_MAX + 1] ;
  struct timespec changed_at ;
  struct stat st ;
  int may_read = 1 ;
  snprintf(service, sizeof service, "%.*s", (int)strcspn(name, "/"), name) ;
  if (!disabled_read(service, view->disabled, sizeof view->disabled, &changed_at))
  {
    if (errno != EACCES) return ;
    snprintf(view->disabled, sizeof view->disabled, "only the scanner's user and root may read why") ;
    may_read = 0 ;
  }
  view->state = STATE_DISABLED ;
  view->wanted_up = 0 ;
  view->finished = 1 ;
  snprintf(path, sizeof path, "%s/" ENABLE_IF_FILE, service) ;
  view->edited = stat(path, &st) == -1 || (may_read && !is_same(&st.st_ctim, &changed_at)) ;
}

static int read_all (struct view *view, char const *name)
{
  struct status status ;
  struct state state ;
  struct birth birth ;
  int has_state ;
  int r = supervised(name) ;
  *view = (struct view) { .state = STATE_UNSUPERVISED, .wanted_up = 1 } ;
  if (r < 0) return 0 ;
  if (!r) read_disabled(view, name) ;
  if (view->state == STATE_DISABLED) return 1 ;
  has_state = state_read(name, &state, &birth) ; /* the state contains the status, and is never older */
  if (has_state) status = state.status ;
  else if (!status_read(name, &status)) return errno == ENOENT || errno == ENOTDIR ;
  view->since = view->ready_since = status.since ;
  if (status.flags & STATUS_READY) view->ready_since = status.ready_since ;
  view->wanted_up = !!(status.flags & STATUS_WANT_UP) ;
  view->wstat = status.wstat ;
  if (has_state)
  {
    view->has_ended = !!(state.flags & STATE_HAS_ENDED) ;
    view->code_unknown = !!(state.flags & STATE_CODE_UNKNOWN) ;
    view->restarts = state.restarts ;
    view->crashes = state.crashes ;
    view->crash_row = state.crash_row ;
    view->births = birth.process.pid && birth.number > state.births ? birth.number : state.births ; /* the supervisor may have been killed between the birth and its next write */
    view->reason = state.reason ;
    view->end = state.end ;
    view->late_ms = state.late_ms ;
    view->undo_wstat = state.undo_wstat ;
    view->task = state.settings.oneshot ;
    view->lost = state.lost ;
    view->check = state.check.pid ;
    view->has_left = !!(state.flags & STATE_HAS_LEFT) ;
    view->ending = r && state.phase == PHASE_STRAYS ;
    view->after_finish = r && state.phase == PHASE_LEFTOVERS ;
  }
  read_logger(view, name) ;
  if (!r) return 1 ;
  view->up = status.pid && !(status.flags & STATUS_FINISHING) ;
  view->pid = view->up ? status.pid : 0 ;
  view->process = status.pid ;
  view->undoing = has_state && undoes(&state) ;
  view->finished = !status.pid && status.flags & STATUS_READY && !view->undoing ; /* the status says so already while ./undo begins */
  view->done = view->finished && !view->wanted_up && has_state && state_is_done(&state) ;
  view->ready = view->done || (view->up && ((status.flags & STATUS_READY && !view->task) ||
    (has_state ? is_untold(&state.settings, !!(state.flags & STATE_FORKED)) : ready_untold(name)))) ;
  view->is_checked = has_state && state.settings.health ;
  view->healthy = view->ready && (!view->is_checked || state.flags & STATE_CHECKS_PASS) ;
  view->unhealthy = view->up && view->is_checked && state.flags & STATE_CHECKS_FAIL ;
  view->state = state_of(view, status.flags) ;
  if (view->state == STATE_WAITING && has_state && state.phase == PHASE_HELD) view->state = STATE_HELD ;
  return 1 ;
}

int view_read (struct view *view, char const *name)
{
  char path[PATH_SIZE] ;
  int ok ;
  int err ;
  if ((size_t)snprintf(path, sizeof path, "%s/supervise", name) < sizeof path) trust_hold(path) ;
  ok = read_all(view, name) ;
  err = errno ;
  trust_release() ;
  errno = err ;
  return ok ;
}

int view_last_end (char const *name, tain *when)
{
  char path[PATH_SIZE] ;
  char record[DEATH_TALLY_RECORD] ;
  struct stat st ;
  int ok = 0 ;
  int fd ;
  snprintf(path, sizeof path, "%s/" DEATH_TALLY_FILE, name) ;
  fd = trust_open(path, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  if (!fstat(fd, &st) && st.st_size >= (off_t)sizeof record && pread(fd, record, sizeof record, st.st_size - (off_t)sizeof record) == (ssize_t)sizeof record)
  {
    tain_unpack(record, when) ;
    ok = 1 ;
  }
  fd_close(fd) ;
  return ok ;
}

int view_blocked (struct view const *view, char const *name)
{
  size_t len = strlen(name) ;
  size_t suffix = sizeof LOGGER_SUFFIX - 1 ;
  pid_t logger = len > suffix && !strcmp(name + len - suffix, LOGGER_SUFFIX) ? view->pid : view->logger ;
  return logger ? blocked_read(logger) : 0 ;
}
