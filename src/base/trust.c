#include "base/trust.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/file.h"

#define LINKS_MAX 40 /* the kernel's own limit */

/* ---- one file ---- */

static int is_trusted (uid_t uid)
{
  return !uid || uid == geteuid() ;
}

/* Is the group the caller's own, though it may write? */
static int own_group (gid_t gid)
{
  uid_t uid = geteuid() ;
  return uid && gid == getegid() && (!gid || gid == uid) ;
}

static int others_may_write (struct stat const *st)
{
  return st->st_mode & S_IWOTH || (st->st_mode & S_IWGRP && !own_group(st->st_gid)) ;
}

static int refuse (struct trust_refusal *why, enum trust_reason reason, uid_t owner)
{
  why->reason = reason ;
  why->owner = owner ;
  why->err = 0 ;
  return 0 ;
}

static int fail (struct trust_refusal *why)
{
  refuse(why, TRUST_FAILED, 0) ;
  why->err = errno ;
  return 0 ;
}

int trust_stat (struct stat const *st, mode_t kind, int group, struct trust_refusal *why)
{
  if (kind && (st->st_mode & S_IFMT) != kind) return refuse(why, TRUST_KIND, st->st_uid) ;
  if (!is_trusted(st->st_uid)) return refuse(why, TRUST_OWNER, st->st_uid) ;
  if (S_ISLNK(st->st_mode)) return 1 ;
  if (group ? (st->st_mode & S_IWOTH) != 0 : others_may_write(st)) return refuse(why, TRUST_WRITABLE, st->st_uid) ;
  return 1 ;
}

static void name (struct trust_refusal *why, char const *path)
{
  /* cppcheck-suppress ctuuninitvar ; only its size is read */
  snprintf(why->path, sizeof why->path, "%s", path) ;
}

int trust_entry (int dir, char const *entry, mode_t kind, int group, struct trust_refusal *why)
{
  struct stat st ;
  name(why, entry) ;
  if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) == -1) return fail(why) ;
  if (S_ISLNK(st.st_mode)) return is_trusted(st.st_uid) || refuse(why, TRUST_LINK, st.st_uid) ;
  return trust_stat(&st, kind, group, why) ;
}

char const *trust_why (struct trust_refusal const *why, char out[TRUST_WHY_MAX])
{
  unsigned long owner = (unsigned long)why->owner ;
  switch (why->reason)
  {
    case TRUST_FAILED : snprintf(out, TRUST_WHY_MAX, "%s: %s", why->path, strerror(why->err)) ; break ;
    case TRUST_OWNER : snprintf(out, TRUST_WHY_MAX, "somebody else owns it: %s belongs to the user %lu", why->path, owner) ; break ;
    case TRUST_WRITABLE : snprintf(out, TRUST_WHY_MAX, "others than its owner may write to %s: chmod go-w", why->path) ; break ;
    case TRUST_LINK : snprintf(out, TRUST_WHY_MAX, "%s is a link that somebody else has made, the user %lu", why->path, owner) ; break ;
    case TRUST_HARD_LINK : snprintf(out, TRUST_WHY_MAX, "%s is a hard link: it is another file as well", why->path) ; break ;
    case TRUST_KIND : snprintf(out, TRUST_WHY_MAX, "%s is not what it must be", why->path) ; break ;
  }
  return out ;
}

/* ---- the whole way ---- */

struct walk
{
  int fd ; /* of the directory that has been reached */
  unsigned int flags ;
  unsigned int links ; /* that were followed */
  mode_t mode ;
  uid_t root_owner ; /* of the root directory */
  int sticky ; /* the directory that has been reached is, and others may write to it */
  int by_link ; /* the last component of the path was one: nothing is made where it leads */
  size_t rest ; /* what is still to be walked begins there, and is a string */
  char path[2 * TRUST_PATH_MAX] ; /* written from its end, as links put something before */
  struct trust_refusal *why ; /* its path: the directory that has been reached */
} ;

static int is_trusted_on_the_way (struct walk const *w, uid_t uid)
{
  return is_trusted(uid) || uid == w->root_owner ;
}

/* Puts `text` before what is still to be walked. */
static int prepend (struct walk *w, char const *text, size_t len)
{
  if (len + 1 > w->rest) return (errno = ENAMETOOLONG, fail(w->why)) ;
  w->rest -= len ;
  memcpy(w->path + w->rest, text, len) ;
  return 1 ;
}

static int is_last (struct walk const *w)
{
  return !w->path[w->rest + strspn(w->path + w->rest, "/")] ;
}

/* By descriptor: the name may be anybody's by now. */
static int set_sticky (int fd, mode_t mode)
{
  int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  int ok ;
  int err ;
  if (readable == -1) return 0 ;
  ok = fchmod(readable, (mode & 07777) | S_ISVTX) != -1 ;
  err = errno ;
  fd_close(readable) ;
  errno = err ;
  return ok ;
}

static int check_reached (struct walk *w)
{
  struct stat st ;
  int last = is_last(w) ;
  w->sticky = 0 ;
  if (fstat(w->fd, &st) == -1) return fail(w->why) ;
  if (last ? !is_trusted(st.st_uid) : !is_trusted_on_the_way(w, st.st_uid)) return refuse(w->why, TRUST_OWNER, st.st_uid) ;
  if (!others_may_write(&st)) return 1 ;
  w->sticky = 1 ;
  if (st.st_mode & S_ISVTX && (!last || w->flags & TRUST_LAST_STICKY)) return 1 ;
  if (last || !(w->flags & TRUST_SET_STICKY) || st.st_uid != geteuid()) return refuse(w->why, TRUST_WRITABLE, st.st_uid) ;
  return set_sticky(w->fd, st.st_mode) || fail(w->why) ;
}

static void reach (struct walk *w, int fd)
{
  if (w->fd >= 0) fd_close(w->fd) ;
  w->fd = fd ;
}

/* The path of the directory that has been reached, or of a component of it. */
static int name_reached (struct walk *w, char const *component, size_t len)
{
  char *path = w->why->path ;
  size_t n = strlen(path) ;
  if (len == 2 && !memcmp(component, "..", 2))
  {
    while (n > 1 && path[n - 1] != '/') n-- ;
    path[n > 1 ? n - 1 : n] = 0 ;
    return 1 ;
  }
  if (n + len + 2 > TRUST_PATH_MAX) return (errno = ENAMETOOLONG, fail(w->why)) ;
  if (n && path[n - 1] != '/') path[n++] = '/' ;
  memcpy(path + n, component, len) ;
  path[n + len] = 0 ;
  return 1 ;
}

static int begin_at_root (struct walk *w)
{
  int fd = file_open("/", O_PATH | O_DIRECTORY, 0) ;
  struct stat st ;
  name(w->why, "/") ;
  if (fd == -1) return fail(w->why) ;
  reach(w, fd) ;
  if (fstat(fd, &st) == -1) return fail(w->why) ;
  w->root_owner = st.st_uid ;
  return check_reached(w) ;
}

static int begin_here (struct walk *w)
{
  int fd = file_open(".", O_PATH | O_DIRECTORY, 0) ;
  struct stat st ;
  name(w->why, "") ;
  if (fd == -1) return fail(w->why) ;
  reach(w, fd) ;
  if (fstat(fd, &st) == -1) return fail(w->why) ;
  w->sticky = others_may_write(&st) ;
  return 1 ;
}

static int follow (struct walk *w, int link, struct stat const *st, size_t parent)
{
  char target[TRUST_PATH_MAX] ;
  ssize_t r ;
  /* A second name of root's link may have been put there by anybody. */
  if (!is_trusted_on_the_way(w, st->st_uid) || (w->sticky && st->st_nlink > 1)) return refuse(w->why, TRUST_LINK, st->st_uid) ;
  if (++w->links > LINKS_MAX) return (errno = ELOOP, fail(w->why)) ;
  r = readlinkat(link, "", target, sizeof target) ;
  if (r <= 0 || (size_t)r >= sizeof target) return (errno = r < 0 ? errno : ENAMETOOLONG, fail(w->why)) ;
  if (is_last(w)) w->by_link = 1 ;
  if (!prepend(w, "/", 1) || !prepend(w, target, (size_t)r)) return 0 ;
  if (*target == '/') return begin_at_root(w) ;
  w->why->path[parent] = 0 ;
  return 1 ;
}

/* One that was made belongs to us, and has our mode, or it is not the one. */
static int make (struct walk *w, char const *component)
{
  struct stat st ;
  int fd ;
  int ok ;
  if (mkdirat(w->fd, component, 0700) == -1 && errno != EEXIST) return fail(w->why) ;
  fd = openat(w->fd, component, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1) return fail(w->why) ;
  ok = fstat(fd, &st) != -1 && (st.st_uid != geteuid() || fchmod(fd, w->mode) != -1) ;
  if (!ok) fail(w->why) ;
  reach(w, fd) ;
  return ok && check_reached(w) ;
}

static int step (struct walk *w)
{
  char component[NAME_MAX + 1] ;
  size_t parent = strlen(w->why->path) ;
  struct stat st ;
  size_t len ;
  int fd ;
  w->rest += strspn(w->path + w->rest, "/") ;
  len = strcspn(w->path + w->rest, "/") ;
  if (len > NAME_MAX) return (errno = ENAMETOOLONG, fail(w->why)) ;
  memcpy(component, w->path + w->rest, len) ;
  component[len] = 0 ;
  w->rest += len ;
  if (len == 1 && *component == '.') return !is_last(w) || check_reached(w) ;
  if (!name_reached(w, component, len)) return 0 ;
  fd = openat(w->fd, component, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1 && errno == ENOENT && w->flags & TRUST_CREATE && is_last(w) && !w->by_link) return make(w, component) ;
  if (fd == -1) return fail(w->why) ;
  if (fstat(fd, &st) == -1)
  {
    fail(w->why) ;
    fd_close(fd) ;
    return 0 ;
  }
  if (S_ISLNK(st.st_mode))
  {
    int ok = follow(w, fd, &st, parent) ;
    fd_close(fd) ;
    return ok ;
  }
  reach(w, fd) ;
  if (!S_ISDIR(st.st_mode)) return (errno = ENOTDIR, fail(w->why)) ;
  return check_reached(w) ;
}

static int begin (struct walk *w, char const *path)
{
  char here[TRUST_PATH_MAX] ;
  name(w->why, path) ;
  w->rest = sizeof w->path - 1 ;
  if (!*path) return (errno = ENOENT, fail(w->why)) ;
  if (!prepend(w, path, strlen(path))) return 0 ;
  if (*path != '/')
  {
    if (w->flags & TRUST_HERE || !getcwd(here, sizeof here)) return begin_here(w) ;
    if (!prepend(w, "/", 1) || !prepend(w, here, strlen(here))) return 0 ;
  }
  return begin_at_root(w) ;
}

int trust_directory (char const *path, unsigned int flags, mode_t mode, struct trust_refusal *why)
{
  static struct walk w ; /* large */
  int ok ;
  memset(&w, 0, sizeof w) ;
  w.fd = -1 ;
  w.flags = flags ;
  w.mode = mode ;
  w.why = why ;
  ok = begin(&w, path) ;
  while (ok && !is_last(&w)) ok = step(&w) ;
  if (ok) return w.fd ;
  if (w.fd >= 0) fd_close(w.fd) ;
  return -1 ;
}

int trust_is_missing (struct trust_refusal const *why)
{
  return why->reason == TRUST_FAILED && why->err == ENOENT ;
}

static int is_own_fifo (int dir, char const *entry)
{
  struct stat st ;
  return fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != -1 && S_ISFIFO(st.st_mode) && is_trusted(st.st_uid) ;
}

int trust_entries (char const *directory, unsigned int flags, char const *groups, char const *anyones, struct trust_refusal *why)
{
  struct dirent *e ;
  DIR *dir ;
  int ok = 1 ;
  int readable ;
  int fd = trust_directory(directory, flags, 0, why) ;
  if (fd == -1) return 0 ;
  readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  fd_close(fd) ;
  dir = readable == -1 ? 0 : fdopendir(readable) ;
  if (!dir)
  {
    fail(why) ;
    if (readable >= 0) fd_close(readable) ;
    return 0 ;
  }
  while (ok && (e = readdir(dir)))
  {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue ;
    ok = trust_entry(dirfd(dir), e->d_name, 0, groups && !strcmp(e->d_name, groups), why) || trust_is_missing(why)
      || (anyones && !strcmp(e->d_name, anyones) && is_own_fifo(dirfd(dir), anyones)) ;
    if (!ok) snprintf(why->path, sizeof why->path, "%.3800s/%s", directory, e->d_name) ;
  }
  closedir(dir) ;
  return ok ;
}

/* ---- anybody's ---- */

/* By the kernel: where it leads is what counts, not by which way. */
static int follow_anyones (int at, char const *component, struct trust_refusal *why)
{
  struct stat link ;
  struct stat target ;
  int fd ;
  if (fstatat(at, component, &link, AT_SYMLINK_NOFOLLOW) == -1) return (fail(why), -1) ;
  if (!S_ISLNK(link.st_mode)) return (errno = ENOTDIR, (fail(why), -1)) ;
  fd = openat(at, component, O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (fd == -1) return (fail(why), -1) ;
  if (fstat(fd, &target) == -1) fail(why) ;
  else if (is_trusted(link.st_uid) || target.st_uid == link.st_uid) return fd ;
  else
  {
    refuse(why, TRUST_LINK, link.st_uid) ;
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
  return errno == ENOTDIR || errno == ELOOP ? follow_anyones(at, component, why) : (fail(why), -1) ;
}

int trust_anyones_directory (int at, char const *path, struct trust_refusal *why)
{
  struct trust_refusal unused ;
  char component[NAME_MAX + 1] ;
  int is_relative = *path != '/' && path[strspn(path, "/")] ;
  int fd = is_relative ? at : openat(at, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (!why) why = &unused ;
  name(why, path) ;
  if (fd == -1) return (fail(why), -1) ;
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
    next = len > NAME_MAX ? (fail(why), -1) : enter_anyones(fd, component, why) ;
    if (!is_relative)
    {
      int err = errno ;
      fd_close(fd) ;
      errno = err ;
    }
    is_relative = 0 ; /* from here on the descriptor is ours */
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

static int is_of_directory (int dir, int fd, struct trust_refusal *why)
{
  struct stat st ;
  struct stat owner ;
  if (fstat(fd, &st) == -1 || fstat(dir, &owner) == -1) return fail(why) ;
  if (st.st_uid == owner.st_uid) return 1 ;
  if (!is_trusted(st.st_uid)) return refuse(why, TRUST_OWNER, st.st_uid) ;
  return st.st_nlink == 1 || refuse(why, TRUST_HARD_LINK, st.st_uid) ;
}

static struct { char path[TRUST_PATH_MAX] ; size_t len ; int fd ; } held = { .fd = -1 } ;

void trust_release (void)
{
  if (held.fd >= 0) fd_close(held.fd) ;
  held.fd = -1 ;
}

/* What is left of the path when it leads to a file in that directory; 0: it does not. */
static char const *in_held (char const *path)
{
  if (held.fd == -1 || strncmp(path, held.path, held.len) != 0 || path[held.len] != '/') return 0 ;
  path += held.len + 1 ;
  return strchr(path, '/') ? 0 : path ;
}

static int open_anyones (char const *path, int flags, mode_t mode, struct trust_refusal *why)
{
  char const *last ;
  int err ;
  int fd ;
  int dir = held.fd ;
  if (!(last = in_held(path))) dir = trust_anyones_parent(AT_FDCWD, path, &last, why) ;
  if (dir == -1) return -1 ;
  fd = openat(dir, last, flags, mode) ;
  err = errno ;
  if (fd >= 0 && !is_of_directory(dir, fd, why))
  {
    err = why->reason == TRUST_FAILED ? why->err : EPERM ;
    name(why, path) ;
    fd_close(fd) ;
    fd = -1 ;
  }
  if (dir != held.fd) fd_close(dir) ;
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
  trust_release() ;
  held.len = strlen(directory) ;
  if (open_it != &open_of_nobody || held.len >= sizeof held.path) return ;
  memcpy(held.path, directory, held.len + 1) ;
  held.fd = trust_anyones_directory(AT_FDCWD, directory, 0) ;
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
  char fresh[NAME_MAX + 1] ;
  char const *last ;
  int ok ;
  int err ;
  int dir = trust_anyones_parent(at, path, &last, 0) ;
  if (dir == -1) return 0 ;
  ok = (size_t)snprintf(fresh, sizeof fresh, "%s.new", last) < sizeof fresh || (errno = ENAMETOOLONG, 0) ;
  ok = ok && write_beside(dir, fresh, mode, bytes, len) && renameat(dir, fresh, dir, last) != -1 ;
  err = errno ;
  fd_close(dir) ;
  errno = err ;
  return ok ;
}
