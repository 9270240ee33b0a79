#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/signals.h"
#include "base/spawn.h"
#include "control/caller.h"
#include "control/control.h"
#include "control/owner.h"
#include "control/services.h"
#include "control/try.h"
#include "control/try_lock.h"

static void say_setting (char const *file, char const *value, char const *allowed, int err)
{
  errno = err ;
  if (err) strerr_warnwu5sys("read ", file, " (allowed: ", allowed, ")") ;
  else strerr_warnw6x("invalid ", file, ": \"", value, "\": allowed: ", allowed) ;
}

/* Learns how the service runs, with its settings, and sets up the signals. Returns an exit code. */
static int prepare (struct try *try)
{
  sigset_t stops ;
  int read ;
  int code = likeness_find(&try->like, try->request, LIKENESS_SUPERVISOR) ;
  if (code) return code ;
  read = likeness_read(&try->like) ;
  owner_become() ; /* only that user may read the files in its directory */
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
  if (fchdir(try->live) == -1) return try_fail("prepare to run", try) ;
  spawn_prepare_signals() ;
  sigemptyset(&stops) ;
  sigaddset(&stops, SIGTSTP) ;
  sigaddset(&stops, SIGTTIN) ;
  sigaddset(&stops, SIGTTOU) ;
  sigprocmask(SIG_UNBLOCK, &stops, 0) ;
  return EXIT_YES ;
}

/* A signal of the terminal (Ctrl-C) has reached the keeper already: the kernel sends it to all. */
static int wait_for (struct try *try)
{
  int wstat ;
  try->signals = signals_open(try_signals, TRY_SIGNALS) ;
  if (try->signals == -1) return try_fail("prepare to run", try) ;
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

/* Why the service cannot be tried; 0: it can be. */
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
  if (try.keeper == -1) return try_fail("make a process for", &try) ;
  if (!try.keeper) _exit(try_keep(&try, own)) ;
  if (try.lock >= 0) fd_close(try.lock) ;
  code = wait_for(&try) ;
  if (has_terminal) tcsetattr(0, TCSANOW, &terminal) ;
  return code ;
}
