#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/descent.h"
#include "base/send.h"
#include "service/stray.h"
#include "supervise/supervisor.h"

#define SCANNER_MS 2000 /* more, when it is the scanner that ends them */
#define ASK_AGAIN_MS 1000
#define AT_ONCE_MS 1000
#define AGAIN_MS 100
#define ANCESTORS_MAX 64

static struct strays strays ;
static struct descent earlier ; /* left behind before the present ./run was told to end */
static uint64_t began_ms ; /* 0: nothing is being ended */

struct look
{
  struct supervisor *s ;
  struct stray_limits limits ;
  uint64_t now_ms ;
  uint64_t again_ms ; /* when to look again; 0: when something has ended */
  unsigned int count ; /* what is waited for */
} ;

int strays_under_way (struct supervisor const *s)
{
  return s->phase == PHASE_STRAYS || s->phase == PHASE_LEFTOVERS ;
}

static enum stray_service service_of (struct supervisor const *s)
{
  if (s->phase == PHASE_LEFTOVERS || !s->end_asked) return STRAY_NONE_IS_SERVICE ;
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

/* ---- those that were left behind before the down-signal ---- */

/* flag-forks: is it on the way from us to the process that is the service? */
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
  if (s->searching) return ; /* what ./run has left is the service, or was to become it */
  process_each_child(&note_earlier, s) ;
  children = earlier.count ;
  for (unsigned int i = 0 ; i < children ; i++) descent_follow(&earlier, earlier.member[i].pid) ;
}

void strays_reaped (pid_t pid)
{
  if (earlier.count) descent_ended(&earlier, pid) ;
}

/* ---- one of them ---- */

static void say (struct supervisor const *s, char const *what, struct stray const *stray, char const *name, char const *why)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, stray->pid)] = 0 ;
  strerr_warnw8x(what, name, " (pid ", number, "), which ", s->phase == PHASE_LEFTOVERS ? "./finish" : "./run", " has left behind", why) ;
}

static char const *told_why (struct look const *look, struct stray_look const *now)
{
  if (!stray_is_service(&look->limits, now)) return "" ;
  if (!now->in_group) return ", in another process group: it counts as the service itself (only timeout-kill, or a stop's budget, kills it)" ;
  return ", in its process group: it counts as the service itself (`exec` in ./run makes it that)" ;
}

static void say_killed (struct look const *look, struct stray const *stray, char const *name, struct stray_look const *now)
{
  if (look->limits.at_once) return ; /* who ordered it names the service */
  say(look->s, "killing ", stray, name, stray_is_service(&look->limits, now)
    ? ": it has not ended within timeout-kill" : ": it has not ended within timeout-strays") ;
}

static void sooner (struct look *look, uint64_t ms)
{
  if (ms && (!look->again_ms || ms < look->again_ms)) look->again_ms = ms ;
}

/* `pid` may be a process group's, negative. */
static void decide (struct look *look, pid_t pid, struct stray_look const *now, char const *name)
{
  struct stray *stray = strays_know(&strays, pid > 0 ? pid : -pid, look->now_ms) ;
  struct stray_step step = strays_step(&strays, &look->limits, stray, now, look->now_ms) ;
  int first = !stray->killed_ms ;
  if (step.deed == STRAY_LEAVE)
  {
    if (!stray->left) say(look->s, "leaving ", stray, name, ": it does not even end by SIGKILL") ;
    stray->left = 1 ;
    return ;
  }
  look->count++ ;
  if (now->earlier && (step.deed == STRAY_TELL || step.deed == STRAY_KILL)) descent_follow(&earlier, pid) ; /* what it leaves is like it */
  stray_do(stray, &look->limits, pid, step.deed, look->now_ms) ;
  if (step.deed == STRAY_KILL)
  {
    act_killed(look->s) ;
    if (first) say_killed(look, stray, name, now) ;
  }
  if (step.deed == STRAY_TELL)
  {
    if (!now->ours) say(look->s, "ending ", stray, name, told_why(look, now)) ;
    step = stray_step(&look->limits, stray, now, look->now_ms) ;
  }
  sooner(look, step.again_ms) ;
}

/* Also one whose first thread has ended is a zombie to look at. */
static int has_ended (pid_t pid)
{
  siginfo_t info = { .si_pid = 0 } ;
  return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid ;
}

/* One that cannot be looked at is an unreaped child all the same. */
static int each (pid_t pid, void *data)
{
  struct look *look = data ;
  struct process_look process ;
  struct stray_look now ;
  int known ;
  if (send_is_sender(pid)) return 1 ; /* it ends by itself; the user for whom it sends could stop it */
  known = process_look(pid, &process) ;
  if (!known) process = (struct process_look) { .name = "a process" } ;
  if (pid == look->s->checker || (process.state == 'Z' && has_ended(pid)))
  {
    look->count++ ; /* about to be reaped */
    return 1 ;
  }
  stray_look(&now, &look->limits, pid, &process) ;
  now.earlier = earlier.count && descent_has(&earlier, pid, known ? &process : 0) ;
  decide(look, pid, &now, process.name) ;
  return 1 ;
}

/* Without /proc only the process group of ./run, or ./finish, is known, while one of ours is in it. */
static void only_the_group (struct look *look)
{
  static int said ;
  struct stray_look now = { .in_group = 1, .had_signal = !!look->limits.group_told_ms } ;
  if (!said) strerr_warnw1x("this system does not tell which processes ./run has left behind (/proc is missing, or has no children files): only its process group is ended") ;
  said = 1 ;
  if (process_group_has_child(look->limits.group))
    decide(look, -look->limits.group, &now, "the process group") ;
}

/* ---- all of them ---- */

static void arm (struct supervisor *s, uint64_t ms)
{
  s->deadline_ms = ms ;
  s->state_pending = 1 ;
}

/* An adopted service's are the scanner's children. It says when the last has ended; should
   that be lost, or the scanner be another one by now, the next report asks for it again.
   Without a scanner nobody can tell: then it is waited as long as the limits are. */
static int scanner_ends_them (struct look *look)
{
  struct stray_limits const *limits = &look->limits ;
  uint64_t last = began_ms + STRAY_ENDING_MS + limits->timeout_strays_ms + STRAY_KILLED_MS + SCANNER_MS ;
  if (!look->s->parent_is_scanner) return 0 ;
  if (limits->service == STRAY_ALL_BUT_EARLIER && getppid() == look->s->parent) last = 0 ; /* it lives, or there is a new one: either answers */
  if (limits->service == STRAY_GROUP_IS_SERVICE && limits->group > 1 && (!kill(-limits->group, 0) || errno == EPERM)) last = 0 ;
  if (limits->at_once) last = began_ms + STRAY_KILLED_MS + SCANNER_MS ;
  else if (!limits->timeout_strays_ms) last = 0 ;
  if (last && look->now_ms >= last) return 0 ;
  look->s->report_pending = look->s->reports >= 0 ;
  sooner(look, look->now_ms + ASK_AGAIN_MS) ;
  return 1 ;
}

/* Which they are cannot be read now: that is tried again. */
static void again (struct look *look)
{
  if (!look->s->said_children) strerr_warnwu1sys("learn which processes are left behind (trying again until it can)") ;
  look->s->said_children = 1 ;
  look->count++ ;
  sooner(look, look->now_ms + AGAIN_MS) ;
}

/* Does what is due. Is there anything left to wait for? */
static int look_at_all (struct supervisor *s)
{
  struct look look = { .s = s, .limits = limits_of(s), .now_ms = clock_ms() } ;
  if (process_any_child())
  {
    if (process_each_child(&each, &look)) strays_forget_unseen(&strays) ;
    else if (errno == ENOSYS) only_the_group(&look) ;
    else again(&look) ;
  }
  if (scanner_ends_them(&look)) look.count++ ;
  arm(s, look.again_ms) ;
  return !!look.count ;
}

static void gone (struct supervisor *s)
{
  began_ms = 0 ;
  s->parent_is_scanner = 0 ;
  s->deadline_ms = 0 ;
  act(s, LIFE_STRAYS_GONE) ;
}

void strays_look (struct supervisor *s)
{
  if (strays_under_way(s) && began_ms && !look_at_all(s)) gone(s) ;
}

static void hint (struct supervisor const *s)
{
  if (s->phase != PHASE_STRAYS || s->status.wstat || s->code_unknown || s->end_asked || s->settings.forks || s->up_ms > AT_ONCE_MS || s->checker || !process_any_child()) return ;
  strerr_warnw1x("./run has ended with 0 at once and left processes behind: it has put itself into the background;"
    " give it its option to stay in the foreground, or create the file flag-forks") ;
}

static void begin (struct supervisor *s)
{
  upgrade_defer(s) ;
  began_ms = clock_ms() ;
  strays_empty(&strays) ;
  if (!s->settings.keep_strays) hint(s) ;
}

void strays_end (struct supervisor *s)
{
  if (!began_ms) begin(s) ;
  if (s->settings.keep_strays) gone(s) ;
  else strays_look(s) ;
}

/* ---- by command ---- */

struct sending
{
  struct look look ;
  int sig ;
} ;

static int send_each (pid_t pid, void *data)
{
  struct sending *sending = data ;
  struct look *look = &sending->look ;
  struct process_look process ;
  struct stray_look now ;
  if (pid == look->s->checker || send_is_sender(pid) || !process_look(pid, &process)) return 1 ;
  stray_look(&now, &look->limits, pid, &process) ;
  now.earlier = descent_has(&earlier, pid, &process) ;
  if (!now.in_group && !stray_is_service(&look->limits, &now)) return 1 ;
  send_to(pid, sending->sig, 0) ;
  if (sending->sig == SIGKILL) strays_know(&strays, pid, look->now_ms)->killed_ms = look->now_ms ;
  return 1 ;
}

void strays_signal (struct supervisor *s, int sig, int all)
{
  struct sending sending = { .look = { .s = s, .limits = limits_of(s), .now_ms = clock_ms() }, .sig = sig } ;
  pid_t group = sending.look.limits.group ;
  if (!began_ms) return ;
  if (s->parent_is_scanner)
  {
    s->signals_due[1] |= UINT64_C(1) << (sig - 1) ;
    s->report_pending = s->reports >= 0 ;
  }
  if (!process_any_child()) return ;
  if ((!process_each_child(&send_each, &sending) || all) && process_group_has_child(group)) send_to(-group, sig, 0) ;
  strays_look(s) ;
}
