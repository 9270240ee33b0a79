#include "wire/channels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/trust.h"

#define SHARED_MODE 0622

/* Makes a fifo with exactly this mode, whatever the umask: a chmod() afterwards would leave a
   moment with another mode. Returns 1; 2: it exists already, see *present; 0 with errno. */
static int make (char const *path, mode_t mode, struct stat *present)
{
  mode_t mask = umask(0) ;
  int made = mkfifo(path, mode) ;
  umask(mask) ; /* does not change errno */
  if (!made) return 1 ;
  if (errno != EEXIST || lstat(path, present) == -1) return 0 ;
  if (S_ISFIFO(present->st_mode) && (present->st_uid == geteuid() || !present->st_uid)) return 2 ;
  errno = EEXIST ;
  return 0 ;
}

int fifo_make (char const *path)
{
  struct stat present ;
  return !!make(path, 0600, &present) ;
}

int fifo_make_shared (char const *path)
{
  struct stat present ;
  int ok ;
  int fd ;
  int made = make(path, SHARED_MODE, &present) ;
  if (made < 2 || (present.st_mode & 0777) == SHARED_MODE || present.st_uid != geteuid()) return !!made ;
  fd = fifo_open(path, O_RDONLY) ; /* an earlier version has made it */
  if (fd == -1) return 0 ;
  ok = fchmod(fd, SHARED_MODE) != -1 ;
  fd_close(fd) ;
  return ok ;
}

int fifo_open (char const *path, int flags)
{
  struct stat st ;
  int err = EINVAL ;
  int fd = trust_open(path, flags | O_NONBLOCK, 0) ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (S_ISFIFO(st.st_mode)) return fd ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

int fifo_byte (int fd, struct flock *byte)
{
  struct stat st ;
  if (fstat(fd, &st) == -1) return 0 ;
  *byte = (struct flock) { .l_whence = SEEK_SET, .l_start = (off_t)(st.st_ino & (INT64_MAX >> 1)), .l_len = 1 } ;
  return 1 ;
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
