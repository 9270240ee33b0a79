#include "scan/livetree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/file.h"
#include "base/path.h"
#include "base/trust.h"
#include "scan/scanner.h"
#include "scan/tree.h"
#include "service/dependencies.h"
#include "service/enable_if.h"
#include "service/settings.h"
#include "wire/channels.h"

#define MARKER "supervise/reeve"
#define TARGET_MAX (SCAN_PATH_MAX + UNIT_PATH_MAX + 256)

/* What an entry of the service directory becomes in LIVE. */
enum made { MADE_LINK, MADE_NOTHING, MADE_DOWN, MADE_COPY, MADE_TEMPLATE } ;

static enum made made_of (char const *entry)
{
  static struct { char const *entry ; enum made made ; } const special[] =
  {
    { ".", MADE_NOTHING },
    { "..", MADE_NOTHING },
    { "supervise", MADE_NOTHING },
    { "event", MADE_NOTHING },
    { "log", MADE_NOTHING }, /* a directory of its own, made in the same way, if it has a run */
    { "down", MADE_DOWN },
    { "instance", MADE_COPY },
    { "instances", MADE_COPY },
    { "template", MADE_TEMPLATE },
  } ;
  for (size_t i = 0 ; i < sizeof special / sizeof *special ; i++)
    if (!strcmp(entry, special[i].entry)) return special[i].made ;
  return MADE_LINK ;
}

static int fits (int n, size_t size)
{
  if (n >= 0 && (size_t)n < size) return 1 ;
  errno = ENAMETOOLONG ;
  return 0 ;
}

/* Is it a directory that only the scanner's user can have filled? */
static int is_our_directory (char const *path)
{
  struct trust_refusal why ;
  struct stat st ;
  if (lstat(path, &st) == -1) return (errno = errno == ENOTDIR ? ENOENT : errno, 0) ;
  return (st.st_uid == geteuid() && trust_stat(&st, S_IFDIR, 0, &why)) || (errno = ENOENT, 0) ;
}

static int is_ours (char const *name, int *complete)
{
  char path[UNIT_PATH_MAX] ;
  struct stat st ;
  if (!path_join(path, sizeof path, name, "supervise")) return (errno = ENOENT, 0) ;
  if (!is_our_directory(name) || !is_our_directory(path)) return 0 ;
  if (!path_join(path, sizeof path, name, MARKER)) return (errno = ENOENT, 0) ;
  if (lstat(path, &st) == -1) return 0 ;
  if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) return (errno = ENOENT, 0) ;
  *complete = st.st_size > 0 ;
  return 1 ;
}

int livetree_is_ours (char const *name)
{
  int complete ;
  return is_ours(name, &complete) ;
}

static int make_link (int dir, char const *entry, char const *target)
{
  char present[TARGET_MAX] ;
  ssize_t r ;
  if (!symlinkat(target, dir, entry)) return 1 ;
  if (errno != EEXIST) return 0 ;
  r = readlinkat(dir, entry, present, sizeof present) ;
  if (r < 0) return errno == EINVAL ; /* others have put a real file there: it stays */
  if ((size_t)r == strlen(target) && !memcmp(present, target, (size_t)r)) return 1 ;
  return unlinkat(dir, entry, 0) != -1 && symlinkat(target, dir, entry) != -1 ;
}

static int touch (int dir, char const *entry)
{
  int fd = openat(dir, entry, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) return 0 ;
  fd_close(fd) ;
  return 1 ;
}

/* Copies anew: an earlier try may have failed halfway. */
static int copy (int from, char const *entry, int to)
{
  return tree_remove(to, entry) && tree_copy(from, entry, to) ;
}

/* The directories that hold the files of a service, open. */
struct source
{
  DIR *dir[ORIGINS_MAX] ; /* an entry comes from the first of them that has it */
  char path[ORIGINS_MAX][SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  unsigned int count ;
} ;

static int close_source (struct source *source, int ok)
{
  for (unsigned int i = 0 ; i < source->count ; i++) ok = tree_close_directory(source->dir[i], ok) ;
  return ok ;
}

/* Opens the directories of a service. One of them may be missing, but not all. */
static int open_source (struct source *source, char const *scan, struct origin const *origin)
{
  source->count = 0 ;
  for (unsigned int i = 0 ; i < origin->count ; i++)
  {
    char *path = source->path[source->count] ;
    if (!path_join(path, sizeof source->path[0], scan, origin->name[i])) return close_source(source, 0) ;
    source->dir[source->count] = opendir(path) ;
    if (source->dir[source->count]) source->count++ ;
    else if (errno != ENOENT && errno != ENOTDIR) return close_source(source, 0) ;
  }
  return !!source->count ;
}

/* Is the entry in one of the first `count` directories? Returns -1 with errno when it cannot be
   told. */
static int has (struct source const *source, unsigned int count, char const *entry)
{
  struct stat st ;
  for (unsigned int i = 0 ; i < count ; i++)
  {
    if (fstatat(dirfd(source->dir[i]), entry, &st, AT_SYMLINK_NOFOLLOW) != -1) return 1 ;
    if (errno != ENOENT) return -1 ;
  }
  return 0 ;
}

/* What becomes of `entry` here. s6-instance-create copies template/ without following links: a link
   would make all instances share one directory in SCAN. Without instances/ beside it, template/ is
   a directory like any other. */
static enum made made_here (char const *entry, struct source const *source)
{
  enum made made = made_of(entry) ;
  if (made != MADE_TEMPLATE) return made ;
  return has(source, source->count, "instances") == 1 ? MADE_COPY : MADE_LINK ;
}

/* The link to a missing script stays: the script may be on its way back (rm, then cp), and no later
   look would make the link again. Meanwhile the link has the same effect as no link. */
static int is_script (char const *entry)
{
  return !strcmp(entry, "run") || !strcmp(entry, "finish") ;
}

/* Removes links whose original is gone. */
static int unlink_stale (char const *name, struct source const *source)
{
  struct dirent *e ;
  struct stat st ;
  int ok = 1 ;
  DIR *dir = opendir(name) ;
  if (!dir) return 0 ;
  while (ok && (errno = 0, e = readdir(dir)))
  {
    int there ;
    if (made_here(e->d_name, source) != MADE_LINK || is_script(e->d_name)) continue ;
    if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1) ok = errno == ENOENT ;
    else if (S_ISLNK(st.st_mode) && (there = has(source, source->count, e->d_name)) != 1)
      ok = !there && unlinkat(dirfd(dir), e->d_name, 0) != -1 ;
  }
  return tree_close_directory(dir, ok && !errno) ;
}

static int make_entry (struct source const *source, unsigned int i, char const *entry, int to, int fresh)
{
  char target[TARGET_MAX] ;
  switch (made_here(entry, source))
  {
    case MADE_LINK : return path_join(target, sizeof target, source->path[i], entry) && make_link(to, entry, target) ;
    case MADE_DOWN : return !fresh || touch(to, entry) ;
    case MADE_COPY : return !fresh || copy(dirfd(source->dir[i]), entry, to) ;
    default : return 1 ;
  }
}

/* Makes the entries that directory `i` has, and that none before it has. */
static int fill_from (struct source const *source, unsigned int i, int to, int fresh, struct livetree_found *found)
{
  struct dirent *e ;
  int ok = 1 ;
  while (ok && (errno = 0, e = readdir(source->dir[i])))
  {
    int before = has(source, i, e->d_name) ;
    if (!strcmp(e->d_name, DEPENDENCIES)) found->dependencies = 1 ;
    if (!strcmp(e->d_name, ENABLE_IF_FILE)) found->condition = 1 ;
    if (!strcmp(e->d_name, FLAG_CONSOLE_FILE)) found->console = 1 ;
    if (!before) ok = make_entry(source, i, e->d_name, to, fresh) ;
    else if (before < 0) ok = 0 ;
  }
  return ok && !errno ;
}

static int fill (struct source const *source, char const *name, int fresh, struct livetree_found *found)
{
  int ok = 1 ;
  int to = file_open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0) ;
  if (to == -1) return 0 ;
  for (unsigned int i = 0 ; ok && i < source->count ; i++) ok = fill_from(source, i, to, fresh, found) ;
  return tree_close(to, ok) ;
}

/* Makes supervise/, and the mark in it. Mode 0711: others may look at the state of a service. A
   logger's is 0700, so that nobody reaches its input, to which everybody may write.

   The mark is made before anything else, so that the successor of a scanner that is killed here
   knows the directory as its own. The mark is empty until the directory is complete: what must be
   done only once (`down`) is tried until it has worked. */
static int mark (char const *name)
{
  char path[UNIT_PATH_MAX] ;
  int fd ;
  if (!path_join(path, sizeof path, name, "supervise")) return 0 ;
  if (mkdir(path, strchr(name, '/') ? 0700 : 0711) == -1 && errno != EEXIST) return 0 ;
  if (!path_join(path, sizeof path, name, MARKER)) return 0 ;
  fd = file_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644) ;
  if (fd == -1) return errno == EEXIST ;
  fd_close(fd) ;
  return 1 ;
}

int livetree_mark_again (char const *scan, char const *name, struct origin const *origin)
{
  char path[UNIT_PATH_MAX] ;
  char target[TARGET_MAX] ;
  char present[TARGET_MAX] ;
  struct stat st ;
  ssize_t n ;
  if (lstat(name, &st) == -1 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid()) return 0 ;
  if (!path_join(path, sizeof path, name, "run")) return 0 ;
  n = readlink(path, present, sizeof present) ;
  for (unsigned int i = 0 ; n > 0 && i < origin->count ; i++)
    if (fits(snprintf(target, sizeof target, "%s/%s/run", scan, origin->name[i]), sizeof target)
     && (size_t)n == strlen(target) && !memcmp(present, target, (size_t)n)) return mark(name) ;
  return 0 ;
}

static int mark_complete (char const *name)
{
  char path[UNIT_PATH_MAX] ;
  return path_join(path, sizeof path, name, MARKER) && truncate(path, 1) != -1 ;
}

/* Removes all entries of the directory but one. */
static int empty (char const *name, char const *kept)
{
  struct dirent *e ;
  int ok = 1 ;
  DIR *dir = opendir(name) ;
  if (!dir) return 0 ;
  while (ok && (errno = 0, e = readdir(dir)))
  {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, kept)) continue ;
    ok = tree_remove(dirfd(dir), e->d_name) ;
  }
  return tree_close_directory(dir, ok && !errno) ;
}

/* The mark is removed last, so that a directory that cannot be removed is still known as the
   scanner's. It is emptied first, so that nobody takes a half-removed directory for complete. */
int livetree_remove (char const *name)
{
  char supervise[UNIT_PATH_MAX] ;
  char marker[UNIT_PATH_MAX] ;
  if (!path_join(supervise, sizeof supervise, name, "supervise")
   || !path_join(marker, sizeof marker, name, MARKER)) return 0 ;
  if (truncate(marker, 0) == -1 && errno != ENOENT) return 0 ;
  if (!empty(name, "supervise") || (!empty(supervise, "reeve") && errno != ENOENT)) return 0 ;
  if (unlink(marker) == -1 && errno != ENOENT) return 0 ;
  if ((rmdir(supervise) == -1 && errno != ENOENT) || rmdir(name) == -1)
  {
    int err = errno ;
    mark(name) ;
    return (errno = err, 0) ;
  }
  return 1 ;
}

/* Removes an empty directory, which may have an empty supervise/: a scanner that is killed between
   its first two steps leaves one. */
static int remove_if_empty (char const *name)
{
  char path[UNIT_PATH_MAX] ;
  snprintf(path, sizeof path, "%s/supervise", name) ;
  return (rmdir(path) != -1 || errno == ENOENT) && rmdir(name) != -1 ;
}

/* Makes the directory. Returns 1: it has to be filled; 0: it is complete already; -1 with errno:
   EEXIST when something else has the name. */
static int make_directory (char const *name)
{
  int again = 1 ;
  int complete ;
  while (mkdir(name, 0755) == -1)
  {
    if (errno != EEXIST) return -1 ;
    if (is_ours(name, &complete)) return !complete ;
    if (errno != ENOENT) return -1 ; /* whether the name is taken is not known */
    if (!again-- || !remove_if_empty(name)) return (errno = EEXIST, -1) ;
  }
  return mark(name) ? 1 : -1 ;
}

enum livetree_result livetree_make (char const *scan, char const *name, struct origin const *origin, struct livetree_found *found)
{
  struct source source ;
  int fresh ;
  int ok ;
  *found = (struct livetree_found) { 0 } ;
  if (!open_source(&source, scan, origin)) return LIVETREE_FAILED ;
  fresh = make_directory(name) ;
  if (fresh < 0) return !close_source(&source, 0) && errno == EEXIST ? LIVETREE_TAKEN : LIVETREE_FAILED ;
  ok = fill(&source, name, fresh, found) && (fresh ? mark_complete(name) : unlink_stale(name, &source)) ;
  return close_source(&source, ok) ? LIVETREE_DONE : LIVETREE_FAILED ;
}

enum livetree_result livetree_make_collector (char const *program)
{
  int ok ;
  int to ;
  int fresh = make_directory(COLLECTOR) ;
  if (fresh < 0) return errno == EEXIST ? LIVETREE_TAKEN : LIVETREE_FAILED ;
  to = file_open(COLLECTOR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0) ;
  if (to == -1) return LIVETREE_FAILED ;
  ok = make_link(to, "run", program) && openwritenclose_suffix(COLLECTOR "/notification-fd", "3\n", 2, ".new") && fifo_make(COLLECTOR_NEWS) && (!fresh || mark_complete(COLLECTOR)) ;
  return tree_close(to, ok) ? LIVETREE_DONE : LIVETREE_FAILED ;
}

int livetree_make_pipe (char const *logger_name)
{
  char path[UNIT_PATH_MAX] ;
  snprintf(path, sizeof path, "%s/supervise", logger_name) ;
  if (mkdir(path, 0700) == -1 && errno != EEXIST) return 0 ;
  snprintf(path, sizeof path, "%s/" LOGGER_FIFO, logger_name) ;
  return fifo_make_shared(path) ;
}

int livetree_make_outputs (char const *name, int has_logger)
{
  char path[UNIT_PATH_MAX] ;
  snprintf(path, sizeof path, "%s/" COLLECTED, name) ;
  if (mkdir(path, 0700) == -1 && errno != EEXIST) return 0 ;
  snprintf(path, sizeof path, "%s/" COLLECTED_STDOUT, name) ;
  if (!has_logger && !fifo_make_shared(path)) return 0 ;
  snprintf(path, sizeof path, "%s/" COLLECTED_STDERR, name) ;
  return fifo_make_shared(path) ;
}
