#include "scan/requests.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/spawn.h"
#include "scan/child.h"
#include "scan/cmd.h"
#include "scan/look.h"
#include "scan/reap.h"
#include "scan/stopping.h"
#include "scan/trusted.h"
#include "scan/upgrade.h"

/* ---- what can be asked for ---- */

static void rescan (struct scanner *s)
{
  look_order(s, 0) ;
}

static void rescan_and_prune (struct scanner *s)
{
  look_order(s, 0) ;
  look_prune(s, 0) ;
}

static void prune (struct scanner *s)
{
  look_prune(s, 0) ;
}

static void prune_with_loggers (struct scanner *s)
{
  look_prune(s, 1) ;
}

static void stop (struct scanner *s)
{
  stopping_ask(s, 0) ;
}

static void stop_with_loggers (struct scanner *s)
{
  stopping_ask(s, 1) ;
}

static void end_at_once (struct scanner *s)
{
  s->stop.at_once = 1 ;
}

/* Indexed by the letter itself. */
static void (*const of_letter[256]) (struct scanner *) =
{
  ['z'] = &reap,
  ['a'] = &rescan,
  ['b'] = &end_at_once,
  ['h'] = &rescan_and_prune,
  ['i'] = &stop,
  ['t'] = &stop,
  ['q'] = &stop_with_loggers,
  ['n'] = &prune,
  ['N'] = &prune_with_loggers,
  ['u'] = &upgrade_order,
} ;

struct on_signal
{
  int number ;
  void (*act) (struct scanner *) ; /* 0: nothing */
  void (*in_container) (struct scanner *) ; /* with -I */
  char const *replacement ; /* executed instead, if it can be; 0: none can */
} ;

static struct on_signal const of_signal[] =
{
  { SIGCHLD, &reap, &reap, 0 },
  { SIGALRM, &rescan, &rescan, 0 },
  { SIGABRT, &end_at_once, &end_at_once, 0 },
  { SIGHUP, &rescan_and_prune, &rescan_and_prune, ".s6-svscan/SIGHUP" },
  { SIGINT, &stop, &stop, ".s6-svscan/SIGINT" },
  { SIGTERM, &stop, &stop, ".s6-svscan/SIGTERM" },
  { SIGQUIT, &stop_with_loggers, &stop, ".s6-svscan/SIGQUIT" },
  { SIGUSR1, 0, &stop, ".s6-svscan/SIGUSR1" },
  { SIGUSR2, 0, &stop, ".s6-svscan/SIGUSR2" },
  { SIGPWR, 0, &stop, ".s6-svscan/SIGPWR" },
  { SIGWINCH, 0, &stop, ".s6-svscan/SIGWINCH" },
  { SIGRTMIN_3, &stop, &stop, 0 }, /* "halt" to who is PID 1 in a container */
} ;

/* ---- */

/* One read a wake-up: a flood of commands cannot keep signals and deaths waiting. */
void requests_letters (struct scanner *s)
{
  char buf[256] ;
  ssize_t r = read(s->control, buf, sizeof buf) ;
  for (ssize_t i = 0 ; i < r ; i++)
    if (of_letter[(unsigned char)buf[i]]) (*of_letter[(unsigned char)buf[i]])(s) ;
}

/* Returns 1, 0: there is none, or -1: reported. */
static int execute (struct scanner *s, char const *path)
{
  char const *argv[2] = { path, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  pid_t pid = 0 ;
  request.path = path ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  if (child_stdin(s, &request)) pid = spawn(&request, &executing) ;
  if (pid) return 1 ;
  if (errno == ENOENT || errno == ENOTDIR) return 0 ;
  strerr_warnwu3sys("execute ", path, " (doing what the signal does by default)") ;
  return -1 ;
}

/* By one that was put into LIVE, or else by SCAN's own, which is trusted as its ./run are. */
static int replaced (struct scanner *s, char const *path)
{
  char own[SCAN_PATH_MAX + SCAN_PATH_MAX] ;
  int r = trusted_file(path) ? execute(s, path) : 0 ;
  if (r || s->in_place) return r == 1 ;
  snprintf(own, sizeof own, "%s/%s", s->scan, path) ;
  return execute(s, own) == 1 ;
}

/* Some images stop with one of these; others only mean to tell a program something. */
static void say_stopping (struct on_signal const *on)
{
  strerr_warni4x("stopping everything, as SIG", sig_name(on->number), " asks for: to have something else done, make an executable ", on->replacement) ;
}

void requests_signal (struct scanner *s, int sig, int by_kernel)
{
  if (s->cmd.gets_signals && s->cmd.pid && sig != SIGCHLD && sig != SIGALRM)
  {
    cmd_signal(s, sig) ;
    return ;
  }
  for (size_t i = 0 ; i < sizeof of_signal / sizeof *of_signal ; i++)
  {
    struct on_signal const *on = of_signal + i ;
    void (*todo) (struct scanner *) = s->container_signals ? on->in_container : on->act ;
    if (on->number != sig) continue ;
    if (on->replacement && replaced(s, on->replacement)) return ;
    if (sig == SIGWINCH && by_kernel) return ; /* the size of a terminal has changed */
    if (!todo) return ;
    if (!on->act && sig != SIGWINCH && !s->stop.on) say_stopping(on) ;
    (*todo)(s) ;
    return ;
  }
}
