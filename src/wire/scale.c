#include "wire/scale.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "base/trust.h"

#define PATH_SIZE (sizeof SCALE_DIRECTORY "/" + NAME_MAX)

static int path_of (char const *template, char path[PATH_SIZE])
{
  int n = snprintf(path, PATH_SIZE, SCALE_DIRECTORY "/%s", template) ;
  return (n > 0 && (size_t)n < PATH_SIZE) || (errno = ENAMETOOLONG, 0) ;
}

int scale_read (char const *template, uint32_t *count)
{
  char path[PATH_SIZE] ;
  char text[UINT32_FMT + 1] ;
  uint32_t number ;
  size_t len ;
  size_t n ;
  int fd ;
  if (!path_of(template, path)) return -1 ;
  fd = trust_open(path, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return errno == ENOENT ? 0 : -1 ;
  n = allread(fd, text, sizeof text - 1) ;
  fd_close(fd) ;
  text[n] = 0 ;
  len = *text >= '0' && *text <= '9' ? uint32_scan(text, &number) : 0 ;
  if (!len || len + 1 != n || text[len] != '\n') return (errno = EPROTO, -1) ;
  *count = number ;
  return 1 ;
}

int scale_write (char const *template, uint32_t count)
{
  char path[PATH_SIZE] ;
  char line[UINT32_FMT + 1] ;
  int n = snprintf(line, sizeof line, "%u\n", (unsigned int)count) ;
  return path_of(template, path) && trust_write(AT_FDCWD, path, 0644, line, (size_t)n) ;
}
