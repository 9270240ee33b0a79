/* Linked into each program of `make coverage`: gcc's counters are a file that all processes
   of the program map. So what a process has counted is kept when it is killed, executes
   something else, or ends by _exit(), and a child made by vfork() needs nothing of its own.
   They add without a lock: a number may be too low, but what was reached is not 0.

   The program executed with COVERAGE_DUMP in its environment does nothing but write down
   what the file holds, as gcc's own code does at exit(): the .gcda files, where gcov
   looks for them. This is the only moment at which it does. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern char counters_begin[] ; /* counters.ld */
extern char counters_end[] ;
extern void __gcov_dump (void) ;
extern void __wrap___gcov_exit (void) ;

void __wrap___gcov_exit (void)
{
}

/* A process that cannot open the file, in a root of its own say, counts for itself alone. */
__attribute__((constructor)) static void use_file (void)
{
  size_t len = (size_t)(counters_end - counters_begin) ;
  int fd = open(COUNTERS, O_RDWR | O_CLOEXEC) ;
  if (fd == -1) return ;
  if (!ftruncate(fd, (off_t)len)) mmap(counters_begin, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ;
  close(fd) ;
  if (!getenv("COVERAGE_DUMP")) return ;
  __gcov_dump() ;
  _exit(0) ;
}
