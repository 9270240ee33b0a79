/* probe [ARGUMENT...]: prints what a process finds when it is executed: its arguments,
   user and groups, niceness, umask, working directory, session, whether descriptors 0,
   1 and 2 are open, its environment (sorted) and its limits. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS_MAX 65536
#define LIMITS_WIDTH 60 /* without the units */

static void user_and_groups (void)
{
  static gid_t groups[GROUPS_MAX] ;
  int n = getgroups(GROUPS_MAX, groups) ;
  printf("ids %d %d %d %d groups", (int)getuid(), (int)geteuid(), (int)getgid(), (int)getegid()) ;
  for (int i = 0 ; i < n ; i++) printf(" %d", (int)groups[i]) ;
  puts("") ;
}

static void working_directory (void)
{
  char path[PATH_MAX] ;
  puts(getcwd(path, sizeof path) ? path : strerror(errno)) ;
}

static int by_bytes (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

static void environment (void)
{
  size_t n = 0 ;
  while (environ[n]) n++ ;
  qsort(environ, n, sizeof *environ, &by_bytes) ;
  for (size_t i = 0 ; i < n ; i++) puts(environ[i]) ;
}

static void limits (void)
{
  char line[256] ;
  FILE *file = fopen("/proc/self/limits", "r") ;
  if (!file)
  {
    printf("limits: %s\n", strerror(errno)) ;
    return ;
  }
  while (fgets(line, sizeof line, file)) printf("%.*s\n", LIMITS_WIDTH, line) ;
  fclose(file) ;
}

int main (int argc, char **argv)
{
  mode_t mask = umask(0) ;
  printf("arguments") ;
  for (int i = 1 ; i < argc ; i++) printf(" %s", argv[i]) ;
  puts("") ;
  user_and_groups() ;
  printf("nice %d umask %04o\n", getpriority(PRIO_PROCESS, 0), (unsigned int)mask) ;
  working_directory() ;
  printf("leads its session %d, its group %d\n", getsid(0) == getpid(), getpgrp() == getpid()) ;
  for (int fd = 0 ; fd < 3 ; fd++) if (fcntl(fd, F_GETFD) != -1) printf("has %d\n", fd) ;
  environment() ;
  limits() ;
  return fflush(stdout) ? 1 : 0 ;
}
