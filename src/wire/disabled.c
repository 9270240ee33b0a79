#include "wire/disabled.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/text.h"
#include "base/trust.h"

#define PATH_SIZE 4096
#define TEXT_SIZE (DISABLED_WHY_MAX + 64)

static int path_of (char const *name, char const *file, char path[PATH_SIZE])
{
  if ((size_t)snprintf(path, PATH_SIZE, "%s/%s", name, file) < PATH_SIZE) return 1 ;
  errno = ENAMETOOLONG ;
  return 0 ;
}

int disabled_write (char const *name, char const *why, struct timespec const *changed_at)
{
  char path[PATH_SIZE] ;
  char text[TEXT_SIZE] ;
  snprintf(text, sizeof text, "%s\n%lld %ld\n", why, (long long)changed_at->tv_sec, changed_at->tv_nsec) ;
  if (!path_of(name, "supervise", path)) return 0 ;
  if (mkdir(path, 0711) == -1 && errno != EEXIST) return 0 ;
  return path_of(name, DISABLED_FILE, path) && trust_write(AT_FDCWD, path, 0600, text, strlen(text)) ;
}

int disabled_forget (char const *name)
{
  char path[PATH_SIZE] ;
  return path_of(name, DISABLED_FILE, path) && unlink(path) != -1 ;
}

int disabled_read (char const *name, char *why, size_t size, struct timespec *changed_at)
{
  char path[PATH_SIZE] ;
  char text[TEXT_SIZE] ;
  char *rest ;
  size_t len ;
  int fd = path_of(name, DISABLED_FILE, path) ? trust_open(path, O_RDONLY | O_NONBLOCK, 0) : -1 ;
  if (fd == -1 || file_read_close(fd, text, sizeof text - 1) < 0) return 0 ;
  len = strcspn(text, "\n") ;
  changed_at->tv_sec = (time_t)strtoll(text + len, &rest, 10) ;
  changed_at->tv_nsec = strtol(rest, 0, 10) ;
  snprintf(why, size, "%.*s", (int)len, text) ;
  text_make_printable(why, strlen(why)) ;
  return 1 ;
}
