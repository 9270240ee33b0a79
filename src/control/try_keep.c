#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/signals.h"
#include "control/page.h"
#include "control/services.h"
#include "control/try.h"
#include "control/why_end.h"

#define CODE_BY_SIGNAL 128
#define LOOK_AGAIN_MS 1000 /* at what others do with the service */
#define TWICE_MS 1000 /* a second signal within this time is the same one, sent to us and to our process group */

int const try_signals[TRY_SIGNALS] = { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT } ;

/* Is everything being stopped, or has it already been? */
static int everything_stops (struct try const *try)
{
  struct view now ;
  return services_scanner_stops() || (!services_scanner_lives() && view_read(&now, try->name) && now.state == STATE_UNSUPERVISED) ;
}

static int tell_child (pid_t pid, void *data)
{
  kill(pid, *(int *)data) ;
  kill(pid, SIGCONT) ;
  return 1 ;
}

/* The second time the service is killed: a user who asks twice does not want to wait. */
static void tell_to_end (struct try *try)
{
  int sig = try->told ? SIGKILL : try->started_ms ? try->settings.down_signal : SIGTERM ;
  uint64_t now = clock_ms() ;
  if (try->told && now - try->told_ms < TWICE_MS) return ;
  try->told = 1 ;
  try->told_ms = now ;
  if (!process_each_child(&tell_child, &sig) && !try->has_ended) tell_child(try->child, &sig) ;
}

static void reap (struct try *try)
{
  int wstat ;
  pid_t pid ;
  while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
  {
    if (pid != try->child && !(try->settings.forks && try->has_ended)) continue ;
    try->wstat = wstat ; /* of a service that goes into the background: the wait status of what runs there */
    try->has_ended = 1 ;
  }
}

/* A signal of the terminal (Ctrl-C) has reached the child already: the kernel sends it to all. */
static void take_signal (struct try *try)
{
  int by_kernel ;
  int sig = signals_read_from(try->signals, &by_kernel) ;
  if (sig == SIGCHLD) reap(try) ;
  else if (sig == SIGTERM || sig == SIGHUP || (sig && try->has_ended)) tell_to_end(try) ; /* strays may be in another session */
  else if (sig && !by_kernel) kill(try->child, sig) ;
}

static void take_readiness (struct try *try)
{
  char buf[256] ;
  char after[PAGE_DURATION_MAX] ;
  ssize_t r = read(try->notification[0], buf, sizeof buf) ;
  if (r > 0 && !memchr(buf, '\n', (size_t)r)) return ;
  if (r > 0) strerr_warni4x(try->name, " has told that it is ready, ", page_precise(after, clock_ms() - try->started_ms), " after its start") ;
  fd_close(try->notification[0]) ;
  try->notification[0] = -1 ;
}

static void take_execution (struct try *try)
{
  char byte ;
  if (read(try->executed[0], &byte, 1) == 1) try->started_ms = clock_ms() ;
  else
  {
    fd_close(try->executed[0]) ;
    try->executed[0] = -1 ;
  }
}

/* s6's commands do not look at the lock: the service may have been started elsewhere. */
static void look_at_others (struct try *try)
{
  struct view now ;
  char const *why = 0 ;
  if (!try->started_ms || try->told || clock_ms() - try->looked_ms < LOOK_AGAIN_MS) return ;
  try->looked_ms = clock_ms() ;
  if (everything_stops(try)) why = "as everything is being stopped" ;
  else if (view_read(&now, try->name) && now.up) why = "as it was started elsewhere" ;
  if (!why) return ;
  strerr_warnw4x("ending ", try->name, " here, ", why) ;
  tell_to_end(try) ;
}

static void look_after (struct try *try, int ms)
{
  struct pollfd x[] = { { .fd = try->signals, .events = POLLIN }, { .fd = try->executed[0], .events = POLLIN }, { .fd = try->notification[0], .events = POLLIN } } ;
  int r = poll(x, 3, ms < 0 || ms > LOOK_AGAIN_MS ? LOOK_AGAIN_MS : ms) ;
  look_at_others(try) ;
  if (r <= 0) return ;
  if (x[1].revents) take_execution(try) ;
  if (x[2].revents) take_readiness(try) ;
  if (x[0].revents) take_signal(try) ;
}

/* Ends what ./run has left behind, as the supervisor does. */
static void end_strays (struct try *try)
{
  uint64_t until = clock_ms() + try->settings.timeout_strays_ms ;
  int sig = try->settings.down_signal ;
  if (try->settings.keep_strays || !process_any_child()) return ;
  strerr_warni2x("ending what is left behind by ", try->name) ;
  process_each_child(&tell_child, &sig) ;
  while (process_any_child())
  {
    uint64_t now = clock_ms() ;
    int last = try->settings.timeout_strays_ms && now >= until ;
    if (last) sig = SIGKILL ;
    if (last) process_each_child(&tell_child, &sig) ;
    look_after(try, try->settings.timeout_strays_ms ? last ? 100 : (int)(until - now) : -1) ;
  }
}

static void say_end (struct try const *try)
{
  char after[PAGE_DURATION_MAX] ;
  char words[END_WORDS_MAX] ;
  struct end_facts facts = { .wstat = (unsigned int)try->wstat, .task = try->settings.oneshot } ;
  int sig = WIFSIGNALED(try->wstat) ? WTERMSIG(try->wstat) : 0 ;
  if (sig == SIGINT || sig == SIGQUIT || (try->told && sig)) view_describe_end(facts.wstat, 0, words, sizeof words) ;
  else why_end_describe(&facts, words) ;
  strerr_warni5x(try->name, " has ended ", page_precise(after, clock_ms() - try->started_ms), " after its start: ", words) ;
}

static int run (struct try *try)
{
  try->child = fork() ;
  if (try->child == -1) return try_fail("make a process for", try) ;
  if (!try->child) _exit(try_stop_and_execute(try)) ;
  fd_close(try->executed[1]) ;
  fd_close(try->notification[1]) ;
  while (!try->has_ended) look_after(try, -1) ;
  while (try->executed[0] >= 0) take_execution(try) ;
  while (try->settings.forks && try->started_ms && WIFEXITED(try->wstat) && !WEXITSTATUS(try->wstat) && process_any_child()) look_after(try, -1) ;
  if (try->started_ms) say_end(try) ;
  end_strays(try) ;
  return WIFSIGNALED(try->wstat) ? CODE_BY_SIGNAL + WTERMSIG(try->wstat) : WEXITSTATUS(try->wstat) ;
}

int try_keep (struct try *try, pid_t parent)
{
  struct request again = *try->request ;
  int code ;
  try->keeper = getpid() ;
  if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM, 0L, 0L, 0L) == -1 || getppid() != parent) return EXIT_SYSTEM ;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == -1) strerr_warnwu1sys("become a subreaper: what is left behind falls to another process") ;
  try->signals = signals_open(try_signals, TRY_SIGNALS) ;
  if (try->signals == -1 || pipe2(try->executed, O_CLOEXEC) == -1 || pipe2(try->notification, O_CLOEXEC) == -1) return try_fail("prepare to run", try) ;
  code = run(try) ;
  if (try->lock >= 0) fd_close(try->lock) ;
  again.no_wait = 1 ;
  if ((!try->before.wanted_up && !try->before.done) || everything_stops(try)) return code ;
  if (try->started_ms) strerr_warni3x("starting ", try->name, " again") ;
  return command_start(&again) ? EXIT_SYSTEM : code ;
}
