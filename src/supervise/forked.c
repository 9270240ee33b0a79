#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/send.h"
#include "supervise/supervisor.h"

#define ONE_WITHIN_MS 1000 /* of several processes, all but one must have ended by then */
#define PIDFILE_WITHIN_MS 5000
#define AGAIN_MS 20
#define UNCLEAR_WSTAT (1 << 8)
#define ANCESTORS_MAX 64

struct left
{
  unsigned int count ;
  pid_t pid ; /* the last one found */
  pid_t trial ; /* the upgrade's trial: does not count */
  pid_t check ; /* a health check: does not count */
} ;

static struct left const nothing ;

static int count (pid_t pid, void *data)
{
  struct left *left = data ;
  struct process_look look ;
  if (pid == left->trial || pid == left->check || send_is_sender(pid)) return 1 ;
  if (process_look(pid, &look) ? look.state == 'Z' : errno == ENOENT || errno == ESRCH) return 1 ;
  left->count++ ;
  left->pid = pid ;
  return 1 ;
}

static int is_descendant (pid_t pid)
{
  struct process_look look ;
  for (unsigned int i = 0 ; pid > 1 && i < ANCESTORS_MAX ; i++)
  {
    if (process_is_child(pid)) return 1 ;
    if (!process_look(pid, &look)) return 0 ;
    pid = look.parent ;
  }
  return 0 ;
}

/* Does a lack of descriptors or memory prevent an answer? That says nothing about the service. */
static int can_pass (int err)
{
  return err == EMFILE || err == ENFILE || err == ENOMEM ;
}

static int birth_of (pid_t pid, struct process_birth *birth)
{
  struct process_look look ;
  if (!process_look(pid, &look) || look.state == 'Z') return 0 ;
  *birth = (struct process_birth) { .pid = pid, .after_ms = look.started_ms, .before_ms = look.started_ms + PROCESS_TICK_MS } ;
  return 1 ;
}

/* Makes `pid` the service's process, if the service has started it. Returns 0 if it has not. */
static int take (struct supervisor *s, pid_t pid)
{
  struct process_birth birth ;
  int fd = -1 ;
  pid_t group ;
  if (!birth_of(pid, &birth)) return 0 ;
  if (!process_is_child(pid))
  {
    fd = process_watch(&birth) ;
    if (fd == -1) return 0 ;
    if (!is_descendant(pid))
    {
      fd_close(fd) ;
      return 0 ;
    }
  }
  s->process = birth ;
  s->process_fd = fd ;
  s->is_child = fd == -1 ;
  s->forked_ms = clock_ms() ;
  group = getpgid(pid) ;
  if (group > 1) s->group = group ;
  return 1 ;
}

/* Says that the pidfile names no process that ./run has started. */
static void say_no_pid (char const *path)
{
  char number[PID_FMT] ;
  struct process_look look ;
  pid_t pid = settings_pid_named_in(path) ;
  int refused = pid && process_look(pid, &look) ;
  number[pid_fmt(number, pid)] = 0 ;
  strerr_warnw6x("flag-forks: ./run has ended, but ", path,
    ", which pidfile names, does not hold the pid of a process that ./run has left behind: ", refused ? "refusing the process " : "ending its strays",
    refused ? number : "", refused ? ", which does not descend from ./run, and ending the strays of ./run; check where the service writes its pid"
    : "; check where the service writes its pid") ;
}

static void give_up (struct supervisor *s)
{
  char path[SETTING_PATH_MAX] ;
  s->status.wstat = UNCLEAR_WSTAT ; /* counts as a failure, though ./run has exited 0 */
  if (settings_read_pidfile(path, 0) == 1) say_no_pid(path) ;
  else strerr_warnw1x("flag-forks: ./run has left several processes behind, and it is not clear which is the service: ending them;"
    " name the file into which it writes its pid in `pidfile`, or give it its option to stay in the foreground") ;
}

/* The service was not found yet: searches again, or gives up after `within_ms`. errno tells why it
   was not found. */
static enum life_event search (struct supervisor *s, struct left const *left, uint32_t within_ms)
{
  int err = errno ;
  uint64_t now = clock_ms() ;
  if (!s->search_began_ms) s->candidate.pid = 0 ;
  if (!s->search_began_ms || can_pass(err)) s->search_began_ms = now ;
  if (left->count && s->status.pid != left->pid) /* the pid of ./run is not valid any more */
  {
    s->status.pid = left->pid ;
    if (!birth_of(left->pid, &s->candidate)) s->candidate.pid = 0 ; /* a successor can prove this identity */
    publish_status(s) ;
  }
  if (now - s->search_began_ms < within_ms)
  {
    deadline_arm(s, AGAIN_MS) ; /* no event tells that the pidfile was written */
    return LIFE_NOTHING ;
  }
  give_up(s) ;
  return LIFE_ENDED ;
}

static enum life_event cannot_learn (struct supervisor *s)
{
  int err = errno ;
  if (err == ENOSYS && !process_any_child()) return LIFE_ENDED ;
  if (err == ENOSYS)
  {
    strerr_warnw1x("flag-forks: ./run has ended, and this system does not tell what it has left behind (/proc is missing, or has no children files): ending it;"
      " give it its option to stay in the foreground") ;
    s->status.wstat = UNCLEAR_WSTAT ;
    return LIFE_ENDED ;
  }
  if (!s->said_children) strerr_warnwu1sys("learn what ./run has left behind (trying again until it can)") ;
  s->said_children = 1 ;
  errno = err ;
  return search(s, &nothing, PIDFILE_WITHIN_MS) ;
}

static enum life_event choose (struct supervisor *s, struct left const *left)
{
  char path[SETTING_PATH_MAX] ;
  int named ;
  named = settings_read_pidfile(path, s->search_began_ms ? 0 : &run_report_setting) ;
  if (named >= 0) errno = 0 ;
  if (named == 1)
  {
    pid_t pid = settings_pid_in(path) ;
    return pid && take(s, pid) ? LIFE_FORKED : search(s, left, PIDFILE_WITHIN_MS) ;
  }
  if (left->count == 1 && !named && take(s, left->pid)) return LIFE_FORKED ;
  return search(s, left, ONE_WITHIN_MS) ;
}

enum life_event forked_find (struct supervisor *s)
{
  struct left left = { .trial = s->trial.pid, .check = s->checks.process.pid } ;
  if (!process_each_child(&count, &left)) return cannot_learn(s) ;
  return left.count ? choose(s, &left) : LIFE_ENDED ;
}

void forked_tell (struct supervisor *s)
{
  s->status.pid = s->process.pid ;
  s->forked = 1 ;
  if (s->status.flags & STATUS_WANT_UP && !s->leaving) s->asked = 0 ; /* a restart that was asked for since has nothing to end */
  if (publish_has_got_ready(s)) s->ready_by_ms = 0 ;
  s->state_pending = 1 ;
  s->status.wstat = s->wstat_before ; /* ./run has exited 0, but the service has not ended */
  publish_status(s) ;
}
