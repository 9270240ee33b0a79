#include "scan/requests.h"

#include <signal.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/spawn.h"
#include "scan/look.h"
#include "scan/reap.h"
#include "scan/stopping.h"
#include "scan/templates.h"
#include "scan/upgrade.h"

enum asked /* bits */
{
  ASK_REAP = 1 << 0,
  ASK_SCAN = 1 << 1,
  ASK_PRUNE = 1 << 2, /* let go of units whose directories are missing */
  ASK_PRUNE_LOGGERS = 1 << 3, /* without waiting for its loggers */
  ASK_STOP = 1 << 4,
  ASK_STOP_LOGGERS = 1 << 5, /* also tells loggers to end */
  ASK_END = 1 << 6, /* end at once, whatever runs */
  ASK_UPGRADE = 1 << 7,
  ASK_COUNT = 1 << 8 /* count the instances of templates again */
} ;

static void act (struct scanner *s, unsigned int asked)
{
  message_end() ;
  if (asked & ASK_REAP) reap(s) ;
  if (asked & ASK_SCAN) look_order(s, 0) ;
  if (asked & (ASK_PRUNE | ASK_PRUNE_LOGGERS)) look_prune(s, !!(asked & ASK_PRUNE_LOGGERS)) ;
  if (asked & (ASK_STOP | ASK_STOP_LOGGERS)) stopping_ask(s, !!(asked & ASK_STOP_LOGGERS)) ;
  if (asked & ASK_END) s->stop.at_once = 1 ;
  if (asked & ASK_UPGRADE) upgrade_order(s) ;
  if (asked & ASK_COUNT) templates_count_again(s) ;
}

/* Indexed by the letter itself. */
static unsigned short const of_letter[256] =
{
  ['z'] = ASK_REAP,
  ['a'] = ASK_SCAN,
  ['b'] = ASK_END,
  ['h'] = ASK_SCAN | ASK_PRUNE,
  ['i'] = ASK_STOP,
  ['t'] = ASK_STOP,
  ['q'] = ASK_STOP_LOGGERS,
  ['n'] = ASK_PRUNE,
  ['N'] = ASK_PRUNE_LOGGERS,
  ['u'] = ASK_UPGRADE,
  ['c'] = ASK_COUNT,
} ;

struct on_signal
{
  int number ;
  unsigned int asks ; /* 0: nothing */
  unsigned int in_container ; /* the same with -I */
} ;

static struct on_signal const of_signal[] =
{
  { SIGCHLD, ASK_REAP, ASK_REAP },
  { SIGALRM, ASK_SCAN, ASK_SCAN },
  { SIGABRT, ASK_END, ASK_END },
  { SIGHUP, ASK_SCAN | ASK_PRUNE, ASK_SCAN | ASK_PRUNE },
  { SIGINT, ASK_STOP, ASK_STOP },
  { SIGTERM, ASK_STOP, ASK_STOP },
  { SIGQUIT, ASK_STOP_LOGGERS, ASK_STOP },
  { SIGUSR1, 0, ASK_STOP },
  { SIGUSR2, 0, ASK_STOP },
  { SIGPWR, 0, ASK_STOP },
  { SIGWINCH, 0, ASK_STOP },
  { SIGRTMIN_3, ASK_STOP, ASK_STOP }, /* means "halt" to a PID 1 in a container */
} ;

/* ---- control letters and signals ---- */

/* One read per turn: a flood of commands cannot keep signals and ended processes waiting. */
void requests_letters (struct scanner *s)
{
  char buf[256] ;
  ssize_t r = read(s->control, buf, sizeof buf) ;
  for (ssize_t i = 0 ; i < r ; i++)
    act(s, of_letter[(unsigned char)buf[i]]) ;
}

/* Some images use such a signal to stop a container; others use it only to tell a program
   something. So the message says how to change what happens. */
static void say_stopping (struct on_signal const *on)
{
  strerr_warni4x("stopping everything, as SIG", sig_name(on->number), " asks for: to have something else done, make an executable .s6-svscan/SIG", sig_name(on->number)) ;
}

void requests_signal (struct scanner *s, int sig, int by_kernel)
{
  for (size_t i = 0 ; i < sizeof of_signal / sizeof *of_signal ; i++)
  {
    struct on_signal const *on = of_signal + i ;
    unsigned int asked = s->container_signals ? on->in_container : on->asks ;
    if (on->number != sig) continue ;
    if (sig == SIGWINCH && by_kernel) return ; /* the terminal's size has changed: nobody asks for a stop */
    if (!asked) return ;
    if (!on->asks && sig != SIGWINCH && !s->stop.on) say_stopping(on) ;
    act(s, asked) ;
    return ;
  }
}
