#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/path.h"
#include "base/trust.h"
#include "base/width.h"
#include "log/collect.h"
#include "wire/channels.h"
#include "wire/fifo_lines.h"

#define WIDTH_MAX 20
#define NEWS_MANY 32768 /* bytes in the fifo of news: perhaps it was full then, and names are missing */

static char const *const fifos[2] = { COLLECTED_STDOUT, COLLECTED_STDERR } ;

void sources_begin (struct collector *c)
{
  c->reads = trust_open(COLLECTOR_READS, O_RDWR | O_CREAT, 0600) ;
  if (c->reads == -1) strerr_warnwu1sys("open " COLLECTOR_READS " (the end of a service may wait longer for what it has written last)") ;
}

/* Tells the supervisor whether somebody reads the fifo (logger_input.c). */
static void mark (struct collector const *c, int fd, short type)
{
  struct flock byte ;
  if (c->reads == -1 || !fifo_byte(fd, &byte)) return ;
  byte.l_type = type ;
  fcntl(c->reads, F_SETLK, &byte) ;
}

static int open_fifo (char const *name, int is_stderr)
{
  char path[SOURCE_NAME_MAX + 1 + sizeof COLLECTED_STDOUT] ;
  int fd ;
  if (!path_join(path, sizeof path, name, fifos[is_stderr])) return -1 ;
  fd = fifo_open(path, O_RDONLY) ;
  if (fd >= 0 || errno == ENOENT || errno == ENOTDIR) return fd ;
  message_about(name) ;
  strerr_warnwu2sys("open ", path) ;
  return -1 ;
}

int sources_same_fifo (int a, int b)
{
  struct stat one ;
  struct stat other ;
  return fstat(a, &one) != -1 && fstat(b, &other) != -1 && one.st_ino == other.st_ino && one.st_dev == other.st_dev ;
}

static void close_stream (struct collector const *c, struct stream *stream)
{
  mark(c, stream->fd, F_UNLCK) ;
  fd_close(stream->fd) ;
  stream->fd = -1 ;
}

/* Begins to read from `fd`. A writer that has gone before does not count. */
static void set_fd (struct collector *c, struct stream *stream, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream } ;
  if (stream->fd >= 0) close_stream(c, stream) ;
  mark(c, fd, F_WRLCK) ;
  stream->fd = fd ;
  stream->no_writer = 0 ;
  if (stream->look_ms) event.events = 0 ;
  if (epoll_ctl(c->sinks[stream->is_stderr]->streams, EPOLL_CTL_ADD, fd, &event) == -1)
    strerr_warnwu2sys("listen to ", message_about(stream->source->name)) ;
}

static struct source *add_source (struct collector *c, char const *name)
{
  size_t len = strlen(name) ;
  size_t width ;
  struct source *source = calloc(1, sizeof *source + len + 1) ;
  if (!source) return 0 ;
  memcpy(source->name, name, len + 1) ;
  source->number = c->count++ ;
  for (int i = 0 ; i < 2 ; i++)
  {
    source->stream[i].source = source ;
    source->stream[i].is_stderr = i & 1 ;
    source->stream[i].fd = -1 ;
  }
  width = width_of_string(name + (*name == '.')) ;
  if (width > WIDTH_MAX) width = WIDTH_MAX ;
  if (width > c->width) c->width = (unsigned int)width ;
  source->next = c->sources ;
  c->sources = source ;
  return source ;
}

/* Two sources can have the same name: somebody may still write to the fifos of a service that was removed. */
static struct source *find (struct collector *c, char const *name, int const fd[2])
{
  for (struct source *source = c->sources ; source ; source = source->next)
  {
    if (strcmp(source->name, name) != 0) continue ;
    for (int i = 0 ; i < 2 ; i++)
      if (fd[i] >= 0 && source->stream[i].fd >= 0 && sources_same_fifo(fd[i], source->stream[i].fd)) return source ;
  }
  return 0 ;
}

static void listen_to (struct collector *c, char const *name)
{
  int fd[2] = { open_fifo(name, 0), open_fifo(name, 1) } ;
  struct source *source ;
  if (fd[0] == -1 && fd[1] == -1) return ;
  source = find(c, name, fd) ;
  if (!source) source = add_source(c, name) ;
  for (int i = 0 ; i < 2 ; i++)
  {
    if (fd[i] == -1) continue ;
    if (source) set_fd(c, source->stream + i, fd[i]) ;
    else fd_close(fd[i]) ;
  }
  if (!source) strerr_warnwu2sys("listen to ", message_about(name)) ;
}

void sources_find (struct collector *c)
{
  struct dirent *e ;
  DIR *dir = opendir(".") ;
  if (!dir) strerr_warnwu1sys("read the live directory") ;
  while (dir && (e = readdir(dir)))
  {
    char logger[SOURCE_NAME_MAX + 1] ;
    size_t len = strlen(e->d_name) ;
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || len > SERVICE_NAME_MAX) continue ;
    listen_to(c, e->d_name) ;
    memcpy(logger, e->d_name, len) ;
    memcpy(logger + len, LOGGER_SUFFIX, sizeof LOGGER_SUFFIX) ;
    listen_to(c, logger) ;
  }
  if (dir) closedir(dir) ;
}

void sources_read_news (struct collector *c, int fd)
{
  static char bytes[2 * (SOURCE_NAME_MAX + 1)] ;
  static struct fifo_lines lines = { .bytes = bytes, .size = sizeof bytes } ;
  int many = 0 ;
  int all = !ioctl(fd, FIONREAD, &many) && many >= NEWS_MANY ;
  while (fifo_lines_read(&lines, fd))
  {
    char name[SOURCE_NAME_MAX + 1] ;
    char const *line ;
    size_t len ;
    while ((line = fifo_lines_next(&lines, &len)))
    {
      if (!len || len > SOURCE_NAME_MAX) continue ;
      memcpy(name, line, len) ;
      name[len] = 0 ;
      if (!all) listen_to(c, name) ;
    }
  }
  if (all) sources_find(c) ;
}

void source_forget (struct collector *c, struct stream *stream)
{
  struct sink_of_all *sink = c->sinks[stream->is_stderr] ;
  struct source *source = stream->source ;
  struct source **at = &c->sources ;
  close_stream(c, stream) ;
  if (sink->mid == stream) sink_end_line(sink) ;
  if (source->stream[0].fd >= 0 || source->stream[1].fd >= 0) return ;
  kept_flush(source) ;
  while (*at != source) at = &(*at)->next ;
  *at = source->next ;
  free(source->stream[0].held) ;
  free(source->stream[1].held) ;
  free(source) ;
}
