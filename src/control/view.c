#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "control/control.h"
#include "service/settings.h"
#include "wire/channels.h"
#include "wire/report.h"
#include "wire/status.h"

#define PATH_SIZE 4096

char const *view_state_name (enum state state)
{
  static char const *const names[] = { "unsupervised", "down", "finishing", "waiting", "starting", "paused", "up" } ;
  return names[state] ;
}

/* 1: a supervisor reads there; 0: none does; -1: errno. */
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
  return errno == ENXIO || errno == ENOENT ? 0 : -1 ;
}

/* Does the service tell when it is ready? The setting is read as its supervisor does. */
static int tells_readiness (char const *name)
{
  struct settings settings ;
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int tells = 0 ;
  if (here == -1) return 0 ;
  if (!chdir(name))
  {
    settings_read(&settings, SETTINGS_START, 0) ;
    tells = settings.notification_fd != SETTING_NO_FD ;
    if (fchdir(here) == -1) tells = 0 ;
  }
  fd_close(here) ;
  return tells ;
}

static enum state state_of (struct view const *view, unsigned int flags)
{
  if (view->up) return flags & STATUS_PAUSED ? STATE_PAUSED : view->ready ? STATE_UP : STATE_STARTING ;
  if (!view->finished) return STATE_FINISHING ;
  return view->wanted_up ? STATE_WAITING : STATE_DOWN ;
}

int view_read_command (struct view *view)
{
  char packed[STATUS_SIZE] ;
  struct status status ;
  if (openreadnclose(COMMAND_STATUS_FILE, packed, sizeof packed) != sizeof packed) return 0 ;
  status_unpack(packed, &status) ;
  *view = (struct view) { .state = STATE_UP, .since = status.since, .pid = status.pid, .up = 1, .ready = 1, .wanted_up = 1 } ;
  return 1 ;
}

int view_read (struct view *view, char const *name)
{
  struct status status ;
  struct report report ;
  int r = supervised(name) ;
  *view = (struct view) { .state = STATE_UNSUPERVISED, .wanted_up = 1 } ;
  if (r < 0) return 0 ;
  if (!status_read(name, &status)) return errno == ENOENT || errno == ENOTDIR ;
  view->since = status.since ;
  view->wanted_up = !!(status.flags & STATUS_WANT_UP) ;
  if (report_read(name, &report))
  {
    view->has_ended = 1 ;
    view->restarts = report.restarts ;
  }
  view->wstat = status.wstat ;
  if (!r) return 1 ;
  view->up = status.pid && !(status.flags & STATUS_FINISHING) ;
  view->pid = view->up ? status.pid : 0 ;
  view->finished = !status.pid && status.flags & STATUS_READY ;
  view->ready = view->up && (status.flags & STATUS_READY || !tells_readiness(name)) ;
  view->state = state_of(view, status.flags) ;
  return 1 ;
}
