#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/process.h"
#include "exec/exec.h"

#ifndef SYS_pidfd_open
# define SYS_pidfd_open 434
#endif

int notify_socket (void)
{
  static int const one = 1 ;
  struct sockaddr_un address = { .sun_family = AF_UNIX } ;
  socklen_t size = sizeof address.sun_family ; /* without a path, so that the kernel chooses a name */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) ;
  if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) == -1 || bind(fd, (struct sockaddr *)&address, size) == -1)
    strerr_diefu1sys(EXIT_SYSTEM, "make a notify socket") ;
  size = sizeof address ;
  if (getsockname(fd, (struct sockaddr *)&address, &size) == -1 || size < offsetof(struct sockaddr_un, sun_path) + 2 || size >= sizeof address)
    strerr_diefu1sys(EXIT_SYSTEM, "name the notify socket") ;
  address.sun_path[0] = '@' ; /* how a name in the abstract namespace is written */
  address.sun_path[size - offsetof(struct sockaddr_un, sun_path)] = 0 ;
  environment_set("NOTIFY_SOCKET", address.sun_path) ;
  return fd ;
}

int helper_take_notification (int fd, int above)
{
  int other = fcntl(fd, F_DUPFD_CLOEXEC, above) ;
  char number[UINT_FMT] ;
  number[uint_fmt(number, (unsigned int)fd)] = 0 ;
  if (other == -1) strerr_diefu3sys(EXIT_SYSTEM, "use descriptor ", number, ", which is to tell readiness (is this run by a supervisor?)") ;
  fd_close(fd) ;
  return other ;
}

static void __attribute__((noreturn)) help (struct helper const *helper, int executed)
{
  char c ;
  prctl(PR_SET_NAME, PROCESS_HELPER_NAME) ; /* a supervisor that finds it as a stray knows by the name that it ends by itself */
  setpgid(0, 0) ; /* a kill of the program's process group must not hit the helper, which still has to end the check */
  for (int const *fd = helper->not_held ; fd && *fd >= 0 ; fd++) close(*fd) ;
  /* Waits until the program is executed, or could not be. */
  while (read(executed, &c, 1) == -1 && errno == EINTR) ;
  fd_close(executed) ;
  /* A watchdog gives commands to the supervisor, which the program's user may not do. */
  if (helper->identity && !helper->readiness.watchdog_ms) identity_become(helper->identity, 1) ;
  _exit(readiness_find_out(&helper->readiness)) ;
}

/* In a child, whose end is waited for: forks the helper, which so is not a child of the program. */
static void __attribute__((noreturn)) fork_again (struct helper const *helper, int executed)
{
  pid_t pid = fork() ;
  if (!pid) help(helper, executed) ;
  _exit(pid == -1 ? EXIT_SYSTEM : 0) ;
}

void helper_start (struct helper *helper)
{
  int executed[2] ;
  int wstat = 0 ;
  pid_t pid ;
  struct process_look look ;
  helper->readiness.program_uid = helper->identity ? helper->identity->uid : getuid() ;
  helper->readiness.program_pid = getpid() ;
  helper->readiness.program = (int)syscall(SYS_pidfd_open, (long)helper->readiness.program_pid, 0L) ;
  if (helper->readiness.program < 0 && process_look(helper->readiness.program_pid, &look)) helper->readiness.program_started_ms = look.started_ms ;
  if (pipe2(executed, O_CLOEXEC) == -1) strerr_diefu1sys(EXIT_SYSTEM, "make a pipe") ;
  pid = fork() ;
  if (!pid)
  {
    close(executed[1]) ;
    if (helper->is_child) help(helper, executed[0]) ;
    fork_again(helper, executed[0]) ;
  }
  if (pid != -1 && !helper->is_child) while (waitpid(pid, &wstat, 0) == -1 && errno == EINTR) ;
  if (wstat) errno = EAGAIN ;
  if (pid == -1 || wstat) strerr_diefu1sys(EXIT_SYSTEM, "fork") ;
  fd_close(executed[0]) ;
  fd_close(helper->readiness.notification) ;
  if (helper->readiness.program >= 0) fd_close(helper->readiness.program) ;
  if (helper->readiness.socket >= 0) fd_close(helper->readiness.socket) ;
}
