/* The processor is a program that reads `previous` and writes `processed`. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/spawn.h"
#include "log/log.h"

static int find_in (char path[PATH_MAX], char const *directories)
{
  for (;; directories++)
  {
    size_t len = strcspn(directories, ":") ;
    if ((size_t)snprintf(path, PATH_MAX, "%.*s/execlineb", (int)len, directories) < PATH_MAX && *path == '/' && !access(path, X_OK)) return 1 ;
    directories += len ;
    if (!*directories) return 0 ;
  }
}

static int find_execlineb (char path[PATH_MAX])
{
  char const *directories = getenv("PATH") ;
  return (directories && find_in(path, directories)) || find_in(path, "/command:/usr/bin:/bin:/usr/lib/execline/bin")
      || (errno = ENOENT, 0) ;
}

static int start_processor (struct logdir *d)
{
  static struct { char const *file ; int flags ; int to ; } const files[] =
  {
    { "previous", O_RDONLY, 0 },
    { "processed", O_WRONLY | O_CREAT | O_TRUNC, 1 },
    { "state", O_RDONLY | O_CREAT, 4 },
    { "newstate", O_WRONLY | O_CREAT | O_TRUNC, 5 }
  } ;
  char path[PATH_MAX] = "/bin/sh" ;
  char const *argv[4] = { d->processor_is_shells ? "sh" : "execlineb", d->processor_is_shells ? "-c" : "-Pc", d->processor, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  char const *failed = "execlineb" ;
  if (d->processor_is_shells || find_execlineb(path))
  {
    for (failed = 0 ; !failed && request.nfds < sizeof files / sizeof *files ; request.nfds++)
    {
      int fd = logdir_file(d, files[request.nfds].file, files[request.nfds].flags) ;
      if (fd == -1)
      {
        failed = files[request.nfds].file ;
        break ;
      }
      request.fd[request.nfds] = (struct spawn_fd) { .from = fd, .to = files[request.nfds].to } ;
    }
    request.path = path ;
    request.argv = argv ;
    request.envp = (char const *const *)environ ;
    request.directory = d->dir ;
    if (!failed && !(d->pid = spawn(&request, &executing))) failed = argv[0] ;
  }
  {
    int err = errno ;
    for (unsigned int i = 0 ; i < request.nfds ; i++) fd_close(request.fd[i].from) ;
    errno = err ;
  }
  return failed ? logdir_fail(d, "start the processor in", failed) : 1 ;
}

static int sync_file (struct logdir *d, char const *file, int done)
{
  int fd = logdir_file(d, file, O_WRONLY) ;
  int ok ;
  int err ;
  if (fd == -1) return 0 ;
  ok = fsync(fd) != -1 && (!done || fchmod(fd, LOGDIR_DONE_MODE) != -1) ;
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  return ok ;
}

static int collect (struct logdir *d)
{
  struct stat st ;
  if (!fstatat(d->dir, "newstate", &st, AT_SYMLINK_NOFOLLOW)) /* if not, an earlier try has come further */
  {
    if (!sync_file(d, "processed", 1)) return logdir_fail(d, "write", "processed") ;
    if (!sync_file(d, "newstate", 0)) return logdir_fail(d, "write", "newstate") ;
    if (!archive_remove(d, "previous")) return logdir_fail(d, "remove", "previous") ;
    if (renameat(d->dir, "newstate", d->dir, "state") == -1) return logdir_fail(d, "rename to state:", "newstate") ;
  }
  return archive_file(d, "processed", 's') || logdir_fail(d, "archive", "processed") ;
}

void processor_attend (struct logdir *d)
{
  int starts = d->processing == PROCESSING_START ;
  if (starts ? !start_processor(d) : !collect(d))
  {
    d->process_at_ms = clock_ms() + d->retry_ms ;
    return ;
  }
  d->processing = starts ? PROCESSING_RUNS : PROCESSING_NONE ;
  d->said = 0 ;
}

int processor_ended (struct logdir *d, pid_t pid, int wstat)
{
  if (d->processing != PROCESSING_RUNS || d->pid != pid) return 0 ;
  d->process_at_ms = clock_ms() ;
  if (!wstat) d->processing = PROCESSING_COLLECT ;
  else
  {
    strerr_warnw3x(WIFSIGNALED(wstat) ? "the processor crashed in " : "the processor failed in ", d->path, " (trying again)") ;
    d->processing = PROCESSING_START ;
    d->process_at_ms += d->retry_ms ;
  }
  return 1 ;
}
