#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbtime.h>
#include <skalibs/djbunix.h>
#include <skalibs/uint64.h>

#include "log/log.h"

#define NAME_LEN (TIMESTAMP + 2) /* @STAMP.s */
#define TAI_UNIX 4611686018427387914ULL /* 1970 in a stamp's first 16 digits */

static int is_archived (char const *name)
{
  return strlen(name) == NAME_LEN && name[0] == '@' && strspn(name + 1, "0123456789abcdef") == TIMESTAMP - 1
      && name[TIMESTAMP] == '.' && (name[TIMESTAMP + 1] == 's' || name[TIMESTAMP + 1] == 'u') ;
}

struct archive
{
  uint64_t count ;
  uint64_t total ; /* bytes */
  char oldest[NAME_LEN + 1] ;
  char newest[NAME_LEN + 1] ;
} ;

static int take_stock (struct archive *archive, DIR *dir)
{
  struct dirent *e ;
  memset(archive, 0, sizeof *archive) ;
  rewinddir(dir) ;
  while (errno = 0, (e = readdir(dir)))
  {
    struct stat st ;
    if (!is_archived(e->d_name) || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1) continue ;
    archive->count++ ;
    archive->total += (uint64_t)st.st_size ;
    if (!archive->oldest[0] || strcmp(e->d_name, archive->oldest) < 0) memcpy(archive->oldest, e->d_name, NAME_LEN + 1) ;
    if (strcmp(e->d_name, archive->newest) > 0) memcpy(archive->newest, e->d_name, NAME_LEN + 1) ;
  }
  return !errno ;
}

int archive_trim (struct logdir *d, uint64_t *newest_ms)
{
  struct archive archive ;
  int fd = openat(d->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  DIR *dir = fd == -1 ? 0 : fdopendir(fd) ;
  uint64_t newest ;
  int ok ;
  if (!dir)
  {
    int err = errno ;
    if (fd >= 0) fd_close(fd) ;
    errno = err ;
    return 0 ;
  }
  while ((ok = take_stock(&archive, dir)) && archive.count && (archive.count > d->files || (d->total && archive.total > d->total)))
    if (!(ok = unlinkat(d->dir, archive.oldest, 0) != -1 || errno == ENOENT)) break ;
  archive.newest[17] = 0 ;
  *newest_ms = archive.newest[0] && uint64_xscan(archive.newest + 1, &newest) ? (newest - TAI_UNIX) * 1000 : 0 ;
  {
    int err = errno ;
    closedir(dir) ;
    errno = err ;
  }
  return ok ;
}

int archive_file (struct logdir *d, char const *file, char suffix)
{
  char name[NAME_LEN + 1] ;
  uint64_t newest_ms ;
  struct stat st ;
  tain now ;
  if (fstatat(d->dir, file, &st, AT_SYMLINK_NOFOLLOW) == -1) return errno == ENOENT ;
  if (st.st_nlink > 1) return unlinkat(d->dir, file, 0) != -1 ; /* it is archived: s6-log was killed between two steps */
  if (!st.st_size && suffix == 'u') return unlinkat(d->dir, file, 0) != -1 ; /* it would take the place of one that is not empty */
  do
  {
    tain_wallclock_read(&now) ;
    timestamp_fmt(name, &now) ;
    name[TIMESTAMP] = '.' ;
    name[TIMESTAMP + 1] = suffix ;
    name[NAME_LEN] = 0 ;
  }
  while (!fstatat(d->dir, name, &st, AT_SYMLINK_NOFOLLOW)) ; /* a clock that was set back */
  return renameat(d->dir, file, d->dir, name) != -1 && archive_trim(d, &newest_ms) ;
}

int archive_remove (struct logdir *d, char const *file)
{
  return unlinkat(d->dir, file, 0) != -1 || errno == ENOENT ;
}
