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
}

void publish_state (struct supervisor *s)
{
  struct state state ;
  restore_save(s, &state) ;
  s->state_pending = !state_write(s->state, &state) ;
  if (s->state_pending && !s->said_state) strerr_warnwu1sys("write " STATE_FILE " (will try again until it can)") ;
  s->said_state = s->state_pending ;
}

/* Saved as due before, so that a successor tells it if we cannot any more. */
void publish_event (struct supervisor *s, char event)
{
  int told ;
  s->event_due = event ;
  publish_state(s) ;
  told = fifodir_notify(FIFODIR, event) ;
  if (told == -1 && errno != ENOENT) strerr_warnwu1sys("notify the listeners in " FIFODIR) ;
  s->last_event_heard = told != 0 ;
  s->event_due = 0 ;
  s->state_pending = 1 ;
}

/* The number of the next signal that the parent is to send, negative for the group. */
static int signal_due (struct supervisor const *s)
{
  for (int sig = 1 ; sig <= 64 ; sig++)
  {
    if (s->signals_due[0] >> (sig - 1) & 1) return sig ;
    if (s->signals_due[1] >> (sig - 1) & 1) return -sig ;
  }
  return 0 ;
}

static void signal_sent (struct supervisor *s, int signal)
{
  if (signal) s->signals_due[signal < 0] &= ~(UINT64_C(1) << ((signal < 0 ? -signal : signal) - 1)) ;
}

static int is_ready (struct supervisor const *s)
{
  if (s->phase != PHASE_UP) return 0 ;
  if (s->settings.notification_fd != SETTING_NO_FD) return !!(s->status.flags & STATUS_READY) ;
  return !s->settings.forks || s->forked ;
}

static size_t present_state (struct supervisor const *s, char line[REPORT_SIZE_MAX], int signal)
{
  struct report report =
  {
    .phase = s->phase,
    .wanted = s->leaving ? 'x' : s->status.flags & STATUS_WANT_UP ? 'u' : 'd',
    .ready = is_ready(s),
    .pid = s->status.pid,
    .wstat = s->status.wstat,
    .restarts = s->restarts,
    .supervisor = getpid(),
    .signal = signal,
    .main_ended = s->settings.main_service && s->reason != REASON_NONE
  } ;
  size_t len = strlen(s->name) ;
  if (len > REPORT_NAME_MAX) len = REPORT_NAME_MAX ;
  memcpy(report.name, s->name, len) ;
  report.name[len] = 0 ;
  return report_format(line, &report) ;
}

void publish_pending (struct supervisor *s)
{
  if (s->status_pending) publish_status(s) ;
  if (s->state_pending) publish_state(s) ;
  while (s->report_pending)
  {
    char line[REPORT_SIZE_MAX] ;
    int signal = signal_due(s) ;
    size_t len = present_state(s, line, signal) ;
    ssize_t w = write(s->reports, line, len) ;
    /* Full: the loop waits for POLLOUT, and the state of that moment is sent. */
    if (w == -1 && (errno == EAGAIN || errno == EINTR)) return ;
    signal_sent(s, signal) ;
    s->report_pending = !!signal_due(s) ;
  }
}
