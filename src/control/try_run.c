#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/file.h"
#include "control/try.h"
#include "service/executable.h"
#include "service/instance.h"

#define RUN_LOCK "supervise/run-lock" /* as the supervisor's */

int try_fail (char const *what, struct try const *try)
{
  strerr_warnwu3sys(what, " ", try->name) ;
  return EXIT_SYSTEM ;
}

static void take_signals (void)
{
  sigset_t none ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
}

/* Duplicates `fd` to a number above those of notification-fd and lock-fd, so that these are free. */
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

static int execute (struct try *try)
{
  char why[EXECUTABLE_WHY_MAX] ;
  char const *argv[4] = { "./run", try->name, instance_in(try), 0 } ;
  int err ;
  likeness_take_limits(&try->like) ;
  if (!likeness_take_identity(&try->like)) return try_fail("become the user of", try) ;
  if (prctl(PR_SET_PDEATHSIG, (unsigned long)try->settings.down_signal, 0L, 0L, 0L) == -1 || getppid() != try->keeper) return EXIT_SYSTEM ;
  if (try->like.has_umask) umask(try->like.umask) ;
  if (fchdir(try->like.cwd) == -1) return try_fail("enter the directory of", try) ;
  if (!place_descriptors(try)) return try_fail("prepare the descriptors of", try) ;
  if (write(try->executed[1], "", 1) != 1) return try_fail("go on with", try) ;
  execve("./run", (char *const *)argv, try->like.environment) ;
  err = errno ;
  strerr_warnwu4x("execute the run of ", try->name, ": ", executable_why_not("./run", err, why, sizeof why)) ;
  return err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED ;
}

int try_stop_and_execute (struct try *try)
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
