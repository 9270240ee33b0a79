#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/message.h"
#include "base/signals.h"
#include "log/log.h"

static void reap (struct logger *l)
{
  for (;;)
  {
    int wstat ;
    pid_t pid = waitpid(-1, &wstat, WNOHANG) ;
    if (pid <= 0) return ;
    for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
      if (sink->logdir && processor_ended(sink->logdir, pid, wstat)) break ;
  }
}

void logger_signals (struct logger *l)
{
  int sig ;
  while ((sig = signals_read(l->signals)))
  {
    switch (sig)
    {
      case SIGTERM : case SIGINT : if (!l->ignores_sigterm) l->ending++ ; break ;
      case SIGHUP : l->ending++ ; break ;
      case SIGCHLD : reap(l) ; break ;
      default : /* SIGALRM */
        for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
          if (sink->logdir) logdir_rotate(sink->logdir) ;
    }
  }
}

void logger_pause (struct logger *l, int fd, int ms)
{
  struct pollfd x[3] = { { .fd = l->signals, .events = POLLIN }, { .fd = message_fd(), .events = POLLOUT }, { .fd = fd, .events = POLLOUT } } ;
  if (poll(x, 3, ms) <= 0) return ;
  if (x[0].revents) logger_signals(l) ;
  if (x[1].revents) message_say_lost() ;
}
