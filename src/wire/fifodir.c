#include "wire/fifodir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/random.h>
#include <skalibs/tai.h>
#include <skalibs/types.h>

#define PREFIX "ftrig1:@"
#define STAMP_DIGITS ((size_t)2 * TAIN_PACK)
#define RANDOM_CHARACTERS 6

struct entry /* linux_dirent64, as getdents64 writes it */
{
  uint64_t ino ;
  int64_t off ;
  unsigned short reclen ;
  unsigned char type ;
  char name[] ;
} ;

int fifodir_make (char const *path, gid_t gid)
{
  struct stat st ;
  if (mkdir(path, 0700) == -1)
  {
    if (errno != EEXIST) return 0 ;
    if (lstat(path, &st) == -1) return 0 ;
    return S_ISDIR(st.st_mode) || (S_ISLNK(st.st_mode) && !stat(path, &st) && S_ISDIR(st.st_mode)) ? 1 : (errno = ENOTDIR, 0) ;
  }
  /* Some filesystems refuse the setgid bit to a caller outside of the group. */
  return chown(path, (uid_t)-1, gid) != -1 && chmod(path, 03730) != -1 ;
}

/* 1: told; 0: there is nobody to tell; -1 with errno. */
static int tell (int dir, char const *name, char event)
{
  struct stat st ;
  ssize_t written = 0 ;
  int err = 0 ;
  int fd = openat(dir, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1)
  {
    if (errno == ENOENT || errno == ELOOP || errno == EISDIR) return 0 ;
    if (errno != ENXIO) return -1 ;
    if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISFIFO(st.st_mode)) unlinkat(dir, name, 0) ;
    return 0 ;
  }
  if (fstat(fd, &st) == -1) err = errno ;
  else if (S_ISFIFO(st.st_mode))
  {
    do written = write(fd, &event, 1) ; while (written == -1 && errno == EINTR) ;
    if (written == -1 && errno == EPIPE) unlinkat(dir, name, 0) ;
    else if (written == -1) err = errno ;
  }
  fd_close(fd) ;
  errno = err ;
  return err ? -1 : written == 1 ;
}

int fifodir_notify (char const *path, char event)
{
  _Alignas(struct entry) char buf[4096] ;
  int told = 0 ;
  int err = 0 ;
  long n ;
  int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK) ;
  if (dir == -1) return -1 ;
  while ((n = syscall(SYS_getdents64, dir, buf, sizeof buf)) > 0)
  {
    for (long at = 0 ; at < n ; )
    {
      struct entry const *e = (struct entry const *)(void const *)(buf + at) ;
      if (strlen(e->name) == FIFODIR_NAME_SIZE && !strncmp(e->name, PREFIX, sizeof PREFIX - 1))
      {
        int r = tell(dir, e->name, event) ;
        if (r == -1) err = errno ;
        else told += r ;
      }
      at += e->reclen ;
    }
  }
  if (n) err = errno ;
  fd_close(dir) ;
  errno = err ;
  return err ? -1 : told ;
}

/* PATH/.ftrig1:@STAMP:RANDOM; the name without the dot is PATH_LEN + 2 further. */
static char *hidden_name (char const *path)
{
  char stamp[TIMESTAMP] ;
  size_t len = strlen(path) ;
  char *name = malloc(len + 2 + FIFODIR_NAME_SIZE + 1) ;
  if (!name) return 0 ;
  {
    tain now ;
    tain_wallclock_read(&now) ;
    timestamp_fmt(stamp, &now) ; /* @ and 24 hexadecimal digits */
  }
  memcpy(name, path, len) ;
  memcpy(name + len, "/." PREFIX, 2 + sizeof PREFIX - 1) ;
  memcpy(name + len + 2 + sizeof PREFIX - 1, stamp + 1, STAMP_DIGITS) ;
  name[len + 2 + sizeof PREFIX - 1 + STAMP_DIGITS] = ':' ;
  random_name(name + len + 2 + FIFODIR_NAME_SIZE - RANDOM_CHARACTERS, RANDOM_CHARACTERS) ;
  name[len + 2 + FIFODIR_NAME_SIZE] = 0 ;
  return name ;
}

int fifodir_listen (struct fifodir_listener *listener, char const *path)
{
  size_t len = strlen(path) ;
  char *hidden = hidden_name(path) ;
  char *name ;
  int err ;
  if (!hidden) return 0 ;
  name = strdup(hidden) ;
  if (!name) goto free_hidden ;
  memmove(name + len + 1, name + len + 2, FIFODIR_NAME_SIZE + 1) ;
  if (mkfifo(hidden, 0600) == -1) goto free_name ;
  if (chmod(hidden, 0622) == -1) goto unlink_hidden ;
  listener->fd = open(hidden, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  if (listener->fd == -1) goto unlink_hidden ;
  listener->holder = open(hidden, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  if (listener->holder == -1) goto close_fd ;
  if (rename(hidden, name) == -1) goto close_holder ;
  free(hidden) ;
  listener->path = name ;
  return 1 ;

 close_holder:
  fd_close(listener->holder) ;
 close_fd:
  fd_close(listener->fd) ;
 unlink_hidden:
  err = errno ;
  unlink(hidden) ;
  errno = err ;
 free_name:
  free(name) ;
 free_hidden:
  free(hidden) ;
  return 0 ;
}

void fifodir_unlisten (struct fifodir_listener *listener)
{
  unlink(listener->path) ;
  fd_close(listener->fd) ;
  fd_close(listener->holder) ;
  free(listener->path) ;
  listener->path = 0 ;
}
