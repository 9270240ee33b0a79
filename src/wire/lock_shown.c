#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/path.h"
#include "wire/lock.h"

#define PATH_SIZE 4096
#define LINE_SIZE 256
#define FRESH_MS 50 /* how long the list is used again: a client looks at all services at once */
#define READINGS 4 /* the kernel gives its list in pieces, and misses a lock when one before it goes meanwhile */

struct shown
{
  ino_t inode ;
  dev_t device ;
  pid_t pid ;
} ;

static struct shown *list ;
static size_t count ;

enum { NUMBER, KIND, ADVISORY, ACCESS, PID, FILE_ID, WORDS } ;

/* Adds the holder in a line like "12: POSIX  ADVISORY  WRITE 4711 00:1a:815 0 EOF". Lines with "->"
   are of processes that wait. */
static void add (char *line)
{
  struct shown one ;
  struct shown *more ;
  char *words[WORDS] ;
  char *rest = line ;
  char *end ;
  unsigned long major ;
  unsigned long minor ;
  for (size_t i = 0 ; i < WORDS ; i++)
    if (!(words[i] = strtok_r(i ? 0 : line, " \t\n", &rest))) return ;
  if (strcmp(words[KIND], "POSIX") != 0 || strcmp(words[ACCESS], "WRITE") != 0) return ;
  major = strtoul(words[FILE_ID], &end, 16) ;
  if (*end != ':') return ;
  minor = strtoul(end + 1, &end, 16) ;
  if (*end != ':') return ;
  one.device = makedev(major, minor) ; /* musl's is a macro that evaluates them twice */
  one.inode = (ino_t)strtoull(end + 1, 0, 10) ;
  one.pid = (pid_t)strtol(words[PID], 0, 10) ;
  if (one.pid <= 0) return ;
  more = count & (count - 1) ? list : realloc(list, (count ? 2 * count : 1) * sizeof *list) ;
  if (!more) return ;
  list = more ;
  list[count++] = one ;
}

static unsigned int readings ; /* of which the list consists */

static int read_once (void)
{
  char line[LINE_SIZE] ;
  FILE *file = fopen("/proc/locks", "re") ;
  if (!file) return 0 ;
  while (fgets(line, sizeof line, file)) add(line) ;
  fclose(file) ;
  readings++ ;
  return 1 ;
}

/* Reads /proc/locks, if the list is not fresh. Returns 1, or 0 with errno. */
static int read_list (void)
{
  static uint64_t read_ms ;
  uint64_t now = clock_ms() ;
  if (readings && now - read_ms < FRESH_MS) return 1 ;
  count = 0 ;
  readings = 0 ;
  read_ms = now ;
  return read_once() ;
}

/* Finds the holder's pid. On some filesystems (overlayfs) the kernel's list has another device than
   stat() tells for the file: that of its directory. */
static pid_t find (struct stat const *file, struct stat const *directory)
{
  for (size_t i = 0 ; i < count ; i++)
    if (list[i].inode == file->st_ino && (list[i].device == file->st_dev || list[i].device == directory->st_dev)) return list[i].pid ;
  return 0 ;
}

pid_t lock_holder_shown (char const *path, int *foreign)
{
  struct stat file ;
  struct stat directory ;
  char parent[PATH_SIZE] ;
  pid_t pid = lock_holder(path, foreign) ;
  size_t len = (size_t)(path_last(path) - path) ;
  if (pid >= 0 || errno != EACCES) return pid ;
  if (len + sizeof "." > sizeof parent) return (errno = ENAMETOOLONG, -1) ;
  memcpy(parent, path, len) ;
  memcpy(parent + len, ".", sizeof ".") ;
  if (lstat(path, &file) == -1) return errno == ENOENT ? 0 : -1 ;
  if (stat(parent, &directory) == -1 || !read_list()) return (errno = EACCES, -1) ;
  while (!(pid = find(&file, &directory)) && readings < READINGS)
    if (!read_once()) return (errno = EACCES, -1) ;
  return pid ;
}
