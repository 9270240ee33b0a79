#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "supervise/supervisor.h"
#include "wire/channels.h"

#define PRODUCERS_LOGGER "log/" LOGGER_FIFO

static int is_missing (int err)
{
  return err == ENOENT || err == ENOTDIR ;
}

int logger_input_hold (struct supervisor *s)
{
  if (s->reports == -1) return 1 ; /* without a scanner nobody runs the logger */
  if (s->logger_input == -1) s->logger_input = fifo_open(LOGGER_FIFO, s->running_dry ? O_RDONLY : O_RDWR) ;
  if (s->logger_input == -1 && !is_missing(errno)) return 0 ;
  if (s->logger_output == -1) s->logger_output = fifo_open(PRODUCERS_LOGGER, O_RDWR) ;
  return s->logger_output >= 0 || is_missing(errno) ;
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

/* In bytes. */
static unsigned int unread (struct supervisor const *s)
{
  int n = 0 ;
  return s->logger_input >= 0 && !ioctl(s->logger_input, FIONREAD, &n) && n > 0 ? (unsigned int)n : 0 ;
}

int logger_input_left (struct supervisor const *s)
{
  return s->running_dry && unread(s) ;
}

/* Does another process keep what is in the fifo? */
static int is_kept (void)
{
  int fd = fifo_open(LOGGER_FIFO, O_WRONLY) ;
  if (fd == -1) return errno != ENXIO ;
  fd_close(fd) ;
  return 1 ;
}

void logger_input_leave (struct supervisor *s)
{
  char bytes[UINT_FMT] ;
  unsigned int left = unread(s) ;
  if (s->logger_input >= 0) fd_close(s->logger_input) ;
  s->logger_input = -1 ;
  if (!left || (!s->running_dry && is_kept())) return ;
  bytes[uint_fmt(bytes, left)] = 0 ;
  strerr_warnw2x(bytes, " bytes that the service has written are left unread, and lost") ;
}

/* As a pipe is that a shell makes. */
static int open_blocking (char const *path, int flags, int *fd)
{
  *fd = fifo_open(path, flags) ;
  if (*fd == -1) return is_missing(errno) ;
  if (ndelay_off(*fd) != -1) return 1 ;
  fd_close(*fd) ;
  *fd = -1 ;
  return 0 ;
}

/* A reader that is opened when the last writer has gone already is never told so by
   poll(): there is one for a moment. */
int logger_input_for_stdin (struct supervisor const *s, int *fd)
{
  int writer = -1 ;
  int ok ;
  *fd = -1 ;
  if (s->logger_input == -1) return 1 ;
  if (s->running_dry && (writer = fifo_open(LOGGER_FIFO, O_RDWR)) == -1) return is_missing(errno) ;
  ok = open_blocking(LOGGER_FIFO, O_RDONLY, fd) ;
  if (writer >= 0) fd_close(writer) ;
  return ok ;
}

/* Both ends: the lines outlive a logger and its supervisor that are being replaced. */
int logger_input_for_stdout (struct supervisor const *s, int *fd)
{
  *fd = -1 ;
  return s->reports == -1 || open_blocking(PRODUCERS_LOGGER, O_RDWR, fd) ;
}
