/* Opens the directory and its files, checks that they are what they should be, and cleans up after a
   killed logger. logdir.c says what each file is. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/trust.h"
#include "log/log.h"
#include "wire/lock.h"

#define CURRENT_MODE 0644

int logdir_fail (struct logdir *d, char const *what, char const *file)
{
  int err = errno ;
  if (!d->said) strerr_warnwu8x(what, " ", d->path, *file ? "/" : "", file, ": ", strerror(err), " (trying again; lines wait)") ;
  d->said = 1 ;
  errno = err ;
  return 0 ;
}

static void say_refused (struct logdir *d, struct trust_refusal const *why, char const *what)
{
  char text[TRUST_WHY_MAX] ;
  if (!d->said) strerr_warnw5x(d->path, ": ", trust_why(why, text), what, "") ;
  d->said = 1 ;
}

static void close_one (int *fd)
{
  if (*fd >= 0) fd_close(*fd) ;
  *fd = -1 ;
}

void logdir_shut (struct logdir *d)
{
  close_one(&d->current) ;
  close_one(&d->dir) ;
  close_one(&d->lock) ;
  close_one(&d->unfinished) ;
  d->rotation = ROTATION_NONE ;
}

static int is_done (struct logdir *d, char const *file, struct stat *st)
{
  return !fstatat(d->dir, file, st, AT_SYMLINK_NOFOLLOW) && st->st_mode & S_IXUSR ;
}

/* A user who may put files into the directory may have put a link to any file there. */
static int is_of_directory (struct logdir *d, struct stat const *st, struct trust_refusal *why)
{
  struct stat dir ;
  if (!S_ISREG(st->st_mode)) why->reason = TRUST_KIND ;
  else if (!d->anyones) return 1 ;
  else if (st->st_nlink > 1) why->reason = TRUST_HARD_LINK ;
  else if (st->st_uid != geteuid() && (fstat(d->dir, &dir) == -1 || st->st_uid != dir.st_uid)) why->reason = TRUST_OWNER ;
  else return 1 ;
  why->owner = st->st_uid ;
  return 0 ;
}

/* Opens a file of the directory, and no file elsewhere. Returns a descriptor, or -1 with errno: EPERM, with
   why->path, if the file is refused. */
static int open_file (struct logdir *d, char const *file, int flags, struct trust_refusal *why)
{
  struct stat st ;
  int err ;
  int fd = openat(d->dir, file, (flags & ~O_TRUNC) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, CURRENT_MODE) ;
  why->path[0] = 0 ;
  if (fd == -1) return -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (!is_of_directory(d, &st, why))
  {
    snprintf(why->path, sizeof why->path, "%s", file) ;
    err = EPERM ;
  }
  else if (!(flags & O_TRUNC) || ftruncate(fd, 0) != -1) return fd ;
  else err = errno ;
  fd_close(fd) ;
  errno = err ;
  return -1 ;
}

int logdir_file (struct logdir *d, char const *file, int flags)
{
  struct trust_refusal why ;
  int fd = open_file(d, file, flags, &why) ;
  if (fd == -1 && why.path[0]) say_refused(d, &why, " (trying again)") ;
  return fd ;
}

/* The directory, and the directories on the way to it, may belong to any user. */
static int open_directory (struct logdir *d)
{
  struct trust_refusal why = { .reason = TRUST_FAILED } ;
  char path[PATH_MAX] ;
  char const *last ;
  struct stat st ;
  size_t len = strlen(d->path) ;
  int parent ;
  while (len > 1 && d->path[len - 1] == '/') len-- ;
  if (len >= sizeof path) return (errno = ENAMETOOLONG, logdir_fail(d, "open the directory", "")) ;
  memcpy(path, d->path, len) ;
  path[len] = 0 ;
  parent = trust_anyones_parent(AT_FDCWD, path, &last, &why) ;
  if (parent >= 0)
  {
    int made = mkdirat(parent, *last ? last : ".", 0700) != -1 || errno == EEXIST ;
    if (made) d->dir = trust_anyones_directory(parent, last, &why) ;
    else logdir_fail(d, "make the directory", "") ;
    fd_close(parent) ;
    if (!made) return 0 ;
  }
  if (d->dir == -1 && why.reason != TRUST_FAILED) say_refused(d, &why, " (trying again; lines wait)") ;
  if (d->dir == -1 || fstat(d->dir, &st) == -1) return logdir_fail(d, "open the directory", "") ;
  d->anyones = !trust_stat(&st, S_IFDIR, 0, &why) ;
  return 1 ;
}

static int take_lock (struct logdir *d)
{
  struct trust_refusal why = { .path = "lock" } ;
  struct stat st ;
  if (d->lock >= 0) return 1 ;
  d->lock = lock_take_at(d->dir, "lock", 0644) ; /* as s6-log and multilog do */
  if (d->lock >= 0 && (fstat(d->lock, &st) == -1 || !is_of_directory(d, &st, &why)))
  {
    say_refused(d, &why, " (trying again; lines wait)") ;
    return (errno = EPERM, 0) ;
  }
  if (d->lock >= 0 && flock(d->lock, LOCK_EX | LOCK_NB) != -1) return 1 ;
  if (d->lock >= 0 && errno == EWOULDBLOCK) errno = EBUSY ;
  return 0 ;
}

int logdir_begin (struct logdir *d)
{
  struct trust_refusal why ;
  struct stat st ;
  int fd = open_file(d, "current", O_WRONLY | O_APPEND | O_CREAT, &why) ;
  if (fd == -1 && why.path[0] && why.reason != TRUST_KIND)
  {
    say_refused(d, &why, " (archiving it, and beginning a new one)") ;
    d->said = 0 ;
    if (!archive_file(d, "current", 'u')) return 0 ;
    fd = open_file(d, "current", O_WRONLY | O_APPEND | O_CREAT | O_EXCL, &why) ;
  }
  else if (fd == -1 && why.path[0]) say_refused(d, &why, " (trying again; lines wait)") ;
  if (fd == -1) return 0 ;
  if (fchmod(fd, CURRENT_MODE) == -1 || fstat(fd, &st) == -1)
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
    return 0 ;
  }
  close_one(&d->current) ;
  d->current = fd ;
  d->size = (uint64_t)st.st_size ;
  d->mid_line = 0 ;
  return 1 ;
}

static int empty_state (struct logdir *d)
{
  int fd = logdir_file(d, "state", O_WRONLY | O_CREAT | O_TRUNC) ;
  if (fd == -1) return 0 ;
  fd_close(fd) ;
  return 1 ;
}

/* Cleans up after a logger that did not end well. */
static int clean_up (struct logdir *d)
{
  struct stat st ;
  int left = !fstatat(d->dir, "previous", &st, AT_SYMLINK_NOFOLLOW) || !fstatat(d->dir, "processed", &st, AT_SYMLINK_NOFOLLOW) ;
  if (!left && is_done(d, "current", &st)) return 1 ;
  if (!archive_remove(d, "newstate") || !archive_remove(d, "state")) return 0 ;
  if (is_done(d, "processed", &st))
  {
    if (!archive_remove(d, "previous") || !archive_file(d, "processed", 's')) return 0 ;
  }
  else if (!archive_remove(d, "processed") || !archive_file(d, "previous", 'u')) return 0 ;
  if (!d->resumes && !is_done(d, "current", &st) && !archive_file(d, "current", 'u')) return 0 ;
  return empty_state(d) ;
}

/* `current` goes on: its age counts from the last rotation, or from the first start. A time in the future means
   that the clock was set back, and does not count. */
static int find_age (struct logdir *d)
{
  uint64_t now = clock_wall_ms() ;
  uint64_t born = 0 ;
  uint64_t times[2] ;
  struct stat st ;
  if (!archive_trim(d, times) || fstat(d->lock, &st) == -1) return 0 ;
  times[1] = (uint64_t)st.st_mtim.tv_sec * 1000 ;
  for (unsigned int i = 0 ; i < 2 ; i++)
    if (times[i] > born && times[i] <= now) born = times[i] ;
  d->born_ms = (int64_t)(clock_ms() - (now - born)) ;
  return 1 ;
}

static int open_all (struct logdir *d)
{
  struct stat st ;
  if (!open_directory(d)) return 0 ;
  if (!take_lock(d)) return logdir_fail(d, errno == EBUSY ? "have the directory for itself: another logger has locked" : "lock", "lock") ;
  if (d->first_time) d->resumes = !!unfinished_recover(d) ;
  if (!clean_up(d)) return logdir_fail(d, "clean up what a logger that was killed left in", "") ;
  if (!find_age(d)) return logdir_fail(d, "read the directory", "") ;
  if (fstatat(d->dir, "state", &st, AT_SYMLINK_NOFOLLOW) == -1 && !empty_state(d)) return logdir_fail(d, "make", "state") ;
  return logdir_begin(d) || logdir_fail(d, "open", "current") ;
}

int logdir_open (struct logdir *d)
{
  if (d->current >= 0) return 1 ;
  if (!open_all(d))
  {
    logdir_shut(d) ;
    return 0 ;
  }
  d->said = 0 ;
  d->mid_line = d->resumes ;
  d->first_time = d->resumes = 0 ;
  return 1 ;
}
