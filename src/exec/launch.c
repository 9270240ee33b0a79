#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/config.h>
#include <skalibs/posixplz.h>
#include <skalibs/strerr.h>

#include "exec/exec.h"
#include "service/executable.h"

char const *original_path ;

void launch_try (char const *file, char *const *argv, char const *path)
{
  execvep(file, (char const *const *)argv, (char const *const *)environ, path ? path : SKALIBS_DEFAULTPATH) ;
}

void launch (char const *file, char *const *argv, char const *path)
{
  char why[EXECUTABLE_WHY_MAX] ;
  int err ;
  int code ;
  launch_try(file, argv, path) ;
  err = errno ;
  code = front->exec_code ;
  if (!code) code = err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED ;
  if (strchr(file, '/')) strerr_dief4x(code, "unable to execute ", file, ": ", executable_why_not(file, err, why, sizeof why)) ;
  if (err == ENOENT) strerr_dief4x(code, "unable to execute ", file, EXECUTABLE_NOT_IN_PATH, path ? path : SKALIBS_DEFAULTPATH) ;
  errno = err ;
  strerr_diefu2sys(code, "execute ", file) ;
}

void launch_original (char *const *argv)
{
  launch(argv[0], argv, original_path) ;
}
