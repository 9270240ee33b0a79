#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/descent.h"
#include "base/send.h"
#include "service/stray.h"
#include "supervise/supervisor.h"

#define AT_ONCE_MS 1000
#define AGAIN_MS 100
#define ANCESTORS_MAX 64

static struct strays strays ;
static struct descent earlier ; /* strays that the present ./run had left behind before it was told to end */
static uint64_t began_ms ; /* 0: no strays are being ended */
static uint64_t group_known_ms ; /* process_clock_ms(): the last moment at which the process group's number was certainly that of ./run; see each_of_parent() */

struct look
{
  struct supervisor *s ;
  struct stray_limits limits ;
  uint64_t now_ms ;
  uint64_t again_ms ; /* when to look again; 0: when a child has ended */
  unsigned int count ; /* the processes that are waited for */
  int failed ; /* the strays could not be listed */
  int sig ; /* by command: the signal for those in the process group; 0: signal each as is due */
} ;

static enum stray_service service_of (struct supervisor const *s)
{
  if (s->phase == PHASE_LEFTOVERS || (!s->end_asked && !s->unfit)) return STRAY_NONE_IS_SERVICE ;
  return s->told_ms ? STRAY_ALL_BUT_EARLIER : STRAY_GROUP_IS_SERVICE ;
}

static struct stray_limits limits_of (struct supervisor const *s)
{
  int of_finish = s->phase == PHASE_LEFTOVERS ;
  return (struct stray_limits)
  {
    .service = service_of(s),
    .group = of_finish ? s->finish_group : s->group,
    .at_once = s->at_once,
    .group_told_ms = of_finish ? 0 : s->group_told_ms,
    .down_ms = s->told_ms,
    .timeout_kill_ms = s->settings.timeout_kill_ms,
    .timeout_strays_ms = s->settings.timeout_strays_ms,
    .down_signal = s->settings.down_signal
  } ;
}

/* ---- strays from before the down-signal ---- */

/* flag-forks: is `pid` an ancestor of the process that is the service? */
static int leads_to_process (struct supervisor const *s, pid_t pid)
{
  struct process_look look ;
  pid_t at = s->process.pid ;
  for (unsigned int i = 0 ; i < ANCESTORS_MAX && at > 1 && at != pid && process_look(at, &look) ; i++) at = look.parent ;
  return at == pid ;
}

static int note_earlier (pid_t pid, void *data)
{
  struct supervisor const *s = data ;
  if (getpgid(pid) == s->group || leads_to_process(s, pid)) return 1 ;
  descent_add(&earlier, pid) ;
  return earlier.count < DESCENT_MAX ;
}

void strays_note_earlier (struct supervisor *s)
{
  unsigned int children ;
  earlier.count = 0 ;
  process_each_child(&note_earlier, s) ;
  children = earlier.count ;
  for (unsigned int i = 0 ; i < children ; i++) descent_follow(&earlier, earlier.member[i].pid) ;
}

/* ./run has ended already, so it cannot get the down-signal. Its processes are the service, or were
   to become it: they get the down-signal as strays. */
void strays_count_as_told (struct supervisor *s)
{
  earlier.count = 0 ;
  s->told_ms = clock_ms() ;
}

void strays_reaped (pid_t pid)
{
  if (earlier.count) descent_ended(&earlier, pid) ;
}

/* ---- one stray ---- */

static void say (struct supervisor const *s, char const *what, struct stray const *stray, char const *name, char const *why)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, stray->pid)] = 0 ;
  strerr_warnw8x(what, name, " (pid ", number, "), which ", child_script(s), " has left behind", why) ;
}

static char const *told_why (struct look const *look, struct stray_look const *now)
{
  if (!stray_is_service(&look->limits, now)) return "" ;
  if (!now->in_group) return ", in another process group: it counts as the service itself (only timeout-kill, or a stop's budget, kills it)" ;
  return ", in its process group: it counts as the service itself (`exec` in ./run makes it that)" ;
}

static void say_killed (struct look const *look, struct stray const *stray, char const *name, struct stray_look const *now)
{
  if (look->limits.at_once) return ; /* the scanner, which has ordered it, names the service */
  say(look->s, "killing ", stray, name, stray_is_service(&look->limits, now)
    ? ": it has not ended within timeout-kill" : ": it has not ended within timeout-strays") ;
}

static void sooner (struct look *look, uint64_t ms)
{
  if (ms && (!look->again_ms || ms < look->again_ms)) look->again_ms = ms ;
}

/* Decides about one stray, and does it. `pid` may be that of a process group, negative. `fd`: a
   pidfd of a process that is not a child, else -1. */
static void decide (struct look *look, pid_t pid, int fd, struct stray_look const *now, char const *name)
{
  struct stray *stray = strays_know(&strays, pid > 0 ? pid : -pid, look->now_ms) ;
  struct stray_step step = strays_step(&strays, &look->limits, stray, now, look->now_ms) ;
  int first = !stray->killed_ms ;
  if (step.deed == STRAY_LEAVE)
  {
    if (!stray->given_up) say(look->s, "leaving ", stray, name, ": it does not even end by SIGKILL") ;
    stray->given_up = 1 ;
    return ;
  }
  look->count++ ;
  if (now->earlier && (step.deed == STRAY_TELL || step.deed == STRAY_KILL)) descent_follow(&earlier, pid) ; /* its own children count as it does */
  stray_do(stray, &look->limits, pid, fd, step.deed, look->now_ms) ;
  if (step.deed == STRAY_KILL)
  {
    signal_killed(look->s) ;
    if (first) say_killed(look, stray, name, now) ;
  }
  if (step.deed == STRAY_TELL)
  {
    if (!now->ours) say(look->s, "ending ", stray, name, told_why(look, now)) ;
    step = stray_step(&look->limits, stray, now, look->now_ms) ;
  }
  sooner(look, step.again_ms) ;
}

static void one (struct look *look, pid_t pid, int fd, struct process_look const *process)
{
  struct stray_look now ;
  stray_look(&now, &look->limits, pid, process) ;
  now.earlier = fd == -1 && earlier.count && descent_has(&earlier, pid, process) ;
  if (!look->sig) decide(look, pid, fd, &now, process->name) ;
  else if (now.in_group || stray_is_service(&look->limits, &now))
  {
    struct send send = { .pid = pid, .fd = fd, .sig = look->sig } ;
    send_signal(&send) ;
    if (look->sig == SIGKILL) strays_know(&strays, pid, look->now_ms)->killed_ms = look->now_ms ;
  }
}

/* Has the zombie ended as a whole? A process whose first thread has ended, while others run, also
   looks like a zombie. */
static int has_ended (pid_t pid)
{
  siginfo_t info = { .si_pid = 0 } ;
  return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid ;
}

/* Handles one child. A child that /proc does not tell about is handled all the same: it is not
   reaped, so it exists. */
static int each (pid_t pid, void *data)
{
  struct look *look = data ;
  struct process_look process ;
  if (send_is_sender(pid)) return 1 ; /* a child that sends a signal as another user (base/send.h): it ends by itself, and that user might have stopped it */
  if (pid == look->s->checks.process.pid && look->s->checks.phase == HEALTH_CHECKING)
  {
    look->count++ ; /* a check of health: it is killed when this turn comes to it */
    sooner(look, look->now_ms + AGAIN_MS) ;
    return 1 ;
  }
  if (!process_look(pid, &process)) process = (struct process_look) { .name = "a process" } ;
  if (pid == look->s->trial.pid || (process.state == 'Z' && has_ended(pid)))
  {
    look->count++ ; /* it is about to be reaped */
    return 1 ;
  }
  one(look, pid, -1, &process) ;
  return 1 ;
}

static int is_over (int fd)
{
  struct pollfd x = { .fd = fd, .events = POLLIN } ;
  return poll(&x, 1, 0) > 0 ;
}

/* Handles one child of this supervisor's parent: a stray of an adopted ./run has become a child of
   the parent. It is known by its session or process group. While anybody is in the group, its
   number belongs to no other. So a member that was born before the last moment at which the number
   was certain is a stray. */
static int each_of_parent (pid_t pid, void *data)
{
  struct look *look = data ;
  pid_t group = look->limits.group ;
  struct process_look process ;
  struct process_birth birth = { .pid = pid } ;
  int fd ;
  if (group <= 1 || (getsid(pid) != group && getpgid(pid) != group) || !process_look(pid, &process)) return 1 ;
  if ((process.session != group && process.group != group) || process.started_ms > group_known_ms) return 1 ;
  birth.after_ms = process.started_ms ;
  birth.before_ms = process.started_ms + PROCESS_TICK_MS ;
  fd = process_watch(&birth) ;
  if (fd == -1) return errno == ESRCH ;
  if (!is_over(fd))
  {
    group_known_ms = process_clock_ms() ;
    one(look, pid, fd, &process) ;
    sooner(look, look->now_ms + AGAIN_MS) ; /* nobody reports its end */
  }
  fd_close(fd) ;
  return 1 ;
}

/* Without /proc only the process group of ./run, or ./finish, is known, and only while a child is
   in it. */
static void only_the_group (struct look *look)
{
  static int said ;
  struct stray_look now = { .in_group = 1, .had_signal = !!look->limits.group_told_ms } ;
  if (!said) strerr_warnw1x("this system does not tell which processes ./run has left behind (/proc is missing, or has no children files): only its process group is ended") ;
  said = 1 ;
  if (process_group_has_child(look->limits.group))
    decide(look, -look->limits.group, -1, &now, "the process group") ;
}

/* ---- all strays ---- */

static void arm (struct supervisor *s, uint64_t ms)
{
  s->deadline_ms = ms ;
  s->state_pending = 1 ;
}

/* The strays cannot be listed now: tries again. */
static void again (struct look *look)
{
  if (!look->s->said_children) strerr_warnwu1sys("learn which processes are left behind (trying again until it can)") ;
  look->s->said_children = 1 ;
  look->failed = 1 ;
  look->count++ ;
  sooner(look, look->now_ms + AGAIN_MS) ;
}

static void our_own (struct look *look)
{
  if (process_each_child(&each, look)) return ;
  if (errno == ENOSYS) only_the_group(look) ;
  else again(look) ;
}

static void of_parent (struct look *look)
{
  if (look->s->adopted && !process_each_child_of(getppid(), &each_of_parent, look) && errno != ENOSYS) again(look) ;
}

/* Looks at all strays, and signals each as is due. Returns whether there is anything left to wait
   for. */
static int look_at_all (struct supervisor *s)
{
  struct look look = { .s = s, .limits = limits_of(s), .now_ms = clock_ms() } ;
  if (process_any_child())
  {
    publish_now(s) ; /* before any of them is signalled */
    our_own(&look) ;
  }
  of_parent(&look) ;
  if (!look.failed) strays_forget_unseen(&strays) ;
  arm(s, look.again_ms) ;
  return !!look.count ;
}

static void hint (struct supervisor const *s)
{
  if (s->phase != PHASE_STRAYS || s->status.wstat || s->code_unknown || s->end_asked || s->unfit || s->settings.forks || s->settings.oneshot || s->up_ms > AT_ONCE_MS || s->trial.pid || s->checks.process.pid || !process_any_child()) return ;
  strerr_warnw1x("./run has ended with 0 at once and left processes behind: it has put itself into the background;"
    " give it its option to stay in the foreground, or create the file flag-forks") ;
}

static void begin (struct supervisor const *s)
{
  began_ms = clock_ms() ;
  group_known_ms = process_clock_ms() ;
  strays_empty(&strays) ;
  if (!s->settings.keep_strays) hint(s) ;
}

static enum life_event go_on (struct supervisor *s)
{
  if (!began_ms && !s->adopted && !process_any_child()) return LIFE_STRAYS_GONE ;
  if (!began_ms) begin(s) ;
  if (!s->settings.keep_strays && look_at_all(s)) return LIFE_NOTHING ;
  began_ms = 0 ;
  return LIFE_STRAYS_GONE ;
}

/* Begins to end the strays, or goes on. After ./finish, the first call also publishes that ./finish
   has ended. */
enum life_event strays_end (struct supervisor *s)
{
  if (s->status.flags & STATUS_FINISHING)
  {
    s->status.pid = 0 ;
    s->status.flags &= ~(unsigned int)STATUS_FINISHING ;
    publish_status(s) ;
  }
  return go_on(s) ;
}

/* ---- by command ---- */

void strays_signal (struct supervisor *s, int sig, int at_once)
{
  struct look look = { .s = s, .limits = limits_of(s), .now_ms = clock_ms(), .sig = sig } ;
  pid_t group = look.limits.group ;
  if (!began_ms) return ;
  if (process_any_child() && (!process_each_child(&each, &look) || at_once) && process_group_has_child(group)) send_to(-group, sig, 0) ;
  of_parent(&look) ;
}
