#include "base/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/uint32.h>

#include "base/program.h"
#include "base/spawn.h"

static void say_not_executed (char const *program)
{
  strerr_warnwu3sys("upgrade: execute ", program, " (going on with the present program)") ;
}

pid_t upgrade_try (char const *name, char const *const *argv)
{
  char program[PROGRAM_PATH_MAX] ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  pid_t pid ;
  program_self(program, name) ;
  request.path = program ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.ours = 1 ;
  pid = spawn(&request, &executing) ;
  if (!pid) say_not_executed(program) ;
  return pid ;
}

int upgrade_can (int wstat, int timed_out)
{
  if (WIFEXITED(wstat) && !WEXITSTATUS(wstat)) return 1 ;
  if (!timed_out)
    strerr_warnw1x(WIFSIGNALED(wstat) ? "upgrade: the new program has crashed in its trial: going on with the present one"
      : "upgrade: the new program cannot go on from the present state: going on with the present one") ;
  return 0 ;
}

/* Sets the flags of the open descriptors. Returns 0 with errno if that fails for one. */
static int pass (int const *fds, unsigned int count, int flags)
{
  int ok = 1 ;
  for (unsigned int i = 0 ; i < count ; i++)
    if (fds[i] >= 0) ok &= fcntl(fds[i], F_SETFD, flags) != -1 ;
  return ok ;
}

void upgrade_execute (char const *name, char const *const *argv, int const *fds, unsigned int count)
{
  char program[PROGRAM_PATH_MAX] ;
  int err ;
  program_self(program, name) ;
  if (pass(fds, count, 0)) execve(program, (char *const *)argv, environ) ;
  err = errno ;
  pass(fds, count, FD_CLOEXEC) ;
  errno = err ;
  say_not_executed(program) ;
}

void upgrade_format (char out[UPGRADE_FDS_MAX * 12], int const *fds, unsigned int count)
{
  size_t n = 0 ;
  for (unsigned int i = 0 ; i < count ; i++)
  {
    n += uint32_fmt(out + n, fds[i] < 0 ? 0 : (uint32_t)fds[i]) ;
    out[n++] = i + 1 < count ? ',' : 0 ;
  }
}

int upgrade_take_over (char const *text, int *fds, unsigned int count)
{
  for (unsigned int i = 0 ; i < count ; i++)
  {
    uint32_t fd ;
    size_t n = uint32_scan(text, &fd) ;
    if (!n || text[n] != (i + 1 < count ? ',' : 0) || fd > INT32_MAX) return 0 ;
    fds[i] = fd ? (int)fd : -1 ;
    if (fd && coe((int)fd) == -1) return 0 ;
    text += n + 1 ;
  }
  return 1 ;
}
