/* Linked into each program of `make coverage`: gcc's counters are a file that all processes
   of the program map. So what a process has counted is kept when it is killed, executes
   something else, or ends by _exit(), and a child made by vfork() needs nothing of its own.
   They add without a lock: a number may be too low, but what was reached is not 0.

   The program executed with COVERAGE_DUMP in its environment does nothing but write down
   what the file holds, as gcc's own code does at exit(): the .gcda files, where gcov
   looks for them. This is the only moment at which it does. */

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef COUNTERS
# define COUNTERS "counters" /* as an absolute path: tools/coverage/cc */
#endif

/* Of counters.ld. The address of the second is a number. */
extern char counters_begin[] ;
extern char counters_size[] ;
extern void __gcov_dump (void) ;
extern void __wrap___gcov_exit (void) ;

void __wrap___gcov_exit (void)
{
}

/* Returns 0 for a process that cannot have it, one in a root of its own say: it counts for
   itself alone. */
static int use_file (void)
{
  size_t len = (size_t)(uintptr_t)counters_size ;
  int fd = open(COUNTERS, O_RDWR | O_CLOEXEC) ;
  void const *at = MAP_FAILED ;
  if (fd == -1) return 0 ;
  if (!ftruncate(fd, (off_t)len)) at = mmap(counters_begin, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ;
  close(fd) ;
  return at == counters_begin ;
}

__attribute__((constructor)) static void begin (void)
{
  int ok = use_file() ;
  if (!getenv("COVERAGE_DUMP")) return ;
  if (ok) __gcov_dump() ;
  _exit(ok ? 0 : 1) ;
}
