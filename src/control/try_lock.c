#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/trust.h"
#include "control/try_lock.h"
#include "service/name.h"
#include "wire/channels.h"

#define LOCK_TRIES 25
#define LOCK_PAUSE_MS 20

/* Takes the lock, exclusive or shared. Returns a descriptor; -1: another process has the lock; -2 with errno:
   the directory cannot be opened. */
static int lock_service (char const *name, int how)
{
  char path[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX + sizeof "/supervise"] ;
  int way ;
  int fd ;
  snprintf(path, sizeof path, "%s/supervise", name) ;
  way = trust_anyones_directory(AT_FDCWD, path, 0) ;
  fd = way >= 0 ? openat(way, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1 ;
  if (way >= 0) fd_close(way) ;
  if (fd == -1) return -2 ;
  if (flock(fd, how | LOCK_NB) != -1 || errno != EWOULDBLOCK) return fd ; /* some filesystems have no locks: then goes on without */
  fd_close(fd) ;
  return -1 ;
}

int try_is_under_way (char const *name)
{
  int fd = lock_service(name, LOCK_SH) ;
  if (fd >= 0) fd_close(fd) ;
  return fd == -1 ;
}

int try_refuses (struct request const *request)
{
  int code = EXIT_YES ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (try_is_under_way(request->names[i]))
    {
      strerr_warnw2x(request->names[i], " is being tried by a `reeve try`, which would undo this at its end: end that first (Ctrl-C there, or SIGTERM to it)") ;
      code = EXIT_NO ;
    }
  return code ;
}

/* Tries several times: try_is_under_way() takes the lock for a moment. */
int try_lock (char const *name)
{
  int fd = -1 ;
  for (unsigned int i = 0 ; i < LOCK_TRIES && fd == -1 ; i++)
  {
    if (i) poll(0, 0, LOCK_PAUSE_MS) ;
    fd = lock_service(name, LOCK_EX) ;
  }
  return fd ;
}
