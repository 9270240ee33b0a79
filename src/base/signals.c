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

int signals_read (int fd)
{
  struct signalfd_siginfo info ;
  return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0 ;
}
