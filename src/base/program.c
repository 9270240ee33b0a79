#include "base/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "base/file.h"
#include "base/path.h"

#define EXECUTED "/proc/self/exe"
#define REPLACED " (deleted)" /* what the kernel appends to the path of a removed file */

/* Cuts an absolute path to its directory, in place. */
static void cut_name (char *path)
{
  char *slash = strrchr(path, '/') ;
  slash[slash == path] = 0 ;
}

/* Is the file a program? For an interpreter AT_EXECFN names the script. */
static int is_program (char const *path)
{
  char magic[SELFMAG] ;
  int fd = file_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0) ;
  int is = fd >= 0 && fd_read(fd, magic, SELFMAG) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG) ;
  if (fd >= 0) fd_close(fd) ;
  return is ;
}

static int is_the_same (char const *a, char const *b)
{
  struct stat x, y ;
  return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino ;
}

static int as_executed (char out[PROGRAM_PATH_MAX])
{
  char const *name = (char const *)getauxval(AT_EXECFN) ;
  size_t len = name ? strlen(name) : 0 ;
  if (!len || *name != '/' || len >= PROGRAM_PATH_MAX || !is_program(name)) return 0 ;
  memcpy(out, name, len + 1) ;
  return 1 ;
}

static int as_the_kernel_has_it (char out[PROGRAM_PATH_MAX])
{
  size_t suffix = sizeof REPLACED - 1 ;
  ssize_t r = readlink(EXECUTED, out, PROGRAM_PATH_MAX - 1) ;
  if (r <= 0 || *out != '/') return 0 ; /* a file outside of this root has no path */
  out[r] = 0 ;
  /* " (deleted)" may also be the end of the file's real name. */
  if ((size_t)r > suffix && !strcmp(out + r - suffix, REPLACED) && !is_the_same(out, EXECUTED)) out[(size_t)r - suffix] = 0 ;
  return 1 ;
}

static int find_self (char out[PROGRAM_PATH_MAX])
{
  return as_executed(out) || as_the_kernel_has_it(out) ;
}

/* May nobody but the owner write to the directory? A group does not count as somebody else if it is
   root's, or the owner's alone, as its number tells. */
static int is_closed (char const *directory)
{
  struct stat st ;
  if (stat(directory, &st) == -1) return 0 ;
  if (st.st_mode & S_IWOTH || (st.st_mode & S_IWGRP && st.st_gid && st.st_gid != st.st_uid)) return (errno = EPERM, 0) ;
  return 1 ;
}

/* The program's file may have been removed since, and another one put in its place: does the
   present one certainly belong to a trusted user? */
static int is_still_ours (char const *path)
{
  char directory[PROGRAM_PATH_MAX] ;
  struct stat st ;
  memcpy(directory, path, strlen(path) + 1) ;
  cut_name(directory) ;
  return is_closed(directory) || lstat(path, &st) == -1 || !st.st_uid || st.st_uid == geteuid() ;
}

int program_self (char out[PROGRAM_PATH_MAX], char const *name)
{
  if (find_self(out) && is_still_ours(out)) return 1 ;
  if (!path_join(out, PROGRAM_PATH_MAX, REEVE_BINDIR, name)) *out = 0 ;
  return 0 ;
}

static int is_there (char out[PROGRAM_PATH_MAX], char const *directory, char const *name)
{
  struct stat st ;
  if (!path_join(out, PROGRAM_PATH_MAX, directory, name) || stat(out, &st) == -1) return 0 ;
  if (!S_ISREG(st.st_mode)) return (errno = EACCES, 0) ;
  return !access(out, X_OK) ;
}

static int is_in (char out[PROGRAM_PATH_MAX], char const *directory, char const *name)
{
  return is_closed(directory) && is_there(out, directory, name) ;
}

int program_beside (char out[PROGRAM_PATH_MAX], char const *name)
{
  char self[PROGRAM_PATH_MAX] ;
  char real[PROGRAM_PATH_MAX] ;
  char command[PROGRAM_PATH_MAX] ;
  if (find_self(self))
  {
    int is_real = !!realpath(self, real) ;
    cut_name(self) ;
    if (is_in(out, self, name)) return 1 ;
    if (is_real)
    {
      cut_name(real) ;
      if (is_in(out, real, name)) return 1 ;
      /* Whoever may write to `real` may have made `command` in it. */
      if (is_closed(real) && path_join(command, PROGRAM_PATH_MAX, real, &PROGRAM_COMMAND_DIRECTORY[1]) && is_in(out, command, name)) return 1 ;
    }
  }
  if (is_in(out, PROGRAM_COMMAND_DIRECTORY, name)) return 1 ;
  return is_there(out, REEVE_BINDIR, name) ;
}
