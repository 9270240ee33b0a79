#include "scan/cmd_strays.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/descent.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/stopping.h"
#include "service/stray.h"

#define AGAIN_MS 1000

struct look_at_strays
{
  struct scanner *s ;
  struct stray_limits limits ;
  uint64_t now_ms ;
  uint64_t again_ms ;
} ;

static struct strays strays ;
static struct descent descent ; /* the processes that descended from CMD when it was told to end, and their children since */

static void say (struct scanner const *s, pid_t pid, char const *name, int in_group)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, pid)] = 0 ;
  strerr_warnw8x("ending ", name, " (pid ", number, "), which the command ", s->cmd.argv[0], " has left behind",
    in_group ? " in its process group: it counts as the command itself" : ": it counts as the command itself") ;
}

static void decide (struct look_at_strays *all, pid_t pid, struct stray_look const *look, char const *name)
{
  struct stray *stray = strays_know(&strays, pid > 0 ? pid : -pid, all->now_ms) ;
  struct stray_step step = strays_step(&strays, &all->limits, stray, look, all->now_ms) ;
  if (step.deed == STRAY_LEAVE) return ;
  if (step.deed != STRAY_WAIT) descent_follow(&descent, stray->pid) ; /* its own children count as CMD's strays, too */
  stray_do(stray, &all->limits, pid, -1, step.deed, all->now_ms) ;
  if (step.deed == STRAY_KILL) stopping_killed(all->s) ;
  if (step.deed == STRAY_TELL)
  {
    if (!look->ours) say(all->s, stray->pid, name, look->in_group) ;
    step = stray_step(&all->limits, stray, look, all->now_ms) ;
  }
  if (step.again_ms && (!all->again_ms || step.again_ms < all->again_ms)) all->again_ms = step.again_ms ;
}

static int each (pid_t pid, void *data)
{
  struct look_at_strays *all = data ;
  struct process_look process ;
  struct stray_look look ;
  if (send_is_sender(pid) || (!descent.count && getpgid(pid) != all->s->cmd.group)) return 1 ;
  if (!process_look(pid, &process) || process.state == 'Z') return 1 ;
  stray_look(&look, &all->limits, pid, &process) ;
  if (!look.in_group && !descent_has(&descent, pid, &process)) return 1 ;
  decide(all, pid, &look, process.name) ;
  return 1 ;
}

static int has_outside (void)
{
  for (unsigned int i = 0 ; i < descent.count ; i++)
    if (process_is_child(descent.member[i].pid)) return 1 ;
  return 0 ;
}

void cmd_strays_follow (pid_t cmd)
{
  descent.count = 0 ;
  descent_follow(&descent, cmd) ;
}

void cmd_strays_begin (struct scanner *s, pid_t cmd)
{
  s->cmd.group = process_group_has_child(cmd) ? cmd : 0 ;
  s->cmd.outside = !!has_outside() ;
  strays_empty(&strays) ;
  cmd_strays_changed(s) ;
}

int cmd_runs (struct scanner const *s)
{
  return s->cmd.pid || s->cmd.group || s->cmd.outside ;
}

int cmd_strays_end (struct scanner *s)
{
  struct look_at_strays all =
  {
    .s = s,
    .limits = { .service = STRAY_ALL_BUT_EARLIER, .group = s->cmd.group, .at_once = stopping_kills(s), .down_signal = SIGTERM },
    .now_ms = clock_ms()
  } ;
  struct stray_look group = { .in_group = 1 } ;
  if (s->cmd.pid || !cmd_runs(s)) return 0 ;
  if (!process_group_has_child(s->cmd.group)) s->cmd.group = 0 ;
  if (s->cmd.outside) s->cmd.outside = !!has_outside() ;
  if (!cmd_runs(s))
  {
    s->cmd.look_ms = 0 ;
    return 0 ;
  }
  if (!s->cmd.look_ms || all.now_ms < s->cmd.look_ms) return 1 ;
  if (process_each_child(&each, &all)) strays_forget_unseen(&strays) ;
  else if (errno == ENOSYS) decide(&all, -s->cmd.group, &group, "the process group") ;
  else all.again_ms = all.now_ms + AGAIN_MS ;
  s->cmd.look_ms = all.again_ms ;
  return 1 ;
}

void cmd_strays_changed (struct scanner *s)
{
  if (!s->cmd.pid && cmd_runs(s)) s->cmd.look_ms = 1 ;
}

void cmd_strays_ended (struct scanner *s, pid_t pid)
{
  if (descent.count) descent_ended(&descent, pid) ;
  cmd_strays_changed(s) ;
}
