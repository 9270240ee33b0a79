/* A service that costs as little as a service can. It says that it runs by one line with its pid and
   the time (CLOCK_MONOTONIC, nanoseconds), through the fifo that BENCH_FIFO names. It ends at SIGTERM. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main (void)
{
  char line[64] ;
  struct timespec now ;
  char const *path = getenv("BENCH_FIFO") ;
  int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1 ;
  int len ;
  clock_gettime(CLOCK_MONOTONIC, &now) ;
  len = snprintf(line, sizeof line, "%ld %lld\n", (long)getpid(), (long long)now.tv_sec * 1000000000 + now.tv_nsec) ;
  if (fd == -1 || write(fd, line, (size_t)len) != len) return 111 ;
  close(fd) ;
  for (;;) pause() ;
}
