#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "supervise/supervisor.h"
#include "wire/fifodir.h"
#include "wire/report.h"

#define UNFIT_WSTAT (1 << 8)
#define OF_S6 "suUdDOx" /* s6's listeners take no notice of other events */

/* ---- noted ---- */

void publish_status (struct supervisor *s)
{
  s->status_waits = 0 ;
  s->status_pending = s->state_pending = 1 ;
  s->report_pending = s->reports >= 0 ;
}

void publish_status_soon (struct supervisor *s)
{
  int waits = !s->status_pending || s->status_waits ;
  publish_status(s) ;
  s->status_waits = !!waits ;
}

void publish_event (struct supervisor *s, char event)
{
  size_t n = strlen(s->events_due) ;
  if (n == STATE_EVENTS_SIZE - 1)
  {
    publish_now(s) ;
    n = 0 ;
  }
  s->events_due[n] = event ;
  s->events_due[n + 1] = 0 ;
  s->state_pending = 1 ;
}

void publish_change (struct supervisor *s, char event)
{
  publish_status(s) ;
  publish_event(s, event) ;
}

/* ---- told ---- */

void publish_state (struct supervisor *s)
{
  struct state state ;
  saved_pack(s, &state) ;
  s->state_pending = !state_write(s->state, &state) ;
  if (s->state_pending && !s->said_state) strerr_warnwu1sys("write " STATE_FILE " (will try again until it can)") ;
  s->said_state = s->state_pending ;
}

/* Writes the status. Where that fails, `reeve` reads the status in the state instead, whose file
   has its room already. */
static void tell_status (struct supervisor *s)
{
  s->status_pending = !status_write(&s->status) ;
  if (s->status_pending && !s->said_status) strerr_warnwu1sys("write " STATUS_FILE " (will try again until it can)") ;
  s->said_status = s->status_pending ;
  s->state_pending = 1 ;
}

static void tell_events (struct supervisor *s)
{
  unsigned int followed ;
  if (fifodir_notify(FIFODIR, s->events_due, &followed) == -1 && errno != ENOENT) strerr_warnwu1sys("notify the listeners in " FIFODIR) ;
  if (followed && strpbrk(s->events_due, OF_S6)) s->end_heard = 1 ;
  if (strchr(s->events_due, 'u')) s->end_heard = 0 ;
  *s->events_due = 0 ;
  s->state_pending = 1 ;
}

/* The state is written first: it says what is due, so that a successor tells it if this supervisor
   is killed. */
void publish_now (struct supervisor *s)
{
  if (s->state_pending) publish_state(s) ;
  if (s->status_pending && !s->status_waits) tell_status(s) ;
  if (*s->events_due) tell_events(s) ;
}

void publish_ready (struct supervisor *s)
{
  clock_stamp(&s->status.ready_since) ;
  s->status.flags |= STATUS_READY ;
  if (publish_has_got_ready(s)) s->ready_by_ms = 0 ; /* a task does not get ready by this: it must be done by then */
  publish_change(s, 'U') ;
}

int publish_has_got_ready (struct supervisor const *s)
{
  if (s->settings.oneshot) return 0 ; /* a task is ready when it is done */
  if (s->settings.notification_fd != SETTING_NO_FD) return !!(s->status.flags & STATUS_READY) ;
  return !s->settings.forks || s->forked ;
}

int publish_is_done (struct supervisor const *s)
{
  return s->settings.oneshot && s->reason == REASON_DONE ;
}

static int is_ready (struct supervisor const *s)
{
  return publish_is_done(s) || (phase_is_up(s->phase) && publish_has_got_ready(s)) ;
}

/* Has the service ended by itself, and for good? Not if its end was asked for: exit code 125 of
   ./finish forbids a restart then, too. A task that is done counts only if it is a main service. */
static int has_ended_by_itself (struct supervisor const *s)
{
  if (publish_is_done(s)) return s->settings.main_service && !s->asked ;
  return s->reason != REASON_NONE && !(s->reason == REASON_FINISH_FORBIDS && s->asked) ;
}

/* The wait status to report. A service that was ended because it does not do its work must not
   report a success: the code may become the tree's. */
static unsigned int reported_wstat (struct supervisor const *s)
{
  return s->unfit && !s->asked && !s->status.wstat ? UNFIT_WSTAT : s->status.wstat ;
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
    .wstat = reported_wstat(s),
    .restarts = s->restarts,
    .supervisor = s->self,
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

/* Returns 0 when the fifo has no room. */
static int send_report (struct supervisor const *s, int killed)
{
  char line[REPORT_SIZE_MAX] ;
  size_t len = present_state(s, line, killed) ;
  return write(s->reports, line, len) != -1 || (errno != EAGAIN && errno != EINTR) ;
}

static void tell_scanner (struct supervisor *s)
{
  if (!s->report_pending) return ;
  /* The fifo is full: the loop waits for POLLOUT, and then sends the state of that moment. */
  if (!send_report(s, 0)) return ;
  if (s->kill_due && !send_report(s, 1)) return ;
  s->kill_due = s->report_pending = 0 ;
}

void publish_pending (struct supervisor *s)
{
  if (s->phase != PHASE_EXITED) tell_scanner(s) ;
  publish_now(s) ;
  if (s->state_pending) publish_state(s) ; /* the events are told now: saves that none is due any more */
  tell_scanner(s) ;
}
