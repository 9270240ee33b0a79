#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "base/trust.h"
#include "init/init.h"

#define CONTAINER_ENVIRONMENT "s6/container_environment"

/* A file in that directory, for variables whose names no file can have: NAME=VALUE, each ended by a
   NUL. Readers of such directories skip a name with a leading dot. */
#define UNNAMED ".unnamed"

/* ---- saving ---- */

static int can_be_file (char const *name)
{
  return *name != '.' && !strchr(name, '/') && strlen(name) <= NAME_MAX ;
}

static int create (int dir, char const *name)
{
  return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) ;
}

static int put (int fd, char const *text, size_t len, mode_t mode)
{
  int ok = allwrite(fd, text, len) == len && fchmod(fd, mode) != -1 ;
  int err = errno ;
  fd_close(fd) ;
  errno = err ;
  return ok ;
}

static int save_one (int dir, char const *name, char const *value, mode_t mode, stralloc *unnamed)
{
  int fd ;
  errno = ENAMETOOLONG ;
  fd = can_be_file(name) ? create(dir, name) : -1 ;
  if (fd >= 0) return put(fd, value, strlen(value), mode) ;
  if (errno == EEXIST) return 1 ; /* the variable is set twice: the first value counts, as for getenv() */
  if (errno != ENAMETOOLONG && errno != EINVAL && errno != EILSEQ) return 0 ;
  return stralloc_cats(unnamed, name) && stralloc_cats(unnamed, "=") && stralloc_cats(unnamed, value) && stralloc_0(unnamed) ;
}

static int save_all (int dir, mode_t mode, int tell)
{
  stralloc name = STRALLOC_ZERO ;
  stralloc unnamed = STRALLOC_ZERO ;
  int nameless = 0 ;
  int ok = 1 ;
  for (char **e = environ ; ok && *e ; e++)
  {
    size_t len = strcspn(*e, "=") ;
    name.len = 0 ;
    if (!len || !(*e)[len]) nameless = 1 ; /* no program could ask for it */
    else ok = stralloc_catb(&name, *e, len) && stralloc_0(&name) && save_one(dir, name.s, *e + len + 1, mode, &unnamed) ;
  }
  if (ok && unnamed.len)
  {
    int fd = create(dir, UNNAMED) ;
    ok = fd >= 0 && put(fd, unnamed.s, unnamed.len, mode) ;
  }
  if (nameless && tell) strerr_warnw1x("with-contenv will not know all of the environment: a variable in it has no name (write NAME=VALUE)") ;
  stralloc_free(&name) ;
  stralloc_free(&unnamed) ;
  return ok ;
}

/* Removes the entries, by descriptor, and not what is inside directories: that may still be
   somebody else's. */
static int empty (int dir)
{
  struct dirent *e ;
  int ok = 1 ;
  int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  DIR *entries = fd == -1 ? 0 : fdopendir(fd) ;
  if (!entries)
  {
    if (fd >= 0) fd_close(fd) ;
    return 0 ;
  }
  while (ok && (e = readdir(entries)))
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
      ok = unlinkat(dir, e->d_name, 0) != -1 || unlinkat(dir, e->d_name, AT_REMOVEDIR) != -1 || errno == ENOENT ;
  {
    int err = errno ;
    closedir(entries) ;
    errno = err ;
  }
  return ok ;
}

int contenv_save (char const *live, int readable, int tell)
{
  char path[PLACE_MAX] ;
  int ok ;
  int dir ;
  if (!place_make(live, CONTAINER_ENVIRONMENT, 0700) || !place_beside(path, live, CONTAINER_ENVIRONMENT)) return 0 ;
  dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (dir == -1) return 0 ;
  ok = empty(dir) && fchmod(dir, readable ? 0755 : 0700) != -1 && save_all(dir, readable ? 0644 : 0600, tell) ;
  {
    int err = errno ;
    fd_close(dir) ;
    errno = err ;
  }
  return ok ;
}

/* ---- reading ---- */

static int usable (char const *live, char out[PLACE_MAX])
{
  struct trust_refusal why ;
  int dir ;
  if (!place_beside(out, live, CONTAINER_ENVIRONMENT) || access(out, R_OK | X_OK) == -1) return 0 ;
  dir = trust_directory(out, 0, 0, &why) ;
  if (dir >= 0) fd_close(dir) ;
  else place_say_refused(out, &why) ;
  return dir >= 0 ;
}

/* Finds the saved environment: beside the live directory that is named or in use, else in /run. */
static int find (char out[PLACE_MAX])
{
  char live[LIVEDIR_PATH_MAX] ;
  return (livedir_find(live) && usable(live, out)) || usable("/run/service", out) ;
}

/* Reads the value in a file. Returns 0 when there is none (any more); then *ok stays as it is. */
static char *read_value (int dir, char const *name, stralloc *value, int *ok)
{
  int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) ;
  if (fd == -1) return 0 ;
  value->len = 0 ;
  *ok = slurp(value, fd) && stralloc_0(value) ;
  fd_close(fd) ;
  return *ok ? value->s : 0 ;
}

/* Sets the variables in that file, the last first: if one is in it twice, the first counts. */
static int load_unnamed (int dir, stralloc *value)
{
  int ok = 1 ;
  size_t end ;
  if (!read_value(dir, UNNAMED, value, &ok)) return ok ;
  for (end = value->len - 1 ; ok && end ; )
  {
    size_t start = end - 1 ; /* where this variable's NUL is */
    char *equals ;
    while (start && value->s[start - 1]) start-- ;
    equals = strchr(value->s + start, '=') ;
    if (equals && equals != value->s + start)
    {
      *equals = 0 ;
      ok = setenv(value->s + start, equals + 1, 1) != -1 ;
    }
    end = start ;
  }
  return ok ;
}

/* Sets every saved variable. */
static int load (char const *path)
{
  stralloc value = STRALLOC_ZERO ;
  struct dirent *e ;
  DIR *dir = opendir(path) ;
  int ok = 1 ;
  if (!dir) return 0 ;
  while (ok && (e = readdir(dir)))
  {
    if (e->d_name[0] == '.' || strchr(e->d_name, '=')) continue ;
    if (read_value(dirfd(dir), e->d_name, &value, &ok)) ok = setenv(e->d_name, value.s, 1) != -1 ;
  }
  ok = ok && load_unnamed(dirfd(dir), &value) ;
  closedir(dir) ;
  stralloc_free(&value) ;
  return ok ;
}

/* Restores the saved environment. A file that cannot be read any more after root was dropped does
   not matter: the variable was inherited. */
static void restore (void)
{
  char path[PLACE_MAX] ;
  if (find(path) && !load(path)) strerr_warnwu2sys("read the container's environment in ", path) ;
}

int with_contenv_main (int argc, char const *const *argv)
{
  if (argc < 2) strerr_dieusage(EXIT_USAGE, "with-contenv PROGRAM [ARGUMENT...]") ;
  restore() ;
  execvp(argv[1], (char *const *)(argv + 1)) ;
  strerr_diefu2sys(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED, "execute ", argv[1]) ;
}

int printcontenv_main (int argc, char const *const *argv)
{
  char const *value ;
  if (argc > 2) strerr_dieusage(EXIT_USAGE, "printcontenv [NAME]") ;
  clearenv() ;
  restore() ;
  if (argc == 2)
  {
    value = getenv(argv[1]) ;
    if (!value) return 1 ;
    puts(value) ;
  }
  else for (char **e = environ ; e && *e ; e++) puts(*e) ;
  return fflush(stdout) ? EXIT_SYSTEM : 0 ;
}
