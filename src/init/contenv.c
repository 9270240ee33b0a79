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

#include "init/init.h"

#define CONTAINER_ENVIRONMENT "s6/container_environment"

/* ---- saving ---- */

static int save_one (int dir, char const *variable, mode_t mode)
{
  char name[NAME_MAX + 1] ;
  size_t len = strcspn(variable, "=") ;
  char const *value = variable + len + 1 ;
  int fd ;
  int ok ;
  if (!len || !variable[len] || len > NAME_MAX || variable[0] == '.' || memchr(variable, '/', len)) return 1 ; /* no file can be named so */
  memcpy(name, variable, len) ;
  name[len] = 0 ;
  fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) ;
  if (fd == -1) return errno == EEXIST ; /* set twice: the first counts, as for getenv() */
  ok = allwrite(fd, value, strlen(value)) == strlen(value) && fchmod(fd, mode) != -1 ;
  fd_close(fd) ;
  return ok ;
}

int contenv_save (char const *live, int readable)
{
  char path[PLACE_MAX] ;
  int ok = 1 ;
  int dir ;
  if (!place_make(live, CONTAINER_ENVIRONMENT, 0700) || !place_beside(path, live, CONTAINER_ENVIRONMENT)) return 0 ;
  if (rm_rf(path) == -1 || !place_make(live, CONTAINER_ENVIRONMENT, readable ? 0755 : 0700)) return 0 ;
  dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) ;
  if (dir == -1) return 0 ;
  for (char **e = environ ; ok && *e ; e++) ok = save_one(dir, *e, readable ? 0644 : 0600) ;
  fd_close(dir) ;
  return ok ;
}

/* ---- reading ---- */

static int usable (char const *live, char out[PLACE_MAX])
{
  return place_beside(out, live, CONTAINER_ENVIRONMENT) && !access(out, R_OK | X_OK) ;
}

/* Where it is: beside the live directory that is named or in use, else in /run. */
static int find (char out[PLACE_MAX])
{
  char live[LIVEDIR_PATH_MAX] ;
  return (livedir_find(live) && usable(live, out)) || usable("/run/service", out) ;
}

/* Sets every variable that is saved. */
static int load (char const *path)
{
  stralloc value = STRALLOC_ZERO ;
  struct dirent *e ;
  DIR *dir = opendir(path) ;
  int ok = 1 ;
  if (!dir) return 0 ;
  while (ok && (e = readdir(dir)))
  {
    int fd ;
    if (e->d_name[0] == '.' || strchr(e->d_name, '=')) continue ;
    fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) ;
    if (fd == -1) continue ;
    value.len = 0 ;
    ok = slurp(&value, fd) && stralloc_0(&value) && setenv(e->d_name, value.s, 1) != -1 ;
    fd_close(fd) ;
  }
  closedir(dir) ;
  stralloc_free(&value) ;
  return ok ;
}

/* What cannot be read any more, after root was dropped, has been inherited. */
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
