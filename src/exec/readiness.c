#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "exec/exec.h"
#include "service/executable.h"

#define PROBE_MS 30000
#define NO_PIDFD_MS 1000 /* how often to look for the program without a pidfd */

enum helper_code { HELPER_TOLD, HELPER_GAVE_UP, HELPER_PROGRAM_ENDED, HELPER_TOO_LATE } ; /* the values are s6-notifyoncheck's */

enum channel { CHANNEL_PROGRAM, CHANNEL_NOTIFICATION, CHANNEL_SIGNALS, CHANNEL_SOCKET, CHANNEL_COUNT } ;

enum event { EVENT_TIME, EVENT_PROGRAM_ENDED, EVENT_SIGNAL, EVENT_MESSAGE } ;

struct watched
{
  struct readiness const *readiness ;
  struct pollfd x[CHANNEL_COUNT] ;
  tain deadline ; /* of all checks, if readiness->all_ms is set */
} ;

static void from_now (tain *moment, uint32_t ms)
{
  tain delay ;
  tain_now(moment) ;
  tain_from_millisecs(&delay, ms > INT_MAX ? INT_MAX : (int)ms) ;
  tain_add(moment, moment, &delay) ;
}

static int ms_until (tain const *moment)
{
  tain now ;
  tain left ;
  int ms ;
  tain_now(&now) ;
  if (!tain_less(&now, moment)) return 0 ;
  tain_sub(&left, moment, &now) ;
  ms = tain_to_millisecs(&left) ;
  return ms < 0 || ms == INT_MAX ? INT_MAX : ms + 1 ; /* poll() rounds down */
}

static int too_late (struct watched const *state)
{
  return state->readiness->all_ms != FOR_EVER && !ms_until(&state->deadline) ;
}

/* For a program without a pidfd. The notification cannot tell its end: its fifo is also open for
   reading. */
static int program_has_ended (struct readiness const *r)
{
  struct process_look look ;
  if (process_look(r->program_pid, &look)) return look.state == 'Z' || (r->program_started_ms && look.started_ms != r->program_started_ms) ;
  return kill(r->program_pid, 0) == -1 && errno == ESRCH ;
}

/* Waits for `ms`, but not beyond the deadline. */
static enum event wait_for_event (struct watched *state, uint32_t ms)
{
  tain until ;
  if (ms != FOR_EVER) from_now(&until, ms) ;
  for (;;)
  {
    int left = ms != FOR_EVER ? ms_until(&until) : -1 ;
    if (state->readiness->program < 0)
    {
      if (program_has_ended(state->readiness)) return EVENT_PROGRAM_ENDED ;
      if (left == -1 || left > NO_PIDFD_MS) left = NO_PIDFD_MS ;
    }
    if (state->readiness->all_ms != FOR_EVER)
    {
      int all = ms_until(&state->deadline) ;
      if (left == -1 || all < left) left = all ;
    }
    if (poll(state->x, CHANNEL_COUNT, left) == -1)
    {
      if (errno == EINTR) continue ;
      strerr_diefu1sys(EXIT_SYSTEM, "poll") ;
    }
    /* If the other end of the notification was closed, nobody waits for it any more. */
    if (state->x[CHANNEL_PROGRAM].revents || state->x[CHANNEL_NOTIFICATION].revents) return EVENT_PROGRAM_ENDED ;
    if (state->x[CHANNEL_SIGNALS].revents) return EVENT_SIGNAL ;
    if (state->x[CHANNEL_SOCKET].revents) return EVENT_MESSAGE ;
    if ((ms != FOR_EVER && !ms_until(&until)) || too_late(state)) return EVENT_TIME ;
  }
}

static enum helper_code tell (struct watched const *state)
{
  allwrite(state->readiness->notification, "\n", 1) ;
  return HELPER_TOLD ;
}

/* ---- readiness by a check ---- */

/* Makes a built-in check in a child, because looking up a name can block. */
static pid_t start_probe (struct watched const *state, int is_said)
{
  char why[ASK_WHY_MAX] ;
  struct readiness const *r = state->readiness ;
  int code ;
  pid_t pid = fork() ;
  if (pid == -1) strerr_warnwu2sys("start ", r->check[0]) ;
  if (pid) setpgid(pid, pid) ; /* in the parent, too: the child may be killed before it does this itself */
  if (pid) return pid == -1 ? 0 : pid ;
  setpgid(0, 0) ;
  fd_close(r->notification) ;
  code = ask(r->probe, PROBE_MS, 0, why) ;
  if (code && is_said) strerr_warnw4x("not ready yet: ", r->check[0], ": ", why) ;
  _exit(code) ;
}

static pid_t start_check (struct watched const *state)
{
  struct spawn request = SPAWN_ZERO ;
  char const *const *argv = state->readiness->check ;
  char why[EXECUTABLE_WHY_MAX] ;
  int executing ;
  pid_t pid ;
  request.path = argv[0] ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  pid = spawn(&request, &executing) ;
  if (pid) return pid ;
  if (executing) strerr_warnwu4x("execute ", argv[0], ": ", executable_why_not(argv[0], errno, why, sizeof why)) ;
  else strerr_warnwu2sys("start ", argv[0]) ;
  return 0 ;
}

/* Makes one check. Returns 1 when it has exited 0; 0 when not; -1 when all is over, with *code. */
static int check_once (struct watched *state, enum helper_code *code, int is_said)
{
  int wstat ;
  pid_t pid = state->readiness->probe ? start_probe(state, is_said) : start_check(state) ;
  if (!pid) return 0 ;
  for (;;)
  {
    enum event event = wait_for_event(state, state->readiness->each_ms) ;
    if (event == EVENT_SIGNAL)
    {
      signals_read(state->x[CHANNEL_SIGNALS].fd) ;
      if (wait_pid_nohang(pid, &wstat) == pid) return WIFEXITED(wstat) && !WEXITSTATUS(wstat) ;
      continue ;
    }
    *code = event == EVENT_PROGRAM_ENDED ? HELPER_PROGRAM_ENDED : HELPER_TOO_LATE ;
    kill(-pid, SIGKILL) ; /* it leads its process group, and has not been reaped */
    if (event == EVENT_PROGRAM_ENDED || too_late(state)) return -1 ;
    wait_pid(pid, &wstat) ;
    strerr_warnw2x(state->readiness->check[0], " was killed, as it took too long") ;
    return 0 ;
  }
}

/* When to say why a built-in check fails: a program may need some time. */
static uint32_t const say_after_ms[] = { 10000, 60000, 600000, 3600000 } ;

static enum helper_code check_again_and_again (struct watched *state)
{
  struct readiness const *r = state->readiness ;
  uint32_t wait_ms = r->first_ms ;
  enum helper_code code = HELPER_GAVE_UP ;
  uint64_t const began = clock_ms() ;
  size_t said = 0 ;
  for (uint32_t n = 0 ; !r->tries || n < r->tries ; n++)
  {
    enum event event ;
    int is_said ;
    do
    {
      event = wait_for_event(state, wait_ms) ;
      if (event == EVENT_PROGRAM_ENDED) return HELPER_PROGRAM_ENDED ;
      if (event == EVENT_SIGNAL) signals_read(state->x[CHANNEL_SIGNALS].fd) ;
    }
    while (event != EVENT_TIME) ;
    if (too_late(state)) return HELPER_TOO_LATE ;
    is_said = said < sizeof say_after_ms / sizeof *say_after_ms && clock_ms() - began >= say_after_ms[said] ;
    said += (size_t)is_said ;
    switch (check_once(state, &code, is_said))
    {
      case 1 : return tell(state) ;
      case -1 : return code ;
      default : break ;
    }
    if (!n) wait_ms = r->wait_ms ;
    else wait_ms = wait_ms > r->wait_max_ms / 2 ? r->wait_max_ms : wait_ms * 2 ;
  }
  return code ;
}

/* ---- readiness by a message ---- */

static void judge (struct readiness const *r, struct silence *silence, int is_triggered)
{
  uint32_t grace_ms ;
  enum silence_deed deed = is_triggered ? SILENCE_ABORT : silence_look(silence, clock_ms()) ;
  if (deed == SILENCE_KILL) watchdog_kill(r) ;
  if (deed != SILENCE_ABORT) return ;
  if (watchdog_abort(r, is_triggered ? 0 : silence->interval_ms, &grace_ms)) silence_aborted(silence, clock_ms(), grace_ms) ;
  else silence_begin(silence, clock_ms()) ;
}

/* Is the program watched? Before it is ready, only if it has said itself that it is not well
   (WATCHDOG=trigger). */
static int is_watched (struct silence const *silence, int is_ready)
{
  return is_ready || silence->stage != SILENCE_COUNTED ;
}

static enum helper_code hear (struct watched *state)
{
  struct readiness const *r = state->readiness ;
  struct silence silence = { .interval_ms = r->watchdog_ms, .is_promised = !r->watchdog_if_promised } ;
  struct notification n ;
  int is_ready = 0 ;
  for (;;)
  {
    n = (struct notification) { 0 } ;
    switch (wait_for_event(state, is_watched(&silence, is_ready) ? silence_wait_ms(&silence, clock_ms()) : FOR_EVER))
    {
      case EVENT_PROGRAM_ENDED : return is_ready ? HELPER_TOLD : HELPER_PROGRAM_ENDED ;
      case EVENT_SIGNAL : signals_read(state->x[CHANNEL_SIGNALS].fd) ; break ;
      case EVENT_MESSAGE :
        if (notification_read(&n, r)) silence_hear(&silence, &n, clock_ms()) ;
        break ;
      default : break ;
    }
    if (n.ready && !is_ready)
    {
      tell(state) ;
      if (!r->watchdog_ms) return HELPER_TOLD ;
      is_ready = 1 ;
      fd_close(r->notification) ;
      state->x[CHANNEL_NOTIFICATION].fd = -1 ;
      silence_begin(&silence, clock_ms()) ;
    }
    if (is_watched(&silence, is_ready) || (n.trigger && r->watchdog_ms)) judge(r, &silence, n.trigger) ;
  }
}

int readiness_find_out (struct readiness const *readiness)
{
  static int const child_ended[] = { SIGCHLD } ;
  struct watched state = { .readiness = readiness } ;
  sigset_t set ;
  int code ;
  message_begin() ;
  signal(SIGCHLD, SIG_DFL) ; /* an ignored SIGCHLD would not be reported */
  signal(SIGPIPE, SIG_IGN) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigprocmask(SIG_SETMASK, &set, 0) ;
  if (!tain_now_set_stopwatch_g()) strerr_diefu1sys(EXIT_SYSTEM, "read the monotonic clock") ;
  state.x[CHANNEL_PROGRAM] = (struct pollfd) { .fd = readiness->program, .events = POLLIN } ;
  state.x[CHANNEL_NOTIFICATION] = (struct pollfd) { .fd = readiness->notification } ;
  state.x[CHANNEL_SIGNALS] = (struct pollfd) { .fd = signals_open(child_ended, 1), .events = POLLIN } ;
  state.x[CHANNEL_SOCKET] = (struct pollfd) { .fd = readiness->check ? -1 : readiness->socket, .events = POLLIN } ;
  if (state.x[CHANNEL_SIGNALS].fd == -1) strerr_diefu1sys(EXIT_SYSTEM, "wait for signals") ;
  if (readiness->all_ms != FOR_EVER) from_now(&state.deadline, readiness->all_ms) ;
  code = (int)(readiness->check ? check_again_and_again(&state) : hear(&state)) ;
  message_end() ;
  return code ;
}
