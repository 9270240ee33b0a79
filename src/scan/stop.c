#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/process.h"
#include "base/send.h"
#include "base/spawn.h"
#include "scan/scanner.h"
#include "service/settings.h"
#include "wire/channels.h"
#include "wire/order.h"

#define KILL_BEFORE_MS 1000 /* before the end of the budget */
#define ABANDON_BEFORE_MS 500
#define ORDER_AGAIN_MS 1000
#define DOUBT_MS 10000
#define ROUNDS_MAX 20
#define CODE_BY_SIGNAL 128
#define CODE_KILLED 137
#define CONTROL_DIRECTORY ".s6-svscan"
#define FINISH CONTROL_DIRECTORY "/finish"
#define CRASH CONTROL_DIRECTORY "/crash"

int stop_code_of (int wstat)
{
  return WIFSIGNALED(wstat) ? CODE_BY_SIGNAL + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
}

void stop_main_ended (struct scanner *s, struct unit const *unit, unsigned int wstat)
{
  char code[UINT_FMT] ;
  if (s->stop.on) return ;
  s->own_code = stop_code_of((int)wstat) ;
  code[uint_fmt(code, (unsigned int)s->own_code)] = 0 ;
  strerr_warni5x("the main service ", unit->name, " has ended with ", code, ": stopping everything") ;
  stop_begin(s, 0) ;
}

/* ---- the stop ---- */

void stop_killed (struct scanner *s)
{
  if (s->stop.on) s->stop.had_to_kill = 1 ;
}

void stop_warn_of_budget (struct scanner const *s)
{
  char ms[UINT32_FMT] ;
  if (!s->stop.budget_ms || s->stop.budget_ms > KILL_BEFORE_MS) return ;
  ms[uint32_fmt(ms, s->stop.budget_ms)] = 0 ;
  strerr_warnw3x("a stop's budget of ", ms, " milliseconds (-T, REEVE_STOP_TIMEOUT) leaves no time to stop, only to kill: write 9000 for 9 seconds") ;
}

static void let_logger_go (struct scanner *s, struct unit *unit)
{
  if (!unit->producer || unit->phase == UNIT_RELEASED) return ;
  unit->terminate = 1 ;
  act(s, unit, unit->phase == UNIT_LEAVING && unit->supervisor ? UNIT_STARTED : UNIT_LET_GO) ;
}

void stop_also (struct scanner *s, struct unit *unit)
{
  if (!unit->producer && unit->phase != UNIT_RELEASED) act(s, unit, UNIT_LET_GO) ;
  if (s->stop.loggers_too && unit->logger) let_logger_go(s, unit->logger) ;
}

void stop_begin (struct scanner *s, int loggers_too)
{
  if (!s->stop.on)
  {
    s->stop.on = 1 ;
    tain_now(&s->stop.began) ;
    look_cancel(s) ;
    look_order(s, 0, 0) ;
    watch_end(s) ;
    cmd_stop(s) ;
    for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
      stop_also(s, unit) ;
  }
  if (loggers_too && !s->stop.loggers_too)
  {
    s->stop.loggers_too = 1 ;
    for (struct unit *unit = s->units.all ; unit ; unit = unit->next) let_logger_go(s, unit) ;
  }
}

static void forward (tain *moment, tain const *from, uint32_t ms)
{
  tain delay ;
  tain_from_millisecs(&delay, (int)ms) ;
  tain_add(moment, from, &delay) ;
}

static uint32_t before_end (struct scanner const *s, uint32_t ms)
{
  return s->stop.budget_ms > ms ? s->stop.budget_ms - ms : 0 ;
}

int stop_deadline (struct scanner const *s, tain *deadline)
{
  uint32_t ms ;
  if (!s->stop.on || (!s->stop.budget_ms && (!s->stop.kill_ms || s->stop.killing))) return 0 ;
  if (s->stop.killing) ms = s->stop.abandoning ? s->stop.budget_ms : before_end(s, ABANDON_BEFORE_MS) ;
  else
  {
    ms = before_end(s, KILL_BEFORE_MS) ;
    if (s->stop.kill_ms && (!s->stop.budget_ms || s->stop.kill_ms < ms)) ms = s->stop.kill_ms ;
  }
  forward(deadline, &s->stop.began, ms) ;
  return 1 ;
}

/* One that does not read its orders yet gets this as soon as it has reported, or in a second. */
static void order (struct scanner *s)
{
  struct order order = { .letter = s->stop.abandoning ? ORDER_ABANDON : ORDER_KILL } ;
  s->stop.order_again_ms = 0 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!unit->end_due || !unit->supervisor) continue ;
    unit->end_due = !look_send(unit, &order) ;
    if (!unit->end_due) continue ;
    /* Its directory is gone, and its orders with it: what it leaves falls to us, and is killed. */
    if (errno == ENOENT && unit->has_reported && unit->child && lost_state(unit)) kill(unit->supervisor, SIGKILL) ;
    else if (errno != ENXIO && errno != ENOENT) strerr_warnwu3sys("order the end of ", unit->name, " (next try in 1 second)") ;
    s->stop.order_again_ms = clock_ms() + ORDER_AGAIN_MS ;
  }
}

static void say_killed (struct scanner const *s, char const *what, char const *name)
{
  int by_budget = !s->stop.kill_ms || (s->stop.budget_ms && before_end(s, KILL_BEFORE_MS) < s->stop.kill_ms) ;
  char ms[UINT32_FMT] ;
  ms[uint32_fmt(ms, by_budget ? s->stop.budget_ms : s->stop.kill_ms)] = 0 ;
  if (!by_budget) strerr_warnw5x(what, name, " has not ended in time; killing it (the time is -K, S6_SERVICES_GRACETIME: ", ms, " milliseconds)") ;
  else strerr_warnw6x(what, name, " has not ended within the stop's budget; killing it (the budget is -T, REEVE_STOP_TIMEOUT: ", ms,
    " milliseconds; raise it, and the container runtime's own grace", ": docker stop --time, terminationGracePeriodSeconds)") ;
}

static void kill_unit (struct scanner *s, struct unit *unit)
{
  if (unit->producer) return ;
  s->stop.had_to_kill = 1 ;
  if (!unit->killed) say_killed(s, "the service ", unit->name) ;
  unit->killed = unit->end_due = 1 ;
  orphans_kill(unit, unit->ending || (!unit->supervisor && unit->end_told_ms)) ; /* an adopted ./run: its supervisor asks for it, where it gets one */
}

static void abandon_unit (struct unit *unit)
{
  unit->end_due = 1 ;
  orphans_kill(unit, 1) ;
}

/* Has it a supervisor, or gets it one, to go on from what was left? */
static int may_run (struct unit const *unit)
{
  return unit->phase != UNIT_RELEASED && (unit->supervisor || unit->adopt) ;
}

void stop_too_late (struct scanner *s, struct unit *unit)
{
  if (!s->stop.killing) return ;
  kill_unit(s, unit) ;
  if (s->stop.abandoning) abandon_unit(unit) ;
}

static void kill_what_is_left (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (may_run(unit)) kill_unit(s, unit) ;
  if (s->command_pid || s->command_group)
  {
    s->stop.had_to_kill = 1 ;
    say_killed(s, "the command ", s->command[0]) ;
    cmd_signal(s, SIGKILL) ;
    cmd_left_changed(s) ;
  }
}

static void abandon_what_is_left (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next) abandon_unit(unit) ;
}

/* Those that could not be ordered to end all. What they leave becomes a child of ours. */
static int kill_child (pid_t pid, void *data)
{
  (void)data ;
  if (!send_is_sender(pid)) send_to(pid, SIGKILL, 0) ;
  return 1 ;
}

static void kill_supervisors (struct scanner *s)
{
  int any = 0 ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->supervisor && unit->child) any = 1 ;
  /* Each round, those that the last one has killed are reaped, and what they left is found. */
  for (unsigned int i = 0 ; any && i < ROUNDS_MAX && process_each_child(&kill_child, 0) ; i++)
  {
    struct timespec pause = { .tv_nsec = 1000000 } ;
    nanosleep(&pause, 0) ;
    while (waitpid(-1, 0, WNOHANG) > 0) ;
  }
}

/* Is all known that runs in LIVE, or could that not be told for too long? */
static int knows_all (struct scanner const *s)
{
  tain moment ;
  tain now ;
  if (look_under_way(s)) return 0 ;
  if (!s->look.again) return 1 ;
  forward(&moment, &s->stop.began, DOUBT_MS) ;
  tain_now(&now) ;
  return !tain_less(&now, &moment) ;
}

int stop_progress (struct scanner *s)
{
  tain deadline ;
  if (s->stop.at_once) return 1 ;
  if (!s->stop.on) return 0 ;
  if (!cmd_left(s) && !s->units.count && !s->command_pid && knows_all(s)) return 1 ;
  while (stop_deadline(s, &deadline))
  {
    tain now ;
    tain_now(&now) ;
    if (tain_less(&now, &deadline)) break ;
    if (s->stop.abandoning)
    {
      kill_supervisors(s) ;
      return 1 ;
    }
    if (s->stop.killing)
    {
      s->stop.abandoning = 1 ;
      abandon_what_is_left(s) ;
    }
    else
    {
      s->stop.killing = 1 ;
      kill_what_is_left(s) ;
    }
  }
  if (s->stop.killing) order(s) ;
  return 0 ;
}

/* ---- the end ---- */

/* What was given to `shutdown` or written there by hand; -1: nothing. */
static int written_code (void)
{
  char text[16] ;
  uint32_t code ;
  size_t n ;
  int trusted ;
  int fd = open(EXIT_CODE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) ;
  if (fd == -1) return -1 ;
  trusted = trusted_file(EXIT_CODE_FILE) ;
  n = allread(fd, text, sizeof text - 1) ;
  fd_close(fd) ;
  text[n] = 0 ;
  if (!trusted) return -1 ;
  if (setting_parse_uint(text, 0, 255, &code)) return (int)code ;
  strerr_warnw1x("invalid " EXIT_CODE_FILE ": allowed: a number from 0 to 255") ;
  return -1 ;
}

static int exit_code (struct scanner const *s)
{
  int code = written_code() ;
  if (code >= 0) return code ;
  if (s->own_code >= 0) return s->own_code ;
  return s->stop.had_to_kill ? CODE_KILLED : 0 ;
}

/* A second SIGTERM, say, that nobody has read yet would end us instead. */
static void discard_signals (void)
{
  for (int sig = 1 ; sig <= SIGRTMIN_3 ; sig++)
  {
    struct sigaction action = { .sa_handler = SIG_IGN } ;
    if (sigaction(sig, &action, 0) == -1) continue ;
    action.sa_handler = SIG_DFL ;
    sigaction(sig, &action, 0) ;
  }
}

static void become (char const *path, char const *const *argv)
{
  sigset_t none ;
  message_hand_over() ;
  discard_signals() ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
  execv(path, (char *const *)argv) ;
  if (errno != ENOENT && errno != ENOTDIR) strerr_warnwu2sys("execute ", path) ;
}

/* "-1": no budget. */
static void format_left (struct scanner const *s, char out[UINT32_FMT + 1])
{
  tain now ;
  tain spent ;
  int ms ;
  if (!s->stop.on || !s->stop.budget_ms)
  {
    memcpy(out, "-1", 3) ;
    return ;
  }
  tain_now(&now) ;
  tain_sub(&spent, &now, &s->stop.began) ;
  ms = tain_to_millisecs(&spent) ;
  out[uint32_fmt(out, ms >= 0 ? before_end(s, (uint32_t)ms) : 0)] = 0 ;
}

static void become_trusted (char const *path, char const *const *argv)
{
  if (trusted_file(path)) become(path, argv) ;
}

/* SCAN's own, where LIVE has none: trusted as its ./run are. */
static void become_own (struct scanner const *s, char const *path, char const *const *argv)
{
  char own[SCAN_PATH_MAX + SCAN_PATH_MAX] ;
  snprintf(own, sizeof own, "%s/%s", s->scan, path) ;
  if (!s->in_place) become(own, argv) ;
}

void stop_know_finish (struct scanner *s)
{
  ssize_t n = trusted_file(FINISH) ? readlink(FINISH, s->finish, sizeof s->finish - 1) : 0 ;
  s->finish[n > 0 ? n : 0] = 0 ;
  if (*s->finish != '/') *s->finish = 0 ;
}

/* With LIVE, the link to it was removed. */
static void become_lost (struct scanner const *s, char const *const *argv)
{
  if (access(CONTROL_DIRECTORY, F_OK) != -1 || errno != ENOENT) return ;
  if (*s->finish) become(s->finish, argv) ;
  strerr_warnw3x("the live directory ", s->live, " was removed: if it had a .s6-svscan/finish, that is not run") ;
}

void stop_end (struct scanner *s)
{
  char code[UINT_FMT] ;
  char left[UINT32_FMT + 1] ;
  char const *argv[4] = { "finish", code, left, 0 } ;
  int number ;
  while (reap_reports(s)) ; /* the last word of those that have left */
  number = exit_code(s) ;
  code[uint_fmt(code, (unsigned int)number)] = 0 ;
  format_left(s, left) ;
  become_trusted(FINISH, argv) ;
  become_lost(s, argv) ;
  become_own(s, FINISH, argv) ;
  _exit(number) ;
}

void stop_crash (struct scanner *s)
{
  char const *argv[2] = { "crash", 0 } ;
  become_trusted(CRASH, argv) ;
  become_own(s, CRASH, argv) ;
  _exit(111) ;
}
