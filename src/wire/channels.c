#include "wire/channels.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

int fifo_make (char const *path)
{
  struct stat st ;
  if (!mkfifo(path, 0600)) return 1 ;
  if (errno != EEXIST) return 0 ;
  if (lstat(path, &st) == -1) return 0 ;
  if (S_ISFIFO(st.st_mode) && (st.st_uid == geteuid() || !st.st_uid)) return 1 ;
  errno = EEXIST ;
  return 0 ;
}

int fifo_open (char const *path, int flags)
{
  struct stat st ;
  int err = EINVAL ;
  int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (S_ISFIFO(st.st_mode)) return fd ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

int fifo_send (char const *path, char const *bytes, size_t len)
{
  ssize_t w ;
  int fd = fifo_open(path, O_WRONLY) ;
  if (fd == -1) return 0 ;
  do w = write(fd, bytes, len) ; while (w == -1 && errno == EINTR) ;
  if (w == -1)
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
    return 0 ;
  }
  fd_close(fd) ;
  return 1 ;
}
