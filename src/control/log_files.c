#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "control/log_reader.h"

#define TRIES 10

int log_files_is_same (struct stat const *a, struct stat const *b)
{
  return a->st_ino == b->st_ino && a->st_dev == b->st_dev ;
}

void log_files_free (struct log_files *files)
{
  log_place_free(files->names, files->count) ;
  if (files->current >= 0) fd_close(files->current) ;
}

/* The current file was rotated meanwhile: it has a name in the list now. Removes that name and all newer
   ones; they are read at the next look. */
static void leave_out_current (struct log_place const *place, struct log_files *files)
{
  struct stat st ;
  size_t n = 0 ;
  while (n < files->count && (fstatat(place->dir, files->names[n], &st, AT_SYMLINK_NOFOLLOW) == -1 || !log_files_is_same(&st, &files->st))) n++ ;
  for (size_t i = n ; i < files->count ; i++) free(files->names[i]) ;
  files->count = n ;
}

int log_files_list (struct log_place const *place, struct log_files *files)
{
  for (unsigned int i = 0 ; ; i++)
  {
    char const *current = log_place_current(place) ;
    struct stat dir ;
    struct stat now ;
    *files = (struct log_files) { .count = 0 } ;
    files->current = log_place_open(place, current, &files->st) ;
    if (!fstat(place->dir, &dir)) files->listed = dir.st_mtim ;
    files->names = log_place_list(place, &files->count) ;
    if (!files->names)
    {
      log_files_free(files) ;
      return 0 ;
    }
    if (files->current == -1 || (fstatat(place->dir, current, &now, AT_SYMLINK_NOFOLLOW) != -1 && log_files_is_same(&now, &files->st))) return 1 ;
    if (i == TRIES)
    {
      leave_out_current(place, files) ;
      return 1 ;
    }
    log_files_free(files) ;
  }
}

int log_files_is_compressed (int fd)
{
  static char const magics[][4] = { "\037\213", "\3757z", "(\265/", "BZh" } ;
  char head[4] = "" ;
  if (pread(fd, head, 3, 0) != 3) return 0 ;
  for (size_t i = 0 ; i < sizeof magics / sizeof *magics ; i++)
    if (!strncmp(head, magics[i], strlen(magics[i]))) return 1 ;
  return 0 ;
}

int log_files_open_old (struct log_place const *place, char const *name, int quiet, struct stat *st)
{
  int fd = log_place_open(place, name, st) ;
  if (fd == -1)
  {
    if (errno != ENOENT && !quiet) strerr_warnwu4sys("read ", place->path, "/", name) ;
    return -1 ;
  }
  if (!log_files_is_compressed(fd)) return fd ;
  fd_close(fd) ;
  if (!quiet) strerr_warnw4x("skipped, as it is compressed: ", place->path, "/", name) ;
  return -1 ;
}
