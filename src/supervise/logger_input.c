#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "supervise/supervisor.h"
#include "wire/channels.h"

#define PRODUCERS_LOGGER "log/" LOGGER_FIFO

void logger_input_hold (struct supervisor *s)
{
  if (s->reports == -1) return ; /* without a scanner nobody runs the logger */
  if (s->logger_input == -1) s->logger_input = fifo_open(LOGGER_FIFO, s->running_dry ? O_RDONLY : O_RDWR) ;
  if (s->logger_input == -1 && errno != ENOENT)
    strerr_warnwu1sys("open " LOGGER_FIFO " (the logger runs without its input)") ;
  if (s->logger_output == -1) s->logger_output = fifo_open(PRODUCERS_LOGGER, O_RDWR) ;
}

void logger_input_run_dry (struct supervisor *s)
{
  int reader ;
  if (s->logger_input == -1 || s->running_dry) return ;
  reader = fifo_open(LOGGER_FIFO, O_RDONLY) ; /* before the other end goes, or what is in it is lost */
  if (reader == -1) strerr_warnwu1sys("reopen " LOGGER_FIFO " for reading") ;
  fd_close(s->logger_input) ;
  s->logger_input = reader ;
  s->running_dry = 1 ;
}

int logger_input_left (struct supervisor const *s)
{
  int n = 0 ;
  return s->running_dry && s->logger_input >= 0 && !ioctl(s->logger_input, FIONREAD, &n) && n > 0 ;
}

static int blocking (int fd)
{
  if (fd >= 0 && ndelay_off(fd) == -1) strerr_warnwu1sys("make a logger's fifo blocking") ;
  return fd ;
}

int logger_input_for_stdin (struct supervisor const *s)
{
  return s->logger_input == -1 ? -1 : blocking(fifo_open(LOGGER_FIFO, O_RDONLY)) ;
}

int logger_input_for_stdout (struct supervisor const *s)
{
  int fd ;
  if (s->reports == -1) return -1 ;
  /* Both ends: the lines outlive a logger and its supervisor that are being replaced. */
  fd = blocking(fifo_open(PRODUCERS_LOGGER, O_RDWR)) ;
  if (fd == -1 && errno != ENOENT && errno != ENOTDIR)
    strerr_warnwu1sys("open " PRODUCERS_LOGGER " (output goes to the scanner's)") ;
  return fd ;
}
