#include "wire/dependents.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/trust.h"

#define SIZE_MAX_READ (16 << 20) /* the names of 60,000 services: more is no such file */

int dependents_read (stralloc *names)
{
  struct stat st ;
  ssize_t n ;
  int fd = trust_open(DEPENDENTS_FILE, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  if (fstat(fd, &st) == -1 || st.st_size > SIZE_MAX_READ || !stralloc_ready(names, (size_t)st.st_size + 1))
  {
    fd_close(fd) ;
    return 0 ;
  }
  n = file_read_close(fd, names->s, (size_t)st.st_size) ;
  if (n < 0) return 0 ;
  for (ssize_t i = 0 ; i < n ; i++)
    if (names->s[i] == '\n') names->s[i] = 0 ;
  names->len = (size_t)n + 1 ; /* with the last NUL: the last name ends, whatever is in the file */
  return 1 ;
}

int dependents_write (char const *lines, size_t len)
{
  return file_replace(DEPENDENTS_FILE, DEPENDENTS_FILE ".new", lines, len) ;
}

int dependents_forget (void)
{
  return unlink(DEPENDENTS_FILE) != -1 || errno == ENOENT ;
}
