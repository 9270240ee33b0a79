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
#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "log/log.h"

#define NAME_LEN (TIMESTAMP + 2) /* bytes of @STAMP.s */
#define TAI_UNIX 4611686018427387914ULL /* the year 1970, as the first 16 digits of a stamp */

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
  int has_inode ; /* one of them is the file that was asked for */
} ;

/* Of the files that are as old as `beyond` or older, only the newest counts. An entry that is no regular file is
   not a logger's, whatever its name. */
static int take_stock (struct archive *archive, DIR *dir, char const *beyond, struct stat const *wanted)
{
  struct dirent *e ;
  memset(archive, 0, sizeof *archive) ;
  rewinddir(dir) ;
  while (errno = 0, (e = readdir(dir)))
  {
    struct stat st ;
    if (!is_archived(e->d_name) || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1 || !S_ISREG(st.st_mode)) continue ;
    if (wanted && st.st_ino == wanted->st_ino && st.st_dev == wanted->st_dev) archive->has_inode = 1 ;
    if (strcmp(e->d_name, archive->newest) > 0) memcpy(archive->newest, e->d_name, NAME_LEN + 1) ;
    if (strcmp(e->d_name, beyond) <= 0) continue ;
    archive->count++ ;
    archive->total += (uint64_t)st.st_size ;
    if (!archive->oldest[0] || strcmp(e->d_name, archive->oldest) < 0) memcpy(archive->oldest, e->d_name, NAME_LEN + 1) ;
  }
  return !errno ;
}

static DIR *open_stock (struct logdir *d)
{
  int fd = openat(d->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  DIR *dir = fd == -1 ? 0 : fdopendir(fd) ;
  if (!dir && fd >= 0)
  {
    int err = errno ;
    fd_close(fd) ;
    errno = err ;
  }
  return dir ;
}

static void close_stock (DIR *dir)
{
  int err = errno ;
  closedir(dir) ;
  errno = err ;
}

static int stamp_of (char const *name, tain *stamp)
{
  return name[0] && timestamp_scan(name, stamp) && stamp->sec.x >> 62 == 1 && stamp->nano < 999999999 ;
}

/* A file that cannot be removed, for whatever reason, stays and does not count any more. */
int archive_trim (struct logdir *d, uint64_t *newest_ms)
{
  struct archive archive ;
  char beyond[NAME_LEN + 1] = "" ;
  DIR *dir = open_stock(d) ;
  tain newest ;
  int ok ;
  if (!dir) return 0 ;
  while ((ok = take_stock(&archive, dir, beyond, 0)) && archive.count && (archive.count > d->files || (d->total && archive.total > d->total)))
  {
    if (unlinkat(d->dir, archive.oldest, 0) != -1 || errno == ENOENT) continue ;
    if (!d->said_trim) strerr_warnwu5sys("remove the old file ", d->path, "/", archive.oldest, " (it stays)") ;
    d->said_trim = 1 ;
    memcpy(beyond, archive.oldest, sizeof beyond) ;
  }
  *newest_ms = stamp_of(archive.newest, &newest) ? (newest.sec.x - TAI_UNIX) * 1000 : 0 ;
  close_stock(dir) ;
  return ok ;
}

static void later (tain *stamp, tain const *than)
{
  *stamp = *than ;
  if (++stamp->nano < 1000000000) return ;
  stamp->nano = 0 ;
  stamp->sec.x++ ;
}

/* A file with another name elsewhere is also somebody's copy (cp -al). Its name here is removed only if
   s6-log was killed while it archived the file: between its link() and its unlink(). */
int archive_file (struct logdir *d, char const *file, char suffix)
{
  char name[NAME_LEN + 1] ;
  struct archive archive ;
  uint64_t newest_ms ;
  struct stat st ;
  tain now ;
  tain newest ;
  DIR *dir ;
  int ok ;
  if (fstatat(d->dir, file, &st, AT_SYMLINK_NOFOLLOW) == -1) return errno == ENOENT ;
  if (!st.st_size && suffix == 'u') return unlinkat(d->dir, file, 0) != -1 ; /* it would take the place of a file that is not empty */
  dir = open_stock(d) ;
  if (!dir) return 0 ;
  ok = take_stock(&archive, dir, "", st.st_nlink > 1 ? &st : 0) ;
  close_stock(dir) ;
  if (!ok) return 0 ;
  if (archive.has_inode) return unlinkat(d->dir, file, 0) != -1 ;
  tain_wallclock_read(&now) ;
  if (stamp_of(archive.newest, &newest) && !tain_less(&newest, &now)) later(&now, &newest) ; /* the clock was set back: the oldest is removed first */
  for (;; later(&now, &now))
  {
    timestamp_fmt(name, &now) ;
    name[TIMESTAMP] = '.' ;
    name[TIMESTAMP + 1] = suffix ;
    name[NAME_LEN] = 0 ;
    if (faccessat(d->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == -1) break ;
  }
  return renameat(d->dir, file, d->dir, name) != -1 && archive_trim(d, &newest_ms) ;
}

int archive_remove (struct logdir *d, char const *file)
{
  return unlinkat(d->dir, file, 0) != -1 || errno == ENOENT ;
}
