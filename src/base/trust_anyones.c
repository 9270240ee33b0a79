#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "base/trust_one.h"

#ifndef SYS_openat2
# define SYS_openat2 437
#endif
#define NO_SYMLINKS 4 /* RESOLVE_NO_SYMLINKS */

/* Opens the directory by one system call, if no link is on the way and the kernel has that call
   (Linux 5.6). */
static int enter_at_once (int at, char const *path)
{
  static int is_refused ;
  struct { uint64_t flags ; uint64_t mode ; uint64_t resolve ; } how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = NO_SYMLINKS } ;
  int fd = -1 ;
  if (is_refused) errno = ENOSYS ;
  else fd = (int)syscall(SYS_openat2, (long)at, path, &how, sizeof how) ;
  if (fd == -1 && (errno == ENOSYS || errno == EPERM)) is_refused = 1 ;
  return fd ;
}

/* Lets the kernel follow the link: it matters where the link leads, not by which way. */
static int follow_anyones (int at, char const *component, struct trust_refusal *why)
{
  struct stat link ;
  struct stat target ;
  int fd ;
  if (fstatat(at, component, &link, AT_SYMLINK_NOFOLLOW) == -1) return (trust_fail(why), -1) ;
  if (!S_ISLNK(link.st_mode)) return (errno = ENOTDIR, (trust_fail(why), -1)) ;
  fd = openat(at, component, O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return (trust_fail(why), -1) ;
  if (fstat(fd, &target) == -1) trust_fail(why) ;
  else if (trust_is_trusted(link.st_uid) || target.st_uid == link.st_uid) return fd ;
  else
  {
    trust_refuse(why, TRUST_LINK, link.st_uid) ;
    errno = EPERM ;
  }
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
  }
  return -1 ;
}

static int enter_anyones (int at, char const *component, struct trust_refusal *why)
{
  int fd = openat(at, component, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd >= 0) return fd ;
  return errno == ENOTDIR || errno == ELOOP ? follow_anyones(at, component, why) : (trust_fail(why), -1) ;
}

int trust_anyones_directory (int at, char const *path, struct trust_refusal *why)
{
  struct trust_refusal unused ;
  char component[NAME_MAX + 1] ;
  int is_relative = *path != '/' && path[strspn(path, "/")] ;
  int fd = enter_at_once(at, *path ? path : ".") ;
  if (fd >= 0) return fd ;
  if (!why) why = &unused ;
  trust_name(why, path) ;
  if (errno == ENOENT) return (trust_fail(why), -1) ;
  fd = is_relative ? at : openat(at, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return (trust_fail(why), -1) ;
  for (;;)
  {
    size_t len ;
    int next ;
    path += strspn(path, "/") ;
    if (!*path) return fd ;
    len = strcspn(path, "/") ;
    if (len > NAME_MAX) errno = ENAMETOOLONG ;
    memcpy(component, path, len > NAME_MAX ? NAME_MAX : len) ;
    component[len > NAME_MAX ? NAME_MAX : len] = 0 ;
    next = len > NAME_MAX ? (trust_fail(why), -1) : enter_anyones(fd, component, why) ;
    if (!is_relative)
    {
      int err = errno ;
      fd_close(fd) ;
      errno = err ;
    }
    is_relative = 0 ; /* from here on the descriptor belongs to this function */
    if (next == -1) return -1 ;
    fd = next ;
    path += len ;
  }
}

int trust_anyones_parent (int at, char const *path, char const **last, struct trust_refusal *why)
{
  char parent[TRUST_PATH_MAX] ;
  char const *slash = strrchr(path, '/') ;
  size_t len = slash ? (size_t)(slash - path) + 1 : 0 ;
  if (len >= sizeof parent) return (errno = ENAMETOOLONG, -1) ;
  memcpy(parent, path, len) ;
  parent[len] = 0 ;
  *last = path + len ;
  return trust_anyones_directory(at, parent, why) ;
}

static struct { char path[TRUST_PATH_MAX] ; size_t len ; uid_t owner ; } held ; /* large: without an initial value it takes no room in the file */
static int held_fd = -1 ;

static int is_of_directory (int dir, int fd, struct trust_refusal *why)
{
  struct stat st ;
  struct stat directory = { .st_uid = held.owner } ;
  if (fstat(fd, &st) == -1 || (dir != held_fd && fstat(dir, &directory) == -1)) return trust_fail(why) ;
  if (st.st_uid == directory.st_uid) return 1 ;
  if (!trust_is_trusted(st.st_uid)) return trust_refuse(why, TRUST_OWNER, st.st_uid) ;
  return st.st_nlink == 1 || trust_refuse(why, TRUST_HARD_LINK, st.st_uid) ;
}

void trust_release (void)
{
  if (held_fd >= 0) fd_close(held_fd) ;
  held_fd = -1 ;
}

/* The name of a file in the held directory, if `path` is one; else 0. */
static char const *in_held (char const *path)
{
  if (held_fd == -1 || strncmp(path, held.path, held.len) != 0 || path[held.len] != '/') return 0 ;
  path += held.len + 1 ;
  return strchr(path, '/') ? 0 : path ;
}

static int open_anyones (char const *path, int flags, mode_t mode, struct trust_refusal *why)
{
  char const *last ;
  int err ;
  int fd ;
  int dir = held_fd ;
  if (!(last = in_held(path))) dir = trust_anyones_parent(AT_FDCWD, path, &last, why) ;
  if (dir == -1) return -1 ;
  fd = openat(dir, last, flags, mode) ;
  err = errno ;
  if (fd >= 0 && !is_of_directory(dir, fd, why))
  {
    err = why->reason == TRUST_FAILED ? why->err : EPERM ;
    trust_name(why, path) ;
    fd_close(fd) ;
    fd = -1 ;
  }
  if (dir != held_fd) fd_close(dir) ;
  errno = err ;
  return fd ;
}

static int open_of_nobody (char const *path, int flags, mode_t mode)
{
  char text[TRUST_WHY_MAX] ;
  struct trust_refusal why = { .reason = TRUST_FAILED } ;
  int err ;
  int fd ;
  fd = open_anyones(path, flags, mode, &why) ;
  if (fd >= 0 || why.reason == TRUST_FAILED) return fd ;
  err = errno ;
  strerr_warnw4x("not opening ", path, ": ", trust_why(&why, text)) ;
  errno = err ;
  return -1 ;
}

static int (*open_it) (char const *path, int flags, mode_t mode) = &file_open ;

void trust_nobody (void)
{
  open_it = &open_of_nobody ;
}

void trust_hold (char const *directory)
{
  struct stat st ;
  trust_release() ;
  held.len = strlen(directory) ;
  if (open_it != &open_of_nobody || held.len >= sizeof held.path) return ;
  memcpy(held.path, directory, held.len + 1) ;
  held_fd = trust_anyones_directory(AT_FDCWD, directory, 0) ;
  if (held_fd == -1) return ;
  if (fstat(held_fd, &st) == -1) trust_release() ;
  else held.owner = st.st_uid ;
}

int trust_open (char const *path, int flags, mode_t mode)
{
  return (*open_it)(path, flags | O_CLOEXEC | O_NOFOLLOW, mode) ;
}

static int write_beside (int dir, char const *fresh, mode_t mode, char const *bytes, size_t len)
{
  int ok ;
  int err ;
  int fd ;
  if (unlinkat(dir, fresh, 0) == -1 && errno != ENOENT) return 0 ;
  fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode) ;
  if (fd == -1) return 0 ;
  ok = allwrite(fd, bytes, len) == len ;
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  return ok ;
}

int trust_write (int at, char const *path, mode_t mode, char const *bytes, size_t len)
{
  char fresh[sizeof ".new." + PID_FMT] = ".new." ; /* of this process alone: others may write the same file */
  char const *last ;
  int ok ;
  int err ;
  int dir = trust_anyones_parent(at, path, &last, 0) ;
  if (dir == -1) return 0 ;
  fresh[sizeof ".new." - 1 + pid_fmt(fresh + sizeof ".new." - 1, getpid())] = 0 ;
  ok = write_beside(dir, fresh, mode, bytes, len) ;
  if (ok && renameat(dir, fresh, dir, last) == -1)
  {
    err = errno ;
    unlinkat(dir, fresh, 0) ;
    ok = 0 ;
    errno = err ;
  }
  err = errno ;
  fd_close(dir) ;
  errno = err ;
  return ok ;
}
