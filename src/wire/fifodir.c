#include "wire/fifodir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/random.h>
#include <skalibs/tai.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "base/listing.h"
#include "base/trust.h"

#define PREFIX "ftrig1:@"
#define STAMP_DIGITS ((size_t)2 * TAIN_PACK)
#define RANDOM_CHARACTERS 6
#define OWN_MARK '=' /* the first random character in the names of Reeve's listeners; no other program uses it */

int fifodir_make (char const *path, gid_t gid)
{
  struct stat st ;
  int fd ;
  int ok ;
  int err ;
  if (mkdir(path, 0700) == -1)
  {
    if (errno != EEXIST) return 0 ;
    if (lstat(path, &st) == -1) return 0 ;
    return S_ISDIR(st.st_mode) || (S_ISLNK(st.st_mode) && !stat(path, &st) && S_ISDIR(st.st_mode)) ? 1 : (errno = ENOTDIR, 0) ;
  }
  fd = file_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0) ;
  if (fd == -1) return 0 ;
  /* Some filesystems refuse the setgid bit to a caller who is not in the group. */
  ok = fchown(fd, (uid_t)-1, gid) != -1 && fchmod(fd, 03730) != -1 ;
  err = errno ;
  fd_close(fd) ;
  errno = err ;
  return ok ;
}

/* Opens a listener's fifo for writing. Returns -1 with errno; errno 0: nobody reads there. */
static int open_listener (int dir, char const *name)
{
  struct stat st ;
  int err ;
  int fd = openat(dir, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1)
  {
    if (errno == ENXIO && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISFIFO(st.st_mode)) unlinkat(dir, name, 0) ;
    if (errno == ENXIO || errno == ENOENT || errno == ELOOP || errno == EISDIR) errno = 0 ;
    return -1 ;
  }
  err = fstat(fd, &st) == -1 ? errno : 0 ;
  if (!err && S_ISFIFO(st.st_mode)) return fd ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

/* Does the fifo have something that was not read yet? */
static int has_unread (int fd)
{
  int n = 0 ;
  return ioctl(fd, FIONREAD, &n) != -1 && n > 0 ;
}

static int is_own (char const *name)
{
  return name[FIFODIR_NAME_SIZE - RANDOM_CHARACTERS] == OWN_MARK ;
}

static int is_listener (char const *name)
{
  return strlen(name) == FIFODIR_NAME_SIZE && !strncmp(name, PREFIX, sizeof PREFIX - 1) ;
}

struct notification
{
  char const *events ;
  size_t len ;
  int told ;
  int err ;
  unsigned int followed ;
} ;

static int tell (int dir, char const *name, void *data)
{
  struct notification *n = data ;
  ssize_t w ;
  int late ;
  int fd ;
  if (!is_listener(name)) return 1 ;
  fd = open_listener(dir, name) ;
  if (fd == -1)
  {
    if (errno) n->err = errno ;
    return 1 ;
  }
  late = has_unread(fd) ;
  do w = write(fd, n->events, n->len) ; while (w == -1 && errno == EINTR) ;
  if (w > 0)
  {
    n->told++ ;
    if (!late && !is_own(name)) n->followed++ ;
  }
  else if (w == -1 && errno == EPIPE) unlinkat(dir, name, 0) ;
  else if (w == -1) n->err = errno ;
  fd_close(fd) ;
  return 1 ;
}

int fifodir_notify (char const *path, char const *events, unsigned int *followed)
{
  struct notification n = { .events = events, .len = strlen(events) } ;
  int ok = listing_each(path, &tell, &n) ;
  if (followed) *followed = n.followed ;
  if (ok && !n.err) return n.told ;
  if (ok) errno = n.err ;
  return -1 ;
}

static int look_for_unread (int dir, char const *name, void *data)
{
  int *found = data ;
  int fd ;
  if (!is_listener(name) || is_own(name)) return 1 ;
  fd = open_listener(dir, name) ;
  if (fd == -1) return 1 ;
  if (has_unread(fd)) *found = 1 ;
  fd_close(fd) ;
  return !*found ;
}

int fifodir_unread (char const *path)
{
  int found = 0 ;
  listing_each(path, &look_for_unread, &found) ;
  return found ;
}

/* Writes the name .ftrig1:@STAMP:RANDOM. Without its dot it is a listener's name. */
static void hidden_name (char name[1 + FIFODIR_NAME_SIZE + 1])
{
  char stamp[TIMESTAMP] ;
  tain now ;
  tain_wallclock_read(&now) ;
  timestamp_fmt(stamp, &now) ; /* @ and 24 hexadecimal digits */
  memcpy(name, "." PREFIX, sizeof PREFIX) ;
  memcpy(name + sizeof PREFIX, stamp + 1, STAMP_DIGITS) ;
  name[sizeof PREFIX + STAMP_DIGITS] = ':' ;
  random_name(name + 1 + FIFODIR_NAME_SIZE - RANDOM_CHARACTERS, RANDOM_CHARACTERS) ;
  name[1 + FIFODIR_NAME_SIZE - RANDOM_CHARACTERS] = OWN_MARK ;
  name[1 + FIFODIR_NAME_SIZE] = 0 ;
}

/* Opens the fifo that was made. The directory's owner may have put anything else in its place: so
   no mode is changed, and what was opened is checked. */
static int open_made (int dir, char const *name)
{
  struct stat st ;
  int err = EPERM ;
  int fd = openat(dir, name, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (!st.st_nlink) err = ENOENT ; /* the service is being removed, and the fifo with it */
  else if (S_ISFIFO(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1) return fd ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

static int make_fifo (int dir, char const *name)
{
  mode_t mask = umask(0) ;
  int r = mknodat(dir, name, S_IFIFO | 0622, 0) ;
  umask(mask) ;
  return r != -1 ;
}

int fifodir_listen (struct fifodir_listener *listener, char const *path)
{
  char hidden[1 + FIFODIR_NAME_SIZE + 1] ;
  int err ;
  listener->dir = trust_anyones_directory(AT_FDCWD, path, 0) ;
  if (listener->dir == -1) return 0 ;
  hidden_name(hidden) ;
  memcpy(listener->name, hidden + 1, sizeof listener->name) ;
  if (make_fifo(listener->dir, hidden))
  {
    listener->fd = open_made(listener->dir, hidden) ;
    if (listener->fd >= 0 && renameat(listener->dir, hidden, listener->dir, listener->name) != -1) return 1 ;
    err = errno ;
    if (listener->fd >= 0) fd_close(listener->fd) ;
    unlinkat(listener->dir, hidden, 0) ;
  }
  else err = errno ;
  fd_close(listener->dir) ;
  errno = err ;
  return 0 ;
}

void fifodir_unlisten (struct fifodir_listener *listener)
{
  unlinkat(listener->dir, listener->name, 0) ;
  fd_close(listener->dir) ;
  fd_close(listener->fd) ;
}
