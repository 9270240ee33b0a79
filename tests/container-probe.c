/* A service for images without a shell. As ./run it says so and waits for SIGTERM;
   as `probe CODE` it ends with that code. */

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void say (char const *s, size_t len)
{
  if (write(1, s, len) != (ssize_t)len) _exit(111) ;
}

#define SAY(s) say(s, sizeof(s) - 1)

int main (int argc, char **argv)
{
  sigset_t set ;
  int sig ;
  if (argc > 1 && *argv[1] >= '0' && *argv[1] <= '9') return atoi(argv[1]) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGTERM) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  SAY("probe: waiting\n") ;
  if (sigwait(&set, &sig)) return 111 ;
  SAY("probe: told to end\n") ;
  return 0 ;
}
