#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

int file_open (char const *path, int flags, mode_t mode)
{
  return openat(AT_FDCWD, path, flags | O_CLOEXEC, mode) ;
}

ssize_t file_read_close (int fd, char *text, size_t max)
{
  size_t n ;
  int err ;
  errno = 0 ;
  n = allread(fd, text, max) ;
  err = n == max || errno == EPIPE ? 0 : errno ; /* allread() reports the end of the file as EPIPE */
  fd_close(fd) ;
  text[err ? 0 : n] = 0 ;
  errno = err ;
  return err ? -1 : (ssize_t)n ;
}

ssize_t file_read (int dir, char const *path, char *text, size_t max)
{
  int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) ;
  text[0] = 0 ;
  return fd == -1 ? -1 : file_read_close(fd, text, max) ;
}

int file_replace (char const *path, char const *fresh, char const *bytes, size_t len)
{
  int ok ;
  int fd = file_open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644) ;
  if (fd == -1) return 0 ;
  ok = allwrite(fd, bytes, len) == len ;
  fd_close(fd) ;
  return ok && rename(fresh, path) != -1 ;
}
