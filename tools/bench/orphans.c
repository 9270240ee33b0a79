/* orphans N: makes N processes, leaves all of them to PID 1, and lets them end at the same moment.
   Prints how many milliseconds it took from then until PID 1 had reaped the last one. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In the process that the orphans lose: its end gives them to PID 1. */
static int make (pid_t *pids, long count, int const *hold)
{
  for (long i = 0 ; i < count ; i++)
  {
    char byte ;
    pid_t pid = fork() ;
    if (pid == -1) return 111 ;
    if (pid)
    {
      pids[i] = pid ;
      continue ;
    }
    close(hold[1]) ;
    (void)!read(hold[0], &byte, 1) ; /* until the last writer has closed it */
    _exit(0) ;
  }
  return 0 ;
}

int main (int argc, char *const *argv)
{
  struct timespec const nap = { .tv_nsec = 200000 } ;
  struct timespec began ;
  struct timespec ended ;
  int hold[2] ;
  int wstat ;
  pid_t *pids ;
  pid_t mother ;
  long count = argc == 2 ? strtol(argv[1], 0, 10) : 0 ;
  if (count <= 0) return 100 ;
  // cppcheck-suppress invalidFunctionArg // -1 is right for MAP_ANONYMOUS
  pids = mmap(0, (size_t)count * sizeof *pids, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) ;
  if (pids == MAP_FAILED || pipe(hold) == -1) return 111 ;
  mother = fork() ;
  if (mother == -1) _exit(111) ;
  if (!mother) _exit(make(pids, count, hold)) ;
  if (waitpid(mother, &wstat, 0) != mother || wstat) _exit(111) ;
  clock_gettime(CLOCK_MONOTONIC, &began) ;
  close(hold[1]) ;
  for (long i = 0 ; i < count ; i++)
    while (!kill(pids[i], 0)) nanosleep(&nap, 0) ;
  clock_gettime(CLOCK_MONOTONIC, &ended) ;
  printf("%.6f\n", (double)(ended.tv_sec - began.tv_sec) * 1e3 + (double)(ended.tv_nsec - began.tv_nsec) / 1e6) ;
  return 0 ;
}
