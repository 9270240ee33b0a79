#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "migrate/text/root.h"

#define FILE_MAX_SIZE 1048576
#define NAMES_MAX 1000
#define LINKS_MAX 40
#define DEPTH_MAX 64

int root_open (char const *folder)
{
  return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
}

/* The folders from the root down to where the walk is. */
struct walk
{
  int fds[DEPTH_MAX] ; /* fds[0] is the root's, which is not closed */
  unsigned int depth ;
  unsigned int links ;
} ;

static void leave_to (struct walk *walk, unsigned int depth)
{
  while (walk->depth > depth) fd_close(walk->fds[walk->depth--]) ;
}

/* One name in the folder where the walk is. *target: what is left to do when it is a link. Returns
   0 when there is no such name. */
static int step (struct walk *walk, char const *name, int is_last, char *target, int *is_link)
{
  ssize_t len ;
  int fd ;
  *is_link = 0 ;
  if (!*name || !strcmp(name, ".")) return 1 ;
  if (!strcmp(name, ".."))
  {
    leave_to(walk, walk->depth ? walk->depth - 1 : 0) ;
    return 1 ;
  }
  len = readlinkat(walk->fds[walk->depth], name, target, PATH_MAX - 1) ;
  if (len > 0)
  {
    if (++walk->links > LINKS_MAX) return 0 ;
    target[len] = 0 ;
    *is_link = 1 ;
    if (*target == '/') leave_to(walk, 0) ;
    return 1 ;
  }
  if (is_last) return 1 ;
  fd = walk->depth + 1 < DEPTH_MAX ? openat(walk->fds[walk->depth], name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC) : -1 ;
  if (fd == -1) return 0 ;
  walk->fds[++walk->depth] = fd ;
  return 1 ;
}

/* Opens with `flags`, and O_NOFOLLOW: links are followed here, below the root. -1: there is no such file. */
static int open_below (int root, char const *path, int flags)
{
  struct walk walk = { .fds = { root } } ;
  char rest[PATH_MAX] ;
  char target[PATH_MAX] ;
  char name[NAME_MAX + 1] ;
  int fd = -1 ;
  size_t len = strlen(path) ;
  if (root == ROOT_NONE || len >= sizeof(rest)) return -1 ;
  memcpy(rest, path, len + 1) ;
  for (;;)
  {
    char *p = rest + strspn(rest, "/") ;
    char *end = p + strcspn(p, "/") ;
    int is_link ;
    int is_last ;
    if (end - p > NAME_MAX) break ;
    memcpy(name, p, (size_t)(end - p)) ;
    name[end - p] = 0 ;
    end += strspn(end, "/") ;
    is_last = !*end ;
    if (!step(&walk, name, is_last, target, &is_link)) break ;
    if (is_link)
    {
      char joined[2 * PATH_MAX + 2] ;
      size_t n = strlen(target) ;
      memcpy(joined, target, n) ;
      joined[n++] = '/' ;
      memcpy(joined + n, end, strlen(end) + 1) ;
      if (strlen(joined) >= sizeof(rest)) break ;
      memcpy(rest, joined, strlen(joined) + 1) ;
      continue ;
    }
    if (is_last)
    {
      fd = openat(walk.fds[walk.depth], *name && strcmp(name, "..") != 0 ? name : ".", flags | O_NOFOLLOW | O_CLOEXEC) ;
      break ;
    }
    memmove(rest, end, strlen(end) + 1) ;
  }
  leave_to(&walk, 0) ;
  return fd ;
}

int root_has (int root, char const *path)
{
  int fd = open_below(root, path, O_PATH) ;
  if (fd == -1) return 0 ;
  fd_close(fd) ;
  return 1 ;
}

char const *root_read (struct pool *pool, int root, char const *path)
{
  struct stat st ;
  char *bytes ;
  size_t len ;
  /* Looks at it before it opens it: to open a FIFO or a device could have an effect. */
  int fd = open_below(root, path, O_PATH) ;
  int regular = fd != -1 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX_SIZE ;
  if (fd != -1) fd_close(fd) ;
  if (!regular) return 0 ;
  fd = open_below(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY) ;
  if (fd == -1) return 0 ;
  bytes = pool_alloc(pool, FILE_MAX_SIZE + 1) ;
  len = allread(fd, bytes, FILE_MAX_SIZE) ;
  fd_close(fd) ;
  bytes[len] = 0 ;
  return strlen(bytes) == len ? bytes : 0 ;
}

static int by_name (void const *a, void const *b)
{
  return strcmp(*(char const *const *)a, *(char const *const *)b) ;
}

void root_list (struct pool *pool, int root, char const *path, struct texts *names)
{
  int fd = open_below(root, path, O_RDONLY | O_DIRECTORY) ;
  DIR *dir = fd == -1 ? 0 : fdopendir(fd) ;
  char const **found ;
  size_t n = 0 ;
  struct dirent *entry ;
  if (!dir)
  {
    if (fd != -1) fd_close(fd) ;
    return ;
  }
  found = pool_alloc(pool, NAMES_MAX * sizeof(*found)) ;
  while (n < NAMES_MAX && (entry = readdir(dir)))
    if (*entry->d_name != '.') found[n++] = pool_copy(pool, entry->d_name, strlen(entry->d_name)) ;
  closedir(dir) ;
  qsort(found, n, sizeof(*found), &by_name) ;
  for (size_t i = 0 ; i < n ; i++) texts_add(pool, names, found[i]) ;
}
