#include "scan/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#define COPIED_MODE 0755

int tree_close (int fd, int ok)
{
  int err = errno ;
  fd_close(fd) ;
  errno = err ;
  return ok ;
}

int tree_close_directory (DIR *dir, int ok)
{
  int err = errno ;
  closedir(dir) ;
  errno = err ;
  return ok ;
}

static DIR *open_directory (int at, char const *entry)
{
  DIR *dir ;
  int fd = openat(at, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (fd == -1) return 0 ;
  dir = fdopendir(fd) ;
  if (!dir) tree_close(fd, 0) ;
  return dir ;
}

/* Returns 1 with the next entry; 0 at the end, with errno 0; 0 with errno when it fails. */
static int next_entry (DIR *dir, char const **entry)
{
  struct dirent *e ;
  do
  {
    errno = 0 ;
    e = readdir(dir) ;
    if (!e) return 0 ;
  }
  while (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) ;
  *entry = e->d_name ;
  return 1 ;
}

static int copy_bytes (int in, int to, char const *entry)
{
  struct stat st ;
  int out ;
  if (fstat(in, &st) == -1) return 0 ;
  if (!S_ISREG(st.st_mode)) return (errno = EBUSY, 0) ; /* the file was replaced since tree_copy() looked */
  out = openat(to, entry, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) ;
  return out >= 0 && tree_close(out, fd_cat(in, out) >= 0 && fchmod(out, st.st_mode & COPIED_MODE) != -1) ;
}

static int copy_file (int from, char const *entry, int to)
{
  int in = openat(from, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) ;
  return in >= 0 && tree_close(in, copy_bytes(in, to, entry)) ;
}

static int copy_link (int from, char const *entry, int to)
{
  char target[PATH_MAX] ;
  ssize_t n = readlinkat(from, entry, target, sizeof target) ;
  if (n < 0) return 0 ;
  if ((size_t)n >= sizeof target) return (errno = ENAMETOOLONG, 0) ;
  target[n] = 0 ;
  return symlinkat(target, to, entry) != -1 ;
}

static int copy_entries (DIR *from, int to)
{
  char const *entry ;
  while (next_entry(from, &entry))
    if (!tree_copy(dirfd(from), entry, to)) return 0 ;
  return !errno ;
}

static int copy_directory (int at, char const *entry, mode_t mode, int to)
{
  int made ;
  DIR *from = open_directory(at, entry) ;
  if (!from) return 0 ;
  made = mkdirat(to, entry, 0700) == -1 ? -1 : openat(to, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (made == -1) return tree_close_directory(from, 0) ;
  /* The owner keeps all rights, so that an owner who is not root can remove the copy again. */
  return tree_close_directory(from, tree_close(made, copy_entries(from, made) && fchmod(made, (mode & COPIED_MODE) | 0700) != -1)) ;
}

int tree_copy (int from, char const *entry, int to)
{
  struct stat st ;
  if (fstatat(from, entry, &st, AT_SYMLINK_NOFOLLOW) == -1) return 0 ;
  switch (st.st_mode & S_IFMT)
  {
    case S_IFREG : return copy_file(from, entry, to) ;
    case S_IFDIR : return copy_directory(from, entry, st.st_mode, to) ;
    case S_IFLNK : return copy_link(from, entry, to) ;
    case S_IFIFO : return mkfifoat(to, entry, st.st_mode & COPIED_MODE) != -1 ;
    default : return 1 ;
  }
}

/* Reads the directory again until it is empty: some filesystems skip an entry when another one is
   removed. */
static int remove_entries (DIR *dir)
{
  char const *entry ;
  int found ;
  do
  {
    found = 0 ;
    rewinddir(dir) ;
    for (; next_entry(dir, &entry) ; found = 1)
      if (!tree_remove(dirfd(dir), entry)) return 0 ;
    if (errno) return 0 ;
  }
  while (found) ;
  return 1 ;
}

int tree_remove (int at, char const *entry)
{
  DIR *dir ;
  if (unlinkat(at, entry, 0) != -1 || errno == ENOENT) return 1 ;
  if (errno != EISDIR && errno != EPERM) return 0 ;
  dir = open_directory(at, entry) ;
  if (!dir) return errno == ENOENT ;
  if (!tree_close_directory(dir, remove_entries(dir))) return 0 ;
  return unlinkat(at, entry, AT_REMOVEDIR) != -1 || errno == ENOENT ;
}
