#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "supervise/supervisor.h"
#include "wire/fifodir.h"
#include "wire/report.h"

void publish_status (struct supervisor *s)
{
  s->report_pending = s->reports >= 0 ;
  if (status_write(&s->status)) s->status_pending = 0 ;
  else if (!s->status_pending)
  {
    s->status_pending = 1 ;
    strerr_warnwu1sys("write " STATUS_FILE " (will try again until it can)") ;
  }
}

void publish_event (struct supervisor *s, char event)
{
  int told = fifodir_notify(FIFODIR, event) ;
  if (told == -1 && errno != ENOENT) strerr_warnwu1sys("notify the listeners in " FIFODIR) ;
  s->last_event_heard = told > 0 ;
}

static size_t present_state (struct supervisor const *s, char line[REPORT_SIZE_MAX])
{
  struct report report =
  {
    .phase = s->phase,
    .wanted = s->leaving ? 'x' : s->status.flags & STATUS_WANT_UP ? 'u' : 'd',
    .ready = s->phase == PHASE_UP && (s->settings.notification_fd == SETTING_NO_FD || s->status.flags & STATUS_READY),
    .pid = s->status.pid,
    .wstat = s->status.wstat,
    .restarts = s->restarts,
    .supervisor = getpid()
  } ;
  size_t len = strlen(s->name) ;
  if (len > REPORT_NAME_MAX) len = REPORT_NAME_MAX ;
  memcpy(report.name, s->name, len) ;
  report.name[len] = 0 ;
  return report_format(line, &report) ;
}

static int write_state (char const *line, size_t len)
{
  static char const fresh[] = REPORT_STATE_FILE ".new" ;
  int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644) ;
  if (fd == -1) return 0 ;
  if (allwrite(fd, line, len) < len)
  {
    fd_close(fd) ;
    return 0 ;
  }
  fd_close(fd) ;
  return !rename(fresh, REPORT_STATE_FILE) ;
}

void publish_pending (struct supervisor *s)
{
  char line[REPORT_SIZE_MAX] ;
  size_t len ;
  if (s->status_pending) publish_status(s) ;
  if (!s->state_pending && !s->report_pending) return ;
  len = present_state(s, line) ;
  if (s->state_pending && write_state(line, len)) s->state_pending = 0 ;
  if (s->report_pending)
  {
    ssize_t w = write(s->reports, line, len) ;
    /* Full: the loop waits for POLLOUT, and the state of that moment is sent. */
    if (w == (ssize_t)len || (w == -1 && errno != EAGAIN && errno != EINTR)) s->report_pending = 0 ;
  }
}
