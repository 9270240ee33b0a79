#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "base/trust.h"
#include "control/caller.h"
#include "control/control.h"
#include "control/likeness.h"
#include "control/owner.h"
#include "control/page.h"
#include "control/services.h"
#include "control/try_lock.h"
#include "control/view.h"
#include "control/why_end.h"
#include "service/executable.h"
#include "service/instance.h"
#include "service/name.h"
#include "service/settings.h"

#define CODE_BY_SIGNAL 128
#define RUN_LOCK "supervise/run-lock" /* as the supervisor's */

#define LOOK_AGAIN_MS 1000 /* at what others do with the service */
#define TWICE_MS 1000 /* a signal so soon after another one is the same, sent to us and to our process group */

/* Three processes. The first one passes signals on, and waits. Its child, the keeper, looks after the service and starts it again,
   however that went, and also when the first one was killed. The keeper's child stops the service, and becomes its ./run. */
struct try
{
  struct request const *request ;
  char const *name ;
  struct view before ;
  struct likeness like ;
  struct settings settings ;
  pid_t keeper ;
  pid_t child ;
  int live ; /* the directory */
  int lock ; /* the keeper's: nobody else starts the service */
  int signals ;
  int executed[2] ; /* a byte when ./run is about to be executed, the end when it was */
  int notification[2] ;
  uint64_t started_ms ; /* 0: not executed (yet) */
  uint64_t told_ms ; /* when it was told to end */
  uint64_t looked_ms ;
  int wstat ;
  unsigned int has_ended : 1 ;
  unsigned int told : 1 ; /* to end, once */
} ;

static int const trapped[] = { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT } ;

/* ---- the child ---- */

static void say_setting (char const *file, char const *value, char const *allowed, int err)
{
  errno = err ;
  if (err) strerr_warnwu5sys("read ", file, " (allowed: ", allowed, ")") ;
  else strerr_warnw6x("invalid ", file, ": \"", value, "\": allowed: ", allowed) ;
}

static void take_signals (void)
{
  sigset_t none ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
}

/* No other descriptor is in its place then: all of ours are above. */
static int above (struct try const *try, int fd)
{
  int most = try->settings.notification_fd > try->settings.lock_fd ? try->settings.notification_fd : try->settings.lock_fd ;
  return fcntl(fd, F_DUPFD_CLOEXEC, most < 2 ? 3 : most + 1) ;
}

static int place_descriptors (struct try *try)
{
  int lock ;
  try->executed[1] = above(try, try->executed[1]) ;
  if (try->executed[1] == -1) return 0 ;
  if (try->settings.lock_fd != SETTING_NO_FD)
  {
    lock = file_open(RUN_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600) ;
    if (lock == -1 || (lock = above(try, lock)) == -1 || flock(lock, LOCK_EX) == -1) return 0 ;
    if (dup2(above(try, lock), try->settings.lock_fd) == -1) return 0 ;
  }
  return try->settings.notification_fd == SETTING_NO_FD || dup2(above(try, try->notification[1]), try->settings.notification_fd) != -1 ;
}

static char const *instance_in (struct try const *try)
{
  size_t len = sizeof INSTANCE_VARIABLE - 1 ;
  for (char **each = try->like.environment ; *each ; each++)
    if (!strncmp(*each, INSTANCE_VARIABLE, len) && (*each)[len] == '=') return *each + len + 1 ;
  return 0 ;
}

static int fail (char const *what, struct try const *try)
{
  strerr_warnwu3sys(what, " ", try->name) ;
  return EXIT_SYSTEM ;
}

static int execute (struct try *try)
{
  char why[EXECUTABLE_WHY_MAX] ;
  char const *argv[4] = { "./run", try->name, instance_in(try), 0 } ;
  int err ;
  likeness_take_limits(&try->like) ;
  if (!likeness_take_identity(&try->like)) return fail("become the user of", try) ;
  if (prctl(PR_SET_PDEATHSIG, (unsigned long)try->settings.down_signal, 0L, 0L, 0L) == -1 || getppid() != try->keeper) return EXIT_SYSTEM ;
  if (try->like.has_umask) umask(try->like.umask) ;
  if (fchdir(try->like.cwd) == -1) return fail("enter the directory of", try) ;
  if (!place_descriptors(try)) return fail("prepare the descriptors of", try) ;
  if (write(try->executed[1], "", 1) != 1) return fail("go on with", try) ;
  execve("./run", (char *const *)argv, try->like.environment) ;
  err = errno ;
  strerr_warnwu4x("execute the run of ", try->name, ": ", executable_why_not("./run", err, why, sizeof why)) ;
  return err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED ;
}

static int stop_and_execute (struct try *try)
{
  struct view now ;
  int code ;
  take_signals() ;
  code = command_stop(try->request) ;
  if (code) return code ;
  if (view_read(&now, try->name) && (now.up || !now.finished))
  {
    strerr_warnw2x(try->name, " was started again meanwhile: not running it twice") ;
    return EXIT_NO ;
  }
  return execute(try) ;
}

/* ---- the keeper ---- */

static int tell_child (pid_t pid, void *data)
{
  kill(pid, *(int *)data) ;
  kill(pid, SIGCONT) ;
  return 1 ;
}

/* The second time it is killed: whoever asks twice does not want to wait. */
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
    try->wstat = wstat ; /* where it has gone into the background, of what it has left there */
    try->has_ended = 1 ;
  }
}

/* What is typed has reached the child already. */
static void take_signal (struct try *try)
{
  int by_kernel ;
  int sig = signals_read_from(try->signals, &by_kernel) ;
  if (sig == SIGCHLD) reap(try) ;
  else if (sig == SIGTERM || sig == SIGHUP || (sig && try->has_ended)) tell_to_end(try) ; /* what is left may be in another session */
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

/* Or has it? */
static int everything_stops (struct try const *try)
{
  struct view now ;
  return services_scanner_stops() || (!services_scanner_lives() && view_read(&now, try->name) && now.state == STATE_UNSUPERVISED) ;
}

/* A command of s6's asks nobody. */
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

/* Whatever its ./run has left behind, as the supervisor does it. */
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
  if (try->child == -1) return fail("make a process for", try) ;
  if (!try->child) _exit(stop_and_execute(try)) ;
  fd_close(try->executed[1]) ;
  fd_close(try->notification[1]) ;
  while (!try->has_ended) look_after(try, -1) ;
  while (try->executed[0] >= 0) take_execution(try) ;
  while (try->settings.forks && try->started_ms && WIFEXITED(try->wstat) && !WEXITSTATUS(try->wstat) && process_any_child()) look_after(try, -1) ;
  if (try->started_ms) say_end(try) ;
  end_strays(try) ;
  return WIFSIGNALED(try->wstat) ? CODE_BY_SIGNAL + WTERMSIG(try->wstat) : WEXITSTATUS(try->wstat) ;
}

/* Returns an exit code. */
static int prepare (struct try *try)
{
  sigset_t stops ;
  int read ;
  int code = likeness_find(&try->like, try->request, LIKENESS_SUPERVISOR) ;
  if (code) return code ;
  read = likeness_read(&try->like) ;
  owner_become() ; /* in its directory are its files */
  if (!read) read = likeness_read(&try->like) ;
  if (!read || try->like.cwd == -1)
  {
    owner_return() ;
    return likeness_say_unreadable(&try->like, "environment") ;
  }
  if (fchdir(try->like.cwd) != -1)
  {
    settings_read(&try->settings, SETTINGS_START, &say_setting) ;
    settings_honour(&try->settings, &say_setting) ;
  }
  owner_return() ;
  if (fchdir(try->live) == -1) return fail("prepare to run", try) ;
  spawn_prepare_signals() ;
  sigemptyset(&stops) ;
  sigaddset(&stops, SIGTSTP) ;
  sigaddset(&stops, SIGTTIN) ;
  sigaddset(&stops, SIGTTOU) ;
  sigprocmask(SIG_UNBLOCK, &stops, 0) ;
  return EXIT_YES ;
}

static int keep (struct try *try, pid_t parent)
{
  struct request again = *try->request ;
  int code ;
  try->keeper = getpid() ;
  if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM, 0L, 0L, 0L) == -1 || getppid() != parent) return EXIT_SYSTEM ;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == -1) strerr_warnwu1sys("become a subreaper: what is left behind falls to another process") ;
  try->signals = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
  if (try->signals == -1 || pipe2(try->executed, O_CLOEXEC) == -1 || pipe2(try->notification, O_CLOEXEC) == -1) return fail("prepare to run", try) ;
  code = run(try) ;
  if (try->lock >= 0) fd_close(try->lock) ;
  again.no_wait = 1 ;
  if ((!try->before.wanted_up && !try->before.done) || everything_stops(try)) return code ;
  if (try->started_ms) strerr_warni3x("starting ", try->name, " again") ;
  return command_start(&again) ? EXIT_SYSTEM : code ;
}

/* ---- the first one ---- */

/* What is typed has reached the keeper already. */
static int wait_for (struct try *try)
{
  int wstat ;
  try->signals = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
  if (try->signals == -1) return fail("prepare to run", try) ;
  while (waitpid(try->keeper, &wstat, WNOHANG) != try->keeper)
  {
    struct pollfd x = { .fd = try->signals, .events = POLLIN } ;
    int by_kernel ;
    int sig ;
    poll(&x, 1, -1) ;
    while ((sig = signals_read_from(try->signals, &by_kernel)))
      if (sig != SIGCHLD && !by_kernel) kill(try->keeper, sig) ;
  }
  if (WIFEXITED(wstat)) return WEXITSTATUS(wstat) ;
  strerr_warnw4x("what looked after ", try->name, " was killed: start it again: reeve start ", try->name) ;
  return EXIT_SYSTEM ;
}

/* Why it cannot be tried; 0: it can. */
static char const *obstacle (struct try const *try)
{
  if (strchr(try->name, '/')) return " is a logger: its input comes from its service" ;
  if (try->before.state == STATE_DISABLED) return " is disabled (enable-if)" ;
  if (try->before.state == STATE_UNSUPERVISED) return " has no supervisor" ;
  if (services_scanner_stops()) return " is not started any more: everything is being stopped" ;
  if (caller_descends_from(view_supervisor(try->name))) return " has started this command, and would have to end first" ;
  return 0 ;
}

int command_try (struct request const *request)
{
  static struct try try ; /* large */
  pid_t own = getpid() ;
  struct termios terminal ;
  int has_terminal = tcgetattr(0, &terminal) != -1 ;
  char const *why ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  try = (struct try) { .request = request, .name = request->names[0], .live = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .lock = -1, .signals = -1 } ;
  settings_defaults(&try.settings) ;
  if (try.live == -1 || !view_read(&try.before, try.name))
  {
    strerr_warnwu5sys("read the state of ", try.name, " in ", request->live, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  why = obstacle(&try) ;
  if (why)
  {
    strerr_warnw2x(try.name, why) ;
    return EXIT_NO ;
  }
  try.lock = try_lock(try.name) ;
  if (try.lock == -1)
  {
    strerr_warnw2x(try.name, " is being tried by another `reeve try`") ;
    return EXIT_NO ;
  }
  code = prepare(&try) ;
  if (code) return code ;
  try.keeper = fork() ;
  if (try.keeper == -1) return fail("make a process for", &try) ;
  if (!try.keeper) _exit(keep(&try, own)) ;
  if (try.lock >= 0) fd_close(try.lock) ;
  code = wait_for(&try) ;
  if (has_terminal) tcsetattr(0, TCSANOW, &terminal) ;
  return code ;
}
