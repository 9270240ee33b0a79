#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "control/backlog.h"
#include "control/control.h"
#include "control/services.h"
#include "service/name.h"
#include "wire/channels.h"

#define PATH_SIZE 4096
#define PATIENCE_MS 1000
#define PAUSE_MS 20
#define HEAD_SIZE 512

struct sample
{
  int bytes ; /* how many bytes wait; 0: none, or not known */
  ssize_t head_len ;
  char head[HEAD_SIZE] ; /* the next bytes, which stay in the fifo */
} ;

static ssize_t read_head (int fifo, char head[HEAD_SIZE])
{
  ssize_t r = -1 ;
  int copy[2] ;
  if (pipe2(copy, O_CLOEXEC) == -1) return -1 ;
  if (tee(fifo, copy[1], HEAD_SIZE, SPLICE_F_NONBLOCK) > 0) r = read(copy[0], head, HEAD_SIZE) ;
  fd_close(copy[0]) ;
  fd_close(copy[1]) ;
  return r ;
}

static int is_logger (char const *name)
{
  size_t len = strlen(name) ;
  size_t suffix = sizeof LOGGER_SUFFIX - 1 ;
  return len > suffix && !strcmp(name + len - suffix, LOGGER_SUFFIX) ;
}

static void take_sample (struct sample *sample, char const *name)
{
  char path[PATH_SIZE] ;
  int fd ;
  sample->bytes = 0 ;
  sample->head_len = 0 ;
  snprintf(path, sizeof path, "%s%s/" LOGGER_FIFO, name, is_logger(name) ? "" : LOGGER_SUFFIX) ;
  fd = fifo_open(path, O_RDONLY) ;
  if (fd == -1) return ;
  if (ioctl(fd, FIONREAD, &sample->bytes) == -1) sample->bytes = 0 ;
  if (sample->bytes) sample->head_len = read_head(fd, sample->head) ;
  fd_close(fd) ;
}

/* Has the logger taken anything between the two samples? The number of bytes alone does not tell: new ones may
   have come. */
static int has_moved (struct sample const *before, struct sample const *now)
{
  if (now->bytes < before->bytes) return 1 ;
  return before->head_len > 0 && (now->head_len < before->head_len || memcmp(now->head, before->head, (size_t)before->head_len) != 0) ;
}

int backlog_find (struct request const *request, unsigned int *bytes)
{
  struct sample *samples = calloc(request->count ? request->count : 1, sizeof *samples) ;
  struct timespec const pause = { .tv_nsec = PAUSE_MS * 1000000L } ;
  int waits = 0 ;
  if (!samples) return 0 ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    if (!is_logger(request->names[i]) && !services_has_logger(request, request->names[i])) continue ;
    take_sample(samples + i, request->names[i]) ;
    waits |= samples[i].bytes ;
  }
  for (int ms = 0 ; waits && ms < PATIENCE_MS ; ms += PAUSE_MS)
  {
    nanosleep(&pause, 0) ;
    waits = 0 ;
    for (size_t i = 0 ; i < request->count ; i++)
    {
      struct sample now ;
      if (!samples[i].bytes) continue ;
      take_sample(&now, request->names[i]) ;
      if (has_moved(samples + i, &now)) samples[i].bytes = 0 ;
      else samples[i].bytes = now.bytes ;
      waits |= samples[i].bytes ;
    }
  }
  for (size_t i = 0 ; i < request->count ; i++) bytes[i] = (unsigned int)samples[i].bytes ;
  free(samples) ;
  return 1 ;
}
