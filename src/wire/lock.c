#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/trust.h"
#include "wire/lock.h"

int lock_take (char const *path, mode_t mode)
{
  return lock_take_at(AT_FDCWD, path, mode) ;
}

int lock_take_at (int dir, char const *path, mode_t mode)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int fd = openat(dir, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode) ;
  if (fd == -1) return -1 ;
  if (fcntl(fd, F_SETLK, &whole) == -1)
  {
    int err = errno == EAGAIN || errno == EACCES ? EBUSY : errno ;
    fd_close(fd) ;
    errno = err ;
    return -1 ;
  }
  return fd ;
}

pid_t lock_holder (char const *path, int *foreign)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int fd = trust_open(path, O_RDONLY | O_NONBLOCK, 0) ;
  *foreign = 0 ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  if (fcntl(fd, F_GETLK, &whole) == -1)
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
    return -1 ;
  }
  fd_close(fd) ;
  if (whole.l_type == F_UNLCK) return 0 ;
  if (whole.l_pid > 0) return whole.l_pid ;
  *foreign = 1 ; /* the holder is in another PID namespace */
  return 0 ;
}
