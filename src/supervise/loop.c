#include <errno.h>
#include <poll.h>
#include <signal.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/signals.h"
#include "supervise/supervisor.h"

#define POLL_AGAIN_MS 1000
#define LETTERS_MAX 256 /* one read per turn: a flood of commands cannot keep signals and deadlines waiting */

/* ---- a step: decide, then do ---- */

#define MARKS (LIFE_MARK_UP | LIFE_MARK_DOWN | LIFE_MARK_LEAVING | LIFE_MARK_ASKED | LIFE_MARK_NOT_ASKED \
  | LIFE_MARK_ABANDONED | LIFE_MARK_AT_ONCE)

static void mark (struct supervisor *s, unsigned int deeds)
{
  unsigned int before = s->status.flags ;
  if (deeds & LIFE_MARK_UP)
  {
    s->status.flags |= STATUS_WANT_UP ;
    s->failures = s->crash_row = 0 ;
    s->stopped = 0 ;
  }
  if (deeds & LIFE_MARK_DOWN)
  {
    s->status.flags &= ~(unsigned int)STATUS_WANT_UP ;
    s->crash_due = 0 ; /* no start follows that a message could announce */
  }
  if (deeds & LIFE_MARK_LEAVING) s->leaving = 1 ;
  if (deeds & (LIFE_MARK_DOWN | LIFE_MARK_LEAVING)) s->asked = 1 ;
  if (deeds & LIFE_MARK_NOT_ASKED && !s->leaving)
  {
    s->asked = s->unfit = 0 ;
    s->down_again_ms = 0 ; /* the stop is not wanted any more: do not send the down-signal again */
  }
  if (deeds & LIFE_MARK_ASKED && !s->unfit) s->asked = 1 ;
  if ((deeds & LIFE_MARK_STOPPED) == LIFE_MARK_STOPPED) s->stopped = 1 ;
  if (deeds & LIFE_MARK_ABANDONED) s->abandoned = 1 ;
  if (deeds & LIFE_MARK_AT_ONCE) s->at_once = 1 ;
  s->state_pending = 1 ;
  if (s->status.flags == before) return ;
  if (s->leaving) publish_status_soon(s) ; /* most services end at once */
  else publish_status(s) ;
}

/* In the order of enum life_deed. */
static struct { enum life_deed deed ; void (*perform) (struct supervisor *s) ; } const deeds_of_step[] =
{
  { LIFE_COUNT_AS_TOLD, &strays_count_as_told },
  { LIFE_TELL_UP, &run_tell_up },
  { LIFE_TELL_FORKED, &forked_tell },
  { LIFE_TELL_DOWN, &ended_tell_down },
  { LIFE_TELL_FINISHING, &finish_tell },
  { LIFE_TELL_FINISHED, &ended_tell_finished },
  { LIFE_TELL_NOT_STARTED, &ended_tell_not_started },
  { LIFE_KILL, &stop_kill },
  { LIFE_KILL_LATE, &stop_kill_late },
  { LIFE_ARM_KILL, &stop_arm_kill },
  { LIFE_ARM_AGAIN, &stop_arm_again },
  { LIFE_ARM_CODE, &children_arm_code },
  { LIFE_ARM_DELAY, &ended_arm_delay },
} ;

static struct { enum life_deed deed ; enum life_event (*perform) (struct supervisor *s) ; } const deeds_with_outcome[] =
{
  { LIFE_CODE_UNKNOWN, &children_code_unknown },
  { LIFE_STOP, &stop_tell },
  { LIFE_TAKE_BACK, &stop_take_back },
  { LIFE_SEARCH, &forked_find },
  { LIFE_END_STRAYS, &strays_end },
  { LIFE_RUN, &run_start },
  { LIFE_RUN_IN_ORDER, &run_start_in_order },
  { LIFE_RUN_WHEN_HEARD, &run_start_when_heard },
  { LIFE_RUN_FINISH, &finish_start },
  { LIFE_SETTLE, &ended_settle },
} ;

static enum life_event perform (struct supervisor *s, unsigned int deeds)
{
  if (deeds & MARKS) mark(s, deeds) ;
  for (size_t i = 0 ; i < sizeof deeds_of_step / sizeof *deeds_of_step ; i++)
    if (deeds & deeds_of_step[i].deed) (*deeds_of_step[i].perform)(s) ;
  for (size_t i = 0 ; i < sizeof deeds_with_outcome / sizeof *deeds_with_outcome ; i++)
    if (deeds & deeds_with_outcome[i].deed) return (*deeds_with_outcome[i].perform)(s) ;
  return LIFE_NOTHING ;
}

void loop_apply (struct supervisor *s, enum life_event event)
{
  while (event != LIFE_NOTHING)
  {
    struct life_step step = life_step(s->phase, event) ;
    if (step.deeds & LIFE_IMPOSSIBLE)
    {
      strerr_warnw2x("impossible event while ", phase_name(s->phase)) ;
      return ;
    }
    if (s->phase != step.next || event == LIFE_DEADLINE) s->deadline_ms = 0 ; /* the deadline belonged to the last phase */
    if (s->phase != step.next) s->state_pending = 1 ;
    if ((s->phase == PHASE_UP) != (step.next == PHASE_UP) && !s->leaving) s->report_pending = s->reports >= 0 ; /* others must know: a service that is being stopped is of no use to them */
    if (event == LIFE_UNFIT && step.next != s->phase) s->unfit = 1 ;
    s->phase = step.next ;
    if (step.next == PHASE_UP) s->unfit = 0 ; /* the stop was taken back */
    event = perform(s, step.deeds) ;
  }
}

/* ---- sources ---- */

int loop_is_over (struct supervisor const *s)
{
  return s->phase == PHASE_EXITED || s->quit ;
}

/* Sends a signal by command. When ./run has ended, a stray in its process group may be the service
   itself, and gets the signal. */
static void send_signal_to (struct supervisor *s, int sig, int group)
{
  if (s->phase == PHASE_STRAYS) strays_signal(s, sig, group) ;
  if (phase_is_up(s->phase) && s->process.pid)
  {
    s->sent = (unsigned int)sig ;
    signal_run(s, sig, group) ;
  }
  else signal_count(s, s->phase == PHASE_STRAYS ? 0 : ESRCH) ;
}

static void obey (struct supervisor *s, struct command const *command)
{
  message_end() ;
  if (command->down_file) command_change_down_file(command->down_file) ;
  if (command->run_dry && s->logger_input >= 0) logger_input_run_dry(s) ;
  else if (command->run_dry) command_let_go_of_stdio() ;
  loop_apply(s, command->event) ;
  loop_apply(s, command->then) ;
  if (command->signal) send_signal_to(s, command->signal == COMMAND_RELOAD ? stop_reload_signal(s) : command->signal, command->group) ;
  if (command->paced) s->paced = s->state_pending = 1 ; /* until the next start */
  if (command->quit) s->quit = 1 ;
}

void loop_take_letters (struct supervisor *s)
{
  char letters[LETTERS_MAX] ;
  ssize_t r = command_read_letters(s, letters, sizeof letters) ;
  for (ssize_t i = 0 ; i < r && !loop_is_over(s) ; i++) obey(s, command_of_letter(letters[i])) ;
}

static void obey_order (struct supervisor *s, struct order const *order)
{
  switch (order->letter)
  {
    case ORDER_REPORT : s->report_pending = s->reports >= 0 ; break ;
    case ORDER_RUN_DRY : obey(s, command_of_signal(SIGHUP)) ; break ;
    case ORDER_KILL : loop_apply(s, LIFE_KILL_NOW) ; break ;
    case ORDER_ABANDON : loop_apply(s, LIFE_ABANDON) ; break ;
    case ORDER_UPGRADE : upgrade_order(s) ; break ;
    case ORDER_GO : loop_apply(s, LIFE_GO) ; break ;
    case ORDER_ENDED : loop_apply(s, children_told(s, order->pid, order->wstat)) ; break ;
  }
}

void loop_take_orders (struct supervisor *s)
{
  struct order order ;
  command_read_orders(s) ;
  while (!loop_is_over(s) && command_next_order(&order)) obey_order(s, &order) ;
}

static void take_children (struct supervisor *s)
{
  enum life_event event ;
  while (children_reap(s, &event)) loop_apply(s, event) ;
  loop_apply(s, LIFE_CHILD_ENDED) ;
}

/* Reads one signal per turn: there is hardly ever a second one. */
static void take_signal (struct supervisor *s, int fd)
{
  int sig = signals_read(fd) ;
  if (sig == SIGCHLD) take_children(s) ;
  else obey(s, command_of_signal(sig)) ;
}

void loop_take_readiness (struct supervisor *s)
{
  if (command_notified(s) && phase_is_up(s->phase)) publish_ready(s) ;
}

void loop_take_deadlines (struct supervisor *s)
{
  uint64_t now = deadlines_now(s) ;
  if (deadline_is_due(s->down_again_ms, now)) stop_again(s) ;
  if (deadline_is_due(s->deadline_ms, now)) loop_apply(s, LIFE_DEADLINE) ;
  if (deadline_is_due(s->slow_ms, now)) stop_say_slow(s) ;
  if (deadline_is_due(s->ready_by_ms, now)) loop_apply(s, run_is_late(s)) ;
  if (logger_input_look(s)) loop_apply(s, LIFE_WANT_DOWN) ;
  if (!loop_is_over(s)) upgrade_progress(s) ;
}

/* Last in a turn: only then is it known whether the service is still to be checked. */
static void take_health (struct supervisor *s)
{
  enum life_event event ;
  while (!loop_is_over(s) && (event = health_follow(s)) != LIFE_NOTHING) loop_apply(s, event) ;
}

/* ---- the loop ---- */

enum channel
{
  CHANNEL_SIGNALS,
  CHANNEL_CONTROL,
  CHANNEL_ORDERS,
  CHANNEL_NOTIFICATION,
  CHANNEL_PROCESS,
  CHANNEL_REPORTS,
  CHANNEL_HEALTH,
  CHANNEL_MESSAGES,
  CHANNEL_COUNT
} ;

static void wait_for (struct supervisor const *s, struct pollfd x[CHANNEL_COUNT], int signals)
{
  x[CHANNEL_SIGNALS] = (struct pollfd) { .fd = signals, .events = POLLIN } ;
  x[CHANNEL_CONTROL] = (struct pollfd) { .fd = s->control, .events = POLLIN } ;
  x[CHANNEL_ORDERS] = (struct pollfd) { .fd = s->orders, .events = POLLIN } ;
  x[CHANNEL_NOTIFICATION] = (struct pollfd) { .fd = s->notification, .events = POLLIN } ;
  x[CHANNEL_PROCESS] = (struct pollfd) { .fd = phase_awaits_code(s->phase) ? -1 : s->process_fd, .events = POLLIN } ;
  x[CHANNEL_REPORTS] = (struct pollfd) { .fd = s->report_pending ? s->reports : -1, .events = POLLOUT } ;
  x[CHANNEL_HEALTH] = (struct pollfd) { .fd = s->checks.output, .events = POLLIN } ;
  x[CHANNEL_MESSAGES] = (struct pollfd) { .fd = message_fd(), .events = POLLOUT } ;
  if (poll(x, CHANNEL_COUNT, deadlines_sleep_ms(s)) == -1 && errno != EINTR) clock_pause("poll", POLL_AGAIN_MS) ;
}

void loop (struct supervisor *s, int signals, enum life_event first)
{
  struct pollfd x[CHANNEL_COUNT] ;
  loop_apply(s, first) ;
  if (s->process.pid && !s->is_child && s->process_fd == -1) loop_apply(s, children_seen(s)) ; /* it had ended before it could be watched */
  while (!loop_is_over(s))
  {
    take_health(s) ;
    publish_pending(s) ;
    wait_for(s, x, signals) ;
    s->status_waits = 0 ;
    /* Readiness is read before an end of the same turn, and both before new commands. The exit code
       of an adopted process comes as an order, so orders are read before the pidfd is looked at. */
    if (x[CHANNEL_NOTIFICATION].revents) loop_take_readiness(s) ;
    if (x[CHANNEL_ORDERS].revents & POLLIN) loop_take_orders(s) ;
    if (!loop_is_over(s) && x[CHANNEL_PROCESS].revents && x[CHANNEL_PROCESS].fd == s->process_fd) loop_apply(s, children_seen(s)) ;
    if (x[CHANNEL_HEALTH].revents) health_read_output(s) ; /* the descriptor is still the same one */
    if (x[CHANNEL_SIGNALS].revents) take_signal(s, signals) ;
    if (x[CHANNEL_CONTROL].revents & POLLIN) loop_take_letters(s) ;
    if (!loop_is_over(s)) loop_take_deadlines(s) ;
    if (x[CHANNEL_MESSAGES].revents) message_say_lost() ;
  }
}
