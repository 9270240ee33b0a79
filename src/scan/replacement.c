#include "scan/replacement.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/spawn.h"
#include "scan/child.h"
#include "scan/trusted.h"

static int const replaceable[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPWR, SIGWINCH } ;

static int is_replaceable (int sig)
{
  for (size_t i = 0 ; i < sizeof replaceable / sizeof *replaceable ; i++)
    if (replaceable[i] == sig) return 1 ;
  return 0 ;
}

/* Executes `path` if it is there. Returns 1; 0: there is none; -1: it failed, and a message was
   written. */
static int execute (struct scanner *s, char const *path)
{
  char const *argv[2] = { path, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  pid_t pid = 0 ;
  if (access(path, F_OK) == -1 && (errno == ENOENT || errno == ENOTDIR)) return 0 ; /* the usual case */
  request.path = path ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  if (child_stdin(s, &request)) pid = spawn(&request, &executing) ;
  if (pid) return 1 ;
  if (errno == ENOENT || errno == ENOTDIR) return 0 ;
  strerr_warnwu3sys("execute ", path, " (doing what the signal does by default)") ;
  return -1 ;
}

int replacement_execute (struct scanner *s, int sig)
{
  char path[sizeof ".s6-svscan/SIG" + 16] ;
  char own[SCAN_PATH_MAX + sizeof path] ;
  int r ;
  if (!is_replaceable(sig)) return 0 ;
  snprintf(path, sizeof path, ".s6-svscan/SIG%s", sig_name(sig)) ;
  r = trusted_file(path) ? execute(s, path) : 0 ;
  if (r || s->in_place) return r == 1 ;
  snprintf(own, sizeof own, "%s/%s", s->scan, path) ; /* trusted as the ./run scripts there are */
  return execute(s, own) == 1 ;
}
