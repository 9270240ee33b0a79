/* Stands in for the program whose calls shall fail: stops where it shall be traced
   from its first instruction, and becomes the program. Between the attachment of
   the tracer and the program nothing is called but execve(). */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "scan": the scanner; else a supervisor, whose last argument is the service. */
int main (int argc, char **argv)
{
  char path[4096] ;
  char const *base = strrchr(argv[0], '/') ;
  char const *programs = getenv("FAULTS_PROGRAMS") ;
  char const *directory = getenv("FAULTS_DIR") ;
  int scan = !strcmp(base ? base + 1 : argv[0], "scan") ;
  int fd ;
  if (!programs || !directory) return 100 ;
  snprintf(path, sizeof path, "%s/hold/%s/wait", directory, scan ? "scan" : argv[argc - 1]) ;
  if (!access(path, F_OK))
  {
    snprintf(path, sizeof path, "%s/hold/%s/pid", directory, scan ? "scan" : argv[argc - 1]) ;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) ;
    if (fd == -1 || dprintf(fd, "%d\n", (int)getpid()) < 0) return 111 ;
    close(fd) ;
    kill(getpid(), SIGSTOP) ;
  }
  snprintf(path, sizeof path, "%s/%s", programs, scan ? "reeve-scan" : "real/reeve-supervise") ;
  argv[0] = path ;
  execv(path, argv) ;
  return 127 ;
}
