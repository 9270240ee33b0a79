/* The least that a client can do. floorctl stop STANDIN SERVICE: has the stand-in with this pid end its
   service, waits for that. floorctl start STANDIN: has it start the service again. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main (int argc, char *const *argv)
{
  struct pollfd x = { .events = POLLIN } ;
  pid_t standin = argc < 3 ? 0 : (pid_t)strtol(argv[2], 0, 10) ;
  if (standin <= 0) return 100 ;
  if (argc == 3 && !strcmp(argv[1], "start")) return kill(standin, SIGUSR2) ? 111 : 0 ;
  if (argc != 4 || strcmp(argv[1], "stop") != 0) return 100 ;
  x.fd = (int)syscall(SYS_pidfd_open, (pid_t)strtol(argv[3], 0, 10), 0) ;
  if (x.fd == -1 || kill(standin, SIGUSR1) == -1) return 111 ;
  return poll(&x, 1, -1) == 1 ? 0 : 111 ;
}
