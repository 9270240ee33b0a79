#include "wire/disabled.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/text.h"
#include "base/trust.h"

#define PATH_SIZE 4096

static int path_of (char const *name, char const *file, char path[PATH_SIZE])
{
  if ((size_t)snprintf(path, PATH_SIZE, "%s/%s", name, file) < PATH_SIZE) return 1 ;
  errno = ENAMETOOLONG ;
  return 0 ;
}

int disabled_write (char const *name, char const *why)
{
  char path[PATH_SIZE] ;
  if (!path_of(name, "supervise", path)) return 0 ;
  if (mkdir(path, 0711) == -1 && errno != EEXIST) return 0 ;
  return path_of(name, DISABLED_FILE, path) && trust_write(AT_FDCWD, path, 0600, why, strlen(why)) ;
}

int disabled_forget (char const *name)
{
  char path[PATH_SIZE] ;
  return path_of(name, DISABLED_FILE, path) && unlink(path) != -1 ;
}

int disabled_read (char const *name, char *why, size_t size, struct timespec *written_at)
{
  char path[PATH_SIZE] ;
  struct stat st ;
  ssize_t n ;
  int fd = path_of(name, DISABLED_FILE, path) ? trust_open(path, O_RDONLY | O_NONBLOCK, 0) : -1 ;
  if (fd == -1) return 0 ;
  if (fstat(fd, &st) == -1)
  {
    int err = errno ;
    fd_close(fd) ;
    return (errno = err, 0) ;
  }
  *written_at = st.st_mtim ;
  n = file_read_close(fd, why, size - 1) ;
  if (n < 0) return 0 ;
  why[strcspn(why, "\n")] = 0 ;
  text_make_printable(why, strlen(why)) ;
  return 1 ;
}
