#include "wire/dependents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/trust.h"

#define SIZE_MAX_READ (16 << 20) /* the names of 60,000 services: more is no such file */

static int read_all (int fd, stralloc *names)
{
  struct stat st ;
  if (fstat(fd, &st) == -1) return 0 ;
  if (st.st_size > SIZE_MAX_READ) return (errno = EFBIG, 0) ;
  if (!stralloc_ready(names, (size_t)st.st_size + 1)) return 0 ;
  errno = 0 ;
  names->len = allread(fd, names->s, (size_t)st.st_size) ;
  names->s[names->len++] = 0 ; /* so that the last name ends, whatever is in the file */
  return !errno ;
}

int dependents_read (stralloc *names)
{
  int fd = trust_open(DEPENDENTS_FILE, O_RDONLY | O_NONBLOCK, 0) ;
  int ok = fd >= 0 && read_all(fd, names) ;
  int err = errno ;
  if (fd >= 0) fd_close(fd) ;
  for (size_t i = 0 ; ok && i < names->len ; i++)
    if (names->s[i] == '\n') names->s[i] = 0 ;
  errno = err ;
  return ok ;
}

int dependents_write (char const *lines, size_t len)
{
  static char const fresh[] = DEPENDENTS_FILE ".new" ;
  int ok ;
  int fd = file_open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644) ;
  if (fd == -1) return 0 ;
  ok = !len || allwrite(fd, lines, len) == len ;
  fd_close(fd) ;
  return ok && rename(fresh, DEPENDENTS_FILE) != -1 ;
}

int dependents_forget (void)
{
  return unlink(DEPENDENTS_FILE) != -1 || errno == ENOENT ;
}
