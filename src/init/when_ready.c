#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/message.h"
#include "base/program.h"
#include "init/init.h"

/* Starts `reeve wait` as a child, which is killed if this process ends first. */
static pid_t start_wait (char const *program, char const *const *argv)
{
  pid_t us = getpid() ;
  pid_t pid = fork() ;
  if (pid) return pid ;
  prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL) ;
  if (getppid() == us) execv(program, (char *const *)argv) ;
  _exit(EXIT_NOT_EXECUTED) ;
}

static void wait_for_services (void)
{
  struct options options ;
  char program[PROGRAM_PATH_MAX] ;
  char timeout[UINT32_FMT + sizeof "ms"] ;
  char const *argv[] = { "reeve", "wait", "--timeout", timeout, "ready", "--all", 0 } ;
  int wstat ;
  size_t len ;
  pid_t pid ;
  options_read(&options, 0) ;
  len = uint32_fmt(timeout, options.command_waits_ms) ;
  timeout[len] = 'm' ;
  timeout[len + 1] = 's' ;
  timeout[len + 2] = 0 ;
  pid = program_beside(program, "reeve") ? start_wait(program, argv) : -1 ;
  if (pid == -1)
  {
    strerr_warnwu1sys("wait for the services (running the command at once)") ;
    return ;
  }
  while (waitpid(pid, &wstat, 0) == -1 && errno == EINTR) ;
  if (wstat) strerr_warnw1x("running the command though not all services are ready (S6_CMD_WAIT_FOR_SERVICES_MAXTIME)") ;
}

int when_ready_main (int argc, char const *const *argv)
{
  if (argc < 2) strerr_dieusage(EXIT_USAGE, "when-ready PROGRAM [ARGUMENT...]") ;
  message_begin() ;
  wait_for_services() ;
  execvp(argv[1], (char *const *)(argv + 1)) ;
  strerr_diefu2sys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED, "execute ", argv[1]) ;
}
