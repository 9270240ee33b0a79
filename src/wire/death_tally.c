#include "wire/death_tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/file.h"

#define PAGE 4096
#define FRESH DEATH_TALLY_FILE ".new"

void death_tally_pack (char out[DEATH_TALLY_RECORD], tain const *stamp, int wstat)
{
  tain_pack(out, stamp) ;
  out[TAIN_PACK] = (char)(WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat)) ;
  out[TAIN_PACK + 1] = (char)(WIFSIGNALED(wstat) ? WTERMSIG(wstat) : 0) ;
}

/* Reads the last records, at most `max`. Returns how many; 0 if there is no tally, or something
   else has its name; -1 with errno. */
static ssize_t read_last (char *records, size_t max)
{
  struct stat st ;
  size_t n = 0 ;
  int err = 0 ;
  int fd = file_open(DEATH_TALLY_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) ;
  if (fd == -1) return errno == ENOENT || errno == ELOOP ? 0 : -1 ;
  if (fstat(fd, &st) == -1) err = errno ;
  else if (S_ISREG(st.st_mode))
  {
    size_t all = (size_t)st.st_size / DEATH_TALLY_RECORD ;
    size_t wanted = all > max ? max : all ;
    off_t skip = (off_t)((all - wanted) * DEATH_TALLY_RECORD) ;
    if (lseek(fd, skip, SEEK_SET) == -1) err = errno ;
    else
    {
      errno = 0 ;
      n = allread(fd, records, wanted * DEATH_TALLY_RECORD) ;
      if (n < wanted * DEATH_TALLY_RECORD && errno && errno != EPIPE) err = errno ;
    }
  }
  fd_close(fd) ;
  errno = err ;
  return err ? -1 : (ssize_t)(n / DEATH_TALLY_RECORD) ;
}

/* Appends the record, while the tally has room and stays within one page: so short a write within a
   page is never seen half done. */
static int append (char const record[DEATH_TALLY_RECORD], unsigned int max)
{
  struct stat st ;
  int ok = 0 ;
  int fd = file_open(DEATH_TALLY_FILE, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  if (fstat(fd, &st) != -1 && S_ISREG(st.st_mode) && !(st.st_size % DEATH_TALLY_RECORD)
   && st.st_size / DEATH_TALLY_RECORD < max && st.st_size + DEATH_TALLY_RECORD <= PAGE)
  {
    ok = write(fd, record, DEATH_TALLY_RECORD) == DEATH_TALLY_RECORD ;
    if (!ok && ftruncate(fd, st.st_size) == -1) ok = 0 ; /* the disk is full: leave no half record */
  }
  fd_close(fd) ;
  return ok ;
}

/* Replaces the tally by its last records and this one. */
static int rewrite (char const record[DEATH_TALLY_RECORD], unsigned int max)
{
  static char records[DEATH_TALLY_MAX * DEATH_TALLY_RECORD] ;
  ssize_t n = max ? read_last(records, max - 1) : 0 ;
  size_t len ;
  int fd ;
  if (n == -1) return 0 ; /* rather lose this death than all others */
  len = (size_t)n * DEATH_TALLY_RECORD ;
  if (max)
  {
    memcpy(records + len, record, DEATH_TALLY_RECORD) ;
    len += DEATH_TALLY_RECORD ;
  }
  fd = file_open(FRESH, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) return 0 ;
  if (allwrite(fd, records, len) < len)
  {
    fd_close(fd) ;
    return 0 ;
  }
  fd_close(fd) ;
  return !rename(FRESH, DEATH_TALLY_FILE) ;
}

int death_tally_add (tain const *stamp, int wstat, unsigned int max)
{
  char record[DEATH_TALLY_RECORD] ;
  if (max > DEATH_TALLY_MAX) max = DEATH_TALLY_MAX ;
  death_tally_pack(record, stamp, wstat) ;
  return append(record, max) || rewrite(record, max) ;
}
