/* processes in|below|of DIR [NAME]: prints the pids of processes, one a line:
     in DIR      those whose working directory is DIR
     below DIR   those whose working directory is below DIR
     of DIR      those too, and those that were executed with dir=DIR in their environment
   With NAME, only those that are called so (/proc/PID/comm).

   This process and its ancestors, who ask, are left out. Exits 0 when there is one, else 1. */

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char const usage[] = "usage: processes in|below|of DIR [NAME]\n" ;

enum relation { IN, BELOW, OF } ;

static int open_of (pid_t pid, char const *file)
{
  char path[64] ;
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file) ;
  return open(path, O_RDONLY | O_CLOEXEC) ;
}

static int is_called (pid_t pid, char const *name)
{
  char line[64] ;
  ssize_t n ;
  int fd = open_of(pid, "comm") ;
  if (fd == -1) return 0 ;
  n = read(fd, line, sizeof line - 1) ;
  close(fd) ;
  if (n <= 0) return 0 ;
  line[n - 1] = 0 ; /* for the newline */
  return !strcmp(line, name) ;
}

static int works_there (pid_t pid, char const *dir, enum relation relation)
{
  char path[64] ;
  char target[PATH_MAX + 1] ;
  size_t len = strlen(dir) ;
  ssize_t n ;
  snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid) ;
  n = readlink(path, target, sizeof target - 1) ;
  if (n == -1) return 0 ;
  target[n] = 0 ;
  return relation == IN ? !strcmp(target, dir) : !strncmp(target, dir, len) && target[len] == '/' ;
}

static int has_variable (pid_t pid, char const *dir)
{
  static char *word ;
  static size_t room ;
  FILE *file ;
  int found = 0 ;
  int fd = open_of(pid, "environ") ;
  if (fd == -1) return 0 ;
  file = fdopen(fd, "r") ;
  if (!file)
  {
    close(fd) ;
    return 0 ;
  }
  while (!found && getdelim(&word, &room, 0, file) > 0)
    found = !strncmp(word, "dir=", 4) && !strcmp(word + 4, dir) ;
  fclose(file) ;
  return found ;
}

static pid_t parent_of (pid_t pid)
{
  char line[512] ;
  char const *after_name ;
  int parent ;
  ssize_t n ;
  int fd = open_of(pid, "stat") ;
  if (fd == -1) return 0 ;
  n = read(fd, line, sizeof line - 1) ;
  close(fd) ;
  if (n <= 0) return 0 ;
  line[n] = 0 ;
  after_name = strrchr(line, ')') ;
  return after_name && sscanf(after_name, ") %*c %d", &parent) == 1 ? (pid_t)parent : 0 ;
}

static int asks (pid_t pid)
{
  static pid_t ancestors[100] ; /* ends with 0 */
  if (!*ancestors)
  {
    pid_t one = getpid() ;
    for (size_t i = 0 ; one && i < sizeof ancestors / sizeof *ancestors - 1 ; i++)
    {
      ancestors[i] = one ;
      one = parent_of(one) ;
    }
  }
  for (size_t i = 0 ; ancestors[i] ; i++) if (ancestors[i] == pid) return 1 ;
  return 0 ;
}

static int is_meant (pid_t pid, char const *dir, enum relation relation, char const *name)
{
  if (name && !is_called(pid, name)) return 0 ;
  return works_there(pid, dir, relation) || (relation == OF && has_variable(pid, dir)) ;
}

int main (int argc, char **argv)
{
  enum relation relation ;
  struct dirent *e ;
  DIR *proc ;
  int found = 0 ;
  if (argc < 3 || argc > 4)
  {
    fputs(usage, stderr) ;
    return 100 ;
  }
  relation = !strcmp(argv[1], "in") ? IN : !strcmp(argv[1], "below") ? BELOW : OF ;
  proc = opendir("/proc") ;
  if (!proc)
  {
    perror("processes: fatal: unable to open /proc") ;
    return 111 ;
  }
  while ((e = readdir(proc)))
  {
    pid_t pid = (pid_t)atoi(e->d_name) ;
    if (pid <= 0 || asks(pid)) continue ;
    if (!is_meant(pid, argv[2], relation, argc == 4 ? argv[3] : 0)) continue ;
    printf("%d\n", (int)pid) ;
    found = 1 ;
  }
  return !found ;
}
