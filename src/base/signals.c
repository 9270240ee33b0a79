#include "base/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int signals_open (int const *list, size_t n)
{
  sigset_t set ;
  sigemptyset(&set) ;
  for (size_t i = 0 ; i < n ; i++) sigaddset(&set, list[i]) ;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC) ;
}

int signals_read_from (int fd, int *by_kernel)
{
  struct signalfd_siginfo info ;
  if (read(fd, &info, sizeof info) != (ssize_t)sizeof info) return 0 ;
  *by_kernel = info.ssi_code == SI_KERNEL ;
  return (int)info.ssi_signo ;
}

int signals_read (int fd)
{
  int by_kernel ;
  return signals_read_from(fd, &by_kernel) ;
}
