#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/path.h"
#include "base/process.h"
#include "base/text.h"
#include "base/trust.h"
#include "control/control.h"
#include "service/name.h"

#define PATH_SIZE 4096
#define WORDS_MAX 8192 /* of the logger's command */
#define TAIL_MAX 16384 /* bytes that are looked at */

/* Programs that log into the directories among their words. */
static char const *const loggers[] = { "reeve-log", "s6-log", "multilog", "svlogd" } ;

static int is_logger (char const *program)
{
  for (size_t i = 0 ; i < sizeof loggers / sizeof *loggers ; i++)
    if (!strcmp(path_last(program), loggers[i])) return 1 ;
  return 0 ;
}

/* The first directory that the logger, whose service directory is `logger`, writes to; -1: none. A process may
   say of itself what it likes: *owner is whose the files have to be, 0: anybody's. */
static int open_directory (char const *logger, uid_t *owner)
{
  char path[64] ;
  char words[WORDS_MAX + 1] ;
  struct view view ;
  uid_t tree = owner_of_tree() ;
  gid_t gid ;
  ssize_t len ;
  int base ;
  int fd = -1 ;
  if (!view_read(&view, logger) || !view.pid || !process_user(view.pid, owner, &gid)) return -1 ;
  if (tree) *owner = tree ;
  if (geteuid()) *owner = 0 ; /* the kernel asks whose they are */
  snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)view.pid) ;
  len = file_read(AT_FDCWD, path, words, WORDS_MAX) ;
  if (len <= 0 || !is_logger(words)) return -1 ;
  base = trust_anyones_directory(AT_FDCWD, logger, 0) ;
  for (char *word = words ; base >= 0 && fd == -1 && word < words + len ; word += strlen(word) + 1)
    if (word > words && (*word == '/' || *word == '.')) fd = openat(base, word, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (base >= 0) fd_close(base) ;
  return fd ;
}

/* The end of a file of the directory, from the beginning of a line on. */
static size_t read_end (int dir, char const *file, uid_t owner, char text[TAIL_MAX])
{
  struct stat st ;
  off_t from ;
  size_t len = 0 ;
  char const *newline ;
  int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_nlink == 1 && (!owner || st.st_uid == owner))
  {
    from = st.st_size > TAIL_MAX ? st.st_size - TAIL_MAX : 0 ;
    if (lseek(fd, from, SEEK_SET) == from) len = allread(fd, text, TAIL_MAX) ;
    newline = from ? memchr(text, '\n', len) : 0 ;
    if (newline)
    {
      len -= (size_t)(newline + 1 - text) ;
      memmove(text, newline + 1, len) ;
    }
  }
  fd_close(fd) ;
  return len > 1 && text[0] == '\037' && text[1] == '\213' ? 0 : len ; /* compressed */
}

/* The newest of those that were `current`. */
static int find_archived (int dir, char name[NAME_MAX + 1])
{
  struct dirent *e ;
  int copy = fcntl(dir, F_DUPFD_CLOEXEC, 0) ;
  DIR *list = copy >= 0 ? fdopendir(copy) : 0 ;
  *name = 0 ;
  if (copy >= 0 && !list) fd_close(copy) ;
  while (list && (e = readdir(list)))
    if (e->d_name[0] == '@' && strcmp(e->d_name, name) > 0) snprintf(name, NAME_MAX + 1, "%s", e->d_name) ;
  if (list) closedir(list) ;
  return !!*name ;
}

/* Where the last `count` lines begin; *left: how many more there might be. */
static size_t last_lines (char const *text, size_t len, unsigned int count, unsigned int *left)
{
  size_t at = len ;
  for (*left = count ; at && *left ; --*left)
    while (--at && text[at - 1] != '\n') ;
  return at ;
}

char *log_tail_read (char const *name, unsigned int count)
{
  char logger[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX] ;
  char archived[NAME_MAX + 1] ;
  char *text = malloc(2 * TAIL_MAX + 2) ;
  char *now = text ? text + TAIL_MAX : 0 ;
  unsigned int left = 0 ;
  size_t len = 0 ;
  size_t more = 0 ;
  size_t begin ;
  uid_t owner ;
  int dir ;
  snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, name) ;
  dir = text ? open_directory(logger, &owner) : -1 ;
  if (dir >= 0)
  {
    len = read_end(dir, "current", owner, now) ;
    begin = last_lines(now, len, count, &left) ;
    now += begin ;
    len -= begin ;
    if (left && find_archived(dir, archived)) more = read_end(dir, archived, owner, text) ;
    begin = last_lines(text, more, left, &left) ;
    memmove(text, text + begin, more -= begin) ;
    fd_close(dir) ;
  }
  if (!len && !more)
  {
    free(text) ;
    return 0 ;
  }
  memmove(text + more, now, len) ;
  len += more ;
  if (text[len - 1] != '\n') text[len++] = '\n' ;
  text[len] = 0 ;
  text_make_printable(text, len) ;
  return text ;
}
