#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/trust_one.h"

#define LINKS_MAX 40 /* the kernel's own limit */

struct walk
{
  int fd ; /* the directory that has been reached */
  unsigned int flags ;
  unsigned int links ; /* links that were followed */
  mode_t mode ;
  uid_t root_owner ; /* the owner of the root directory */
  int sticky ; /* others may write to the directory that has been reached */
  int by_link ; /* the last component of the path was a link: nothing is made where it leads */
  size_t rest ; /* where the rest of the path begins, a string */
  char path[2 * TRUST_PATH_MAX] ; /* filled from its end, because a link puts its target before the rest */
  struct trust_refusal *why ; /* its path is that of the directory that has been reached */
} ;

static int is_trusted_on_the_way (struct walk const *w, uid_t uid)
{
  return trust_is_trusted(uid) || uid == w->root_owner ;
}

/* Puts `text` before the rest of the path. */
static int prepend (struct walk *w, char const *text, size_t len)
{
  if (len + 1 > w->rest) return (errno = ENAMETOOLONG, trust_fail(w->why)) ;
  w->rest -= len ;
  memcpy(w->path + w->rest, text, len) ;
  return 1 ;
}

static int is_last (struct walk const *w)
{
  return !w->path[w->rest + strspn(w->path + w->rest, "/")] ;
}

/* Works on the descriptor: the name may lead to anything by now. */
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
  if (fstat(w->fd, &st) == -1) return trust_fail(w->why) ;
  if (last ? !trust_is_trusted(st.st_uid) : !is_trusted_on_the_way(w, st.st_uid)) return trust_refuse(w->why, TRUST_OWNER, st.st_uid) ;
  if (!trust_others_may_write(&st)) return 1 ;
  w->sticky = 1 ;
  if (st.st_mode & S_ISVTX && (!last || w->flags & TRUST_LAST_STICKY)) return 1 ;
  if (last || !(w->flags & TRUST_SET_STICKY) || st.st_uid != geteuid()) return trust_refuse(w->why, TRUST_WRITABLE, st.st_uid) ;
  return set_sticky(w->fd, st.st_mode) || trust_fail(w->why) ;
}

static void reach (struct walk *w, int fd)
{
  if (w->fd >= 0) fd_close(w->fd) ;
  w->fd = fd ;
}

/* Appends a component to the path of the directory that has been reached; ".." removes one. */
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
  if (n + len + 2 > TRUST_PATH_MAX) return (errno = ENAMETOOLONG, trust_fail(w->why)) ;
  if (n && path[n - 1] != '/') path[n++] = '/' ;
  memcpy(path + n, component, len) ;
  path[n + len] = 0 ;
  return 1 ;
}

static int begin_at_root (struct walk *w)
{
  int fd = file_open("/", O_PATH | O_DIRECTORY, 0) ;
  struct stat st ;
  trust_name(w->why, "/") ;
  if (fd == -1) return trust_fail(w->why) ;
  reach(w, fd) ;
  if (fstat(fd, &st) == -1) return trust_fail(w->why) ;
  w->root_owner = st.st_uid ;
  return check_reached(w) ;
}

static int begin_here (struct walk *w)
{
  int fd = file_open(".", O_PATH | O_DIRECTORY, 0) ;
  struct stat st ;
  trust_name(w->why, "") ;
  if (fd == -1) return trust_fail(w->why) ;
  reach(w, fd) ;
  if (fstat(fd, &st) == -1) return trust_fail(w->why) ;
  w->sticky = trust_others_may_write(&st) ;
  return 1 ;
}

static int follow (struct walk *w, int link, struct stat const *st, size_t parent)
{
  char target[TRUST_PATH_MAX] ;
  ssize_t r ;
  /* Anybody may have made a second name (hard link) of root's link. */
  if (!is_trusted_on_the_way(w, st->st_uid) || (w->sticky && st->st_nlink > 1)) return trust_refuse(w->why, TRUST_LINK, st->st_uid) ;
  if (++w->links > LINKS_MAX) return (errno = ELOOP, trust_fail(w->why)) ;
  r = readlinkat(link, "", target, sizeof target) ;
  if (r <= 0 || (size_t)r >= sizeof target) return (errno = r < 0 ? errno : ENAMETOOLONG, trust_fail(w->why)) ;
  if (is_last(w)) w->by_link = 1 ;
  if (!prepend(w, "/", 1) || !prepend(w, target, (size_t)r)) return 0 ;
  if (*target == '/') return begin_at_root(w) ;
  w->why->path[parent] = 0 ;
  return 1 ;
}

/* Makes the last directory. If it belongs to the caller it gets the mode; the check afterwards
   refuses any other. */
static int make (struct walk *w, char const *component)
{
  struct stat st ;
  int fd ;
  int ok ;
  if (mkdirat(w->fd, component, 0700) == -1 && errno != EEXIST) return trust_fail(w->why) ;
  fd = openat(w->fd, component, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1) return trust_fail(w->why) ;
  ok = fstat(fd, &st) != -1 && (st.st_uid != geteuid() || fchmod(fd, w->mode) != -1) ;
  if (!ok) trust_fail(w->why) ;
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
  if (len > NAME_MAX) return (errno = ENAMETOOLONG, trust_fail(w->why)) ;
  memcpy(component, w->path + w->rest, len) ;
  component[len] = 0 ;
  w->rest += len ;
  if (len == 1 && *component == '.') return !is_last(w) || check_reached(w) ;
  if (!name_reached(w, component, len)) return 0 ;
  fd = openat(w->fd, component, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd == -1 && errno == ENOENT && w->flags & TRUST_CREATE && is_last(w) && !w->by_link) return make(w, component) ;
  if (fd == -1) return trust_fail(w->why) ;
  if (fstat(fd, &st) == -1)
  {
    trust_fail(w->why) ;
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
  if (!S_ISDIR(st.st_mode)) return (errno = ENOTDIR, trust_fail(w->why)) ;
  return check_reached(w) ;
}

static int begin (struct walk *w, char const *path)
{
  char here[TRUST_PATH_MAX] ;
  trust_name(w->why, path) ;
  w->rest = sizeof w->path - 1 ;
  if (!*path) return (errno = ENOENT, trust_fail(w->why)) ;
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

static int is_own_fifo (int dir, char const *entry)
{
  struct stat st ;
  return fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != -1 && S_ISFIFO(st.st_mode) && trust_is_trusted(st.st_uid) ;
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
    trust_fail(why) ;
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
