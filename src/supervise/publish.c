#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "supervise/supervisor.h"
#include "wire/fifodir.h"
#include "wire/report.h"

void publish_status (struct supervisor *s)
{
  s->report_pending = s->reports >= 0 ;
  s->state_pending = 1 ;
  if (status_write(&s->status)) s->status_pending = 0 ;
  else if (!s->status_pending)
  {
    s->status_pending = 1 ;
    strerr_warnwu1sys("write " STATUS_FILE " (will try again until it can)") ;
  }
  if (s->status_pending) publish_state(s) ; /* which needs no room: `reeve` reads it there */
}

void publish_state (struct supervisor *s)
{
  struct state state ;
  saved_pack(s, &state) ;
  s->state_pending = !state_write(s->state, &state) ;
  if (s->state_pending && !s->said_state) strerr_warnwu1sys("write " STATE_FILE " (will try again until it can)") ;
  s->said_state = s->state_pending ;
}

/* Saved as due before, so that a successor tells it if we cannot any more. */
static void announce (struct supervisor *s, char event)
{
  s->event_due = event ;
  publish_state(s) ;
}

void publish_event (struct supervisor *s, char event)
{
  unsigned int followed ;
  int told ;
  if (s->event_due != event) announce(s, event) ;
  told = fifodir_notify(FIFODIR, event, &followed) ;
  if (told == -1 && errno != ENOENT) strerr_warnwu1sys("notify the listeners in " FIFODIR) ;
  if (event == 'u') s->end_heard = 0 ;
  else if (followed) s->end_heard = 1 ;
  s->event_due = 0 ;
  s->state_pending = 1 ;
}

void publish_change (struct supervisor *s, char event)
{
  announce(s, event) ;
  publish_status(s) ;
  publish_event(s, event) ;
}

void publish_ready (struct supervisor *s)
{
  tain_wallclock_read(&s->status.ready_since) ;
  s->status.flags |= STATUS_READY ;
  publish_change(s, 'U') ;
}

static int is_ready (struct supervisor const *s)
{
  if (!phase_is_up(s->phase)) return 0 ;
  if (s->settings.notification_fd != SETTING_NO_FD) return !!(s->status.flags & STATUS_READY) ;
  return !s->settings.forks || s->forked ;
}

/* By itself, and for good: the exit code 125 of ./finish also forbids the restart of
   one that was asked to end. */
static int has_ended_by_itself (struct supervisor const *s)
{
  return s->reason != REASON_NONE && !(s->reason == REASON_FINISH_FORBIDS && s->asked) ;
}

static size_t present_state (struct supervisor const *s, char line[REPORT_SIZE_MAX], int killed)
{
  struct report report =
  {
    .phase = s->phase,
    .wanted = s->leaving ? 'x' : s->status.flags & STATUS_WANT_UP ? 'u' : 'd',
    .ready = is_ready(s),
    .settled = s->has_ended || s->not_executed,
    .pid = s->status.pid,
    .wstat = s->status.wstat,
    .restarts = s->restarts,
    .supervisor = getpid(),
    .main_service = s->settings.main_service,
    .ended = has_ended_by_itself(s),
    .killed = killed
  } ;
  size_t len = strlen(s->name) ;
  if (len > REPORT_NAME_MAX) len = REPORT_NAME_MAX ;
  memcpy(report.name, s->name, len) ;
  report.name[len] = 0 ;
  return report_format(line, &report) ;
}

/* Returns 0 when there is no room for it. */
static int send_report (struct supervisor const *s, int killed)
{
  char line[REPORT_SIZE_MAX] ;
  size_t len = present_state(s, line, killed) ;
  return write(s->reports, line, len) != -1 || (errno != EAGAIN && errno != EINTR) ;
}

void publish_pending (struct supervisor *s)
{
  if (s->status_pending) publish_status(s) ;
  if (s->state_pending) publish_state(s) ;
  if (!s->report_pending) return ;
  /* Full: the loop waits for POLLOUT, and the state of that moment is sent. */
  if (!send_report(s, 0)) return ;
  if (s->kill_due && !send_report(s, 1)) return ;
  s->kill_due = s->report_pending = 0 ;
}
