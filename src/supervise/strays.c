#include <errno.h>
#include <signal.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "supervise/supervisor.h"

#define TERM_MS 1000 /* what has not ended after SIGTERM by then gets SIGKILL */
#define KILL_MS 2000 /* what has not ended after that by then is left */
#define SCANNER_MS 1000 /* more, when it is the scanner that ends them */
#define AT_ONCE_MS 1000
#define AGAIN_MS 100
#define TOLD_MAX 64

enum stage { STAGE_NONE, STAGE_TOLD, STAGE_KILLED, STAGE_LEFT } ;

/* Who has had SIGTERM: unreaped children, so that their pids are their own. With
   more than these some are told, and named, again. */
static pid_t told[TOLD_MAX] ;
static unsigned int told_count ;

static int was_told (pid_t pid)
{
  for (unsigned int i = 0 ; i < told_count ; i++)
    if (told[i] == pid) return 1 ;
  return 0 ;
}

int strays_under_way (struct supervisor const *s)
{
  return s->phase == PHASE_STRAYS || s->phase == PHASE_LEFTOVERS ;
}

static void say (struct supervisor const *s, char const *what, pid_t pid, struct process_look const *look, char const *why)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, pid)] = 0 ;
  strerr_warnw6x(what, look->name, " (pid ", number, s->phase == PHASE_LEFTOVERS ? "), which ./finish has left behind" : "), which ./run has left behind", why) ;
}

/* One that cannot be looked at is an unreaped child all the same. */
static int each (pid_t pid, void *data)
{
  struct supervisor const *s = data ;
  struct process_look look ;
  if (pid == s->checker) return 1 ;
  if (!process_look(pid, &look)) look = (struct process_look) { .name = "a process" } ;
  if (look.state == 'Z') return 1 ;
  if (s->strays_stage == STAGE_LEFT)
    say(s, "leaving ", pid, &look, ": it does not even end by SIGKILL") ;
  else if (s->strays_stage == STAGE_KILLED) kill(pid, SIGKILL) ;
  else if (!was_told(pid))
  {
    if (told_count < TOLD_MAX) told[told_count++] = pid ;
    kill(pid, SIGTERM) ;
    kill(pid, SIGCONT) ;
    say(s, "ending ", pid, &look, "") ;
  }
  return 1 ;
}

/* Without /proc only the process group of ./run, or ./finish, is known, while one of ours is in it. */
static int only_the_group (struct supervisor const *s)
{
  static int said ;
  pid_t group = s->phase == PHASE_LEFTOVERS ? s->finish_group : s->group ;
  if (!said) strerr_warnw1x("this system does not tell which processes ./run has left behind (/proc is missing, or has no children files): only its process group is ended") ;
  said = 1 ;
  if (!process_group_has_child(group)) return 0 ;
  if (s->strays_stage == STAGE_LEFT) return 1 ;
  kill(-group, s->strays_stage == STAGE_KILLED ? SIGKILL : SIGTERM) ;
  kill(-group, SIGCONT) ;
  return 1 ;
}

/* Which they are cannot be read now: that stage is not done, and comes again. */
static void again (struct supervisor *s)
{
  if (!s->said_children) strerr_warnwu1sys("learn which processes are left behind (trying again until it can)") ;
  s->said_children = s->strays_again = 1 ;
  act_arm(s, AGAIN_MS) ;
}

/* Is there anything left to wait for? */
static int left (struct supervisor *s)
{
  if (!process_any_child()) return s->parent_is_scanner ;
  if (process_each_child(&each, s)) return 1 ;
  if (errno == ENOSYS) return only_the_group(s) ;
  again(s) ;
  return 1 ;
}

static void gone (struct supervisor *s)
{
  s->strays_stage = STAGE_NONE ;
  s->strays_again = 0 ;
  s->parent_is_scanner = 0 ;
  s->deadline_ms = 0 ;
  act(s, LIFE_STRAYS_GONE) ;
}

void strays_look (struct supervisor *s)
{
  if (strays_under_way(s) && !left(s)) gone(s) ;
}

static void hint (struct supervisor const *s)
{
  if (s->phase != PHASE_STRAYS || s->status.wstat || s->code_unknown || s->asked || s->settings.forks || s->up_ms > AT_ONCE_MS || s->checker || !process_any_child()) return ;
  strerr_warnw1x("./run has ended with 0 at once and left processes behind: it has put itself into the background;"
    " give it its option to stay in the foreground, or create the file flag-forks") ;
}

void strays_end (struct supervisor *s)
{
  if (s->strays_stage == STAGE_NONE)
  {
    upgrade_defer(s) ;
    told_count = 0 ;
    if (s->settings.keep_strays)
    {
      gone(s) ;
      return ;
    }
    hint(s) ;
    if (s->abandoned) s->strays_stage = STAGE_TOLD ; /* there is no time for it */
  }
  if (!s->strays_again && s->strays_stage < STAGE_LEFT) s->strays_stage++ ;
  s->strays_again = 0 ;
  s->state_pending = 1 ;
  if (!left(s)) gone(s) ;
  else if (s->strays_again) return ;
  else if (s->strays_stage == STAGE_LEFT) gone(s) ;
  else act_arm(s, (s->strays_stage == STAGE_TOLD ? TERM_MS : KILL_MS) + (s->parent_is_scanner ? SCANNER_MS : 0)) ;
}

void strays_kill (struct supervisor *s)
{
  if (!strays_under_way(s) || s->strays_stage >= STAGE_KILLED) return ;
  s->strays_stage = STAGE_KILLED ;
  act_arm(s, KILL_MS) ;
  strays_look(s) ;
}
