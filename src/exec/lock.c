#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include <skalibs/strerr.h>

#include "exec/exec.h"

int lock_file (char const *path, int follow, int wait)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW), 0600) ;
  if (fd == -1) strerr_diefu2sys(EXIT_SYSTEM, "open the lock ", path) ;
  while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) == -1)
    if (errno != EINTR) strerr_diefu2sys(EXIT_SYSTEM, "lock ", path) ;
  return fd ;
}
