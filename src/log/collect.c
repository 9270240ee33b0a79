#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/message.h"
#include "base/path.h"
#include "base/signals.h"
#include "base/width.h"
#include "log/collect.h"
#include "service/name.h"
#include "wire/channels.h"
#include "wire/fifo_lines.h"

#define WIDTH_MAX 20
#define NEWS_MANY 32768 /* bytes in that fifo: perhaps it was full, and not all could be told */
#define KEPT_MS 20 /* of silence, before last lines are written */
#define TURNS_MAX 64 /* between two looks at signals */
#define ENDING_MS 8000 /* told to end, it does not wait longer for who takes nothing; */
#define ENDING_LOOK_MS 200 /* SIGHUP: not at all */

static char const *const fifos[2] = { COLLECTED_STDOUT, COLLECTED_STDERR } ;

/* ---- services that come and go ---- */

/* Tells the supervisor that somebody reads (logger_input.c). */
static void mark_as_read (int fd)
{
  struct flock mark = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = COLLECTED_LOCK_AT, .l_len = 1 } ;
  fcntl(fd, F_SETLK, &mark) ;
}

static int open_fifo (char const *name, int is_stderr)
{
  char path[SERVICE_NAME_MAX + 1 + sizeof COLLECTED_STDOUT] ;
  int fd ;
  if (!path_join(path, sizeof path, name, fifos[is_stderr])) return -1 ;
  fd = fifo_open(path, O_RDONLY) ;
  if (fd == -1)
  {
    if (errno == ENOENT || errno == ENOTDIR) return -1 ;
    message_about(name) ;
    strerr_warnwu2sys("open ", path) ;
    return -1 ;
  }
  mark_as_read(fd) ;
  return fd ;
}

static int same_fifo (int a, int b)
{
  struct stat one ;
  struct stat other ;
  return fstat(a, &one) != -1 && fstat(b, &other) != -1 && one.st_ino == other.st_ino && one.st_dev == other.st_dev ;
}

/* As fresh as if it had never been without a writer. */
static void set_fd (struct collector *c, struct stream *stream, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream } ;
  if (stream->fd >= 0)
  {
    fd_close(stream->fd) ; /* which drops the mark of that fifo, whatever the descriptor */
    mark_as_read(fd) ;
  }
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

/* The same name can stand for two: the fifos of one that has gone may still be written to. */
static struct source *find (struct collector *c, char const *name, int const fd[2])
{
  for (struct source *source = c->sources ; source ; source = source->next)
  {
    if (strcmp(source->name, name) != 0) continue ;
    for (int i = 0 ; i < 2 ; i++)
      if (fd[i] >= 0 && source->stream[i].fd >= 0 && same_fifo(fd[i], source->stream[i].fd)) return source ;
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

static void listen_to_all (struct collector *c)
{
  struct dirent *e ;
  DIR *dir = opendir(".") ;
  if (!dir) strerr_warnwu1sys("read the live directory") ;
  while (dir && (e = readdir(dir)))
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && strlen(e->d_name) <= SERVICE_NAME_MAX) listen_to(c, e->d_name) ;
  if (dir) closedir(dir) ;
}

static void read_news (struct collector *c, int fd)
{
  static char bytes[2 * (SERVICE_NAME_MAX + 1)] ;
  static struct fifo_lines lines = { .bytes = bytes, .size = sizeof bytes } ;
  int many = 0 ;
  int all = !ioctl(fd, FIONREAD, &many) && many >= NEWS_MANY ;
  while (fifo_lines_read(&lines, fd))
  {
    char name[SERVICE_NAME_MAX + 1] ;
    char const *line ;
    size_t len ;
    while ((line = fifo_lines_next(&lines, &len)))
    {
      if (!len || len > SERVICE_NAME_MAX) continue ;
      memcpy(name, line, len) ;
      name[len] = 0 ;
      if (!all) listen_to(c, name) ;
    }
  }
  if (all) listen_to_all(c) ;
}

static void forget (struct collector *c, struct stream *stream)
{
  struct sink_of_all *sink = c->sinks[stream->is_stderr] ;
  struct source *source = stream->source ;
  struct source **at = &c->sources ;
  fd_close(stream->fd) ;
  stream->fd = -1 ;
  if (sink->mid == stream) sink_end_line(sink) ;
  if (source->stream[0].fd >= 0 || source->stream[1].fd >= 0) return ;
  kept_flush(source) ;
  while (*at != source) at = &(*at)->next ;
  *at = source->next ;
  free(source->stream[0].held) ;
  free(source->stream[1].held) ;
  free(source) ;
}

/* ---- whose turn it is ---- */

static void turn (struct collector *c, struct stream *stream, int goes_on)
{
  if (sink_turn(c, stream, goes_on) == TURN_OVER) forget(c, stream) ;
}

/* One after the other: of those that are ready, the kernel gives us the one whose turn was longest ago. */
static void give_turns (struct collector *c, struct sink_of_all *sink)
{
  struct epoll_event event ;
  for (unsigned int i = 0 ; i < TURNS_MAX && !sink->end && !sink->hold_ms && epoll_wait(sink->streams, &event, 1, 0) == 1 ; i++)
  {
    struct stream *stream = event.data.ptr ;
    if (event.events & EPOLLHUP) stream->no_writer = 1 ;
    turn(c, stream, 0) ;
  }
}

static struct stream *due (struct collector const *c, uint64_t now)
{
  struct stream *stream = c->napping ;
  while (stream && (stream->look_ms > now || c->sinks[stream->is_stderr]->end || c->sinks[stream->is_stderr]->hold_ms)) stream = stream->next_napping ;
  return stream ;
}

static void give_due_turns (struct collector *c)
{
  struct stream *stream ;
  uint64_t now = c->napping ? clock_ms() : 0 ;
  while (c->napping && (stream = due(c, now))) turn(c, stream, 0) ;
}

/* A long line goes on, or has stopped for too long. */
static void go_on_with_line (struct collector *c, struct sink_of_all *sink, short revents)
{
  if (sink->mid && revents & POLLHUP) sink->mid->no_writer = 1 ;
  if (sink->mid && !sink->end) turn(c, sink->mid, 1) ;
  if (sink->hold_ms && clock_ms() >= sink->hold_ms) sink->hold_ms = 0 ;
}

/* ---- the end ---- */

static void note_what_is_left (struct collector *c)
{
  for (struct source *source = c->sources ; source ; source = source->next)
    for (int i = 0 ; i < 2 ; i++)
      if (source->stream[i].fd == -1 || ioctl(source->stream[i].fd, FIONREAD, &source->stream[i].left) == -1) source->stream[i].left = 0 ;
      else source->stream[i].left += (int)source->stream[i].held_len ;
}

/* Passes on what was there when the collector was told to end; a beginning of a line only if nobody
   can end it any more, or no collector follows. Returns 1 when that is done. */
static int drain (struct collector *c)
{
  struct source *next ;
  int done = 1 ;
  for (struct source *source = c->sources ; source ; source = next)
  {
    next = source->next ;
    for (int i = 0 ; i < 2 ; i++)
    {
      struct stream *stream = source->stream + i ;
      struct sink_of_all *sink = c->sinks[i] ;
      struct pollfd x = { .fd = stream->fd, .events = POLLIN } ;
      if (sink->end && stream->left > 0) done = 0 ;
      while (!sink->end && stream->left > 0)
      {
        poll(&x, 1, 0) ;
        stream->no_writer = c->is_last || x.revents & POLLHUP ;
        if (sink_turn(c, stream, !!stream->held) != TURN_DONE) stream->left = 0 ;
        else stream->left -= (int)sink->take ;
        if (sink->end) done = 0 ;
      }
    }
  }
  return done && !c->sinks[0]->end && !c->sinks[1]->end ;
}

/* What nobody else holds: in a stop, all. */
static void say_lost (struct collector const *c)
{
  char bytes[UINT64_FMT] ;
  uint64_t lost = 0 ;
  for (struct source const *source = c->sources ; source ; source = source->next)
    for (int i = 0 ; i < 2 ; i++)
    {
      struct pollfd x = { .fd = source->stream[i].fd } ;
      int n ;
      if (poll(&x, 1, 0) == 1 && x.revents & POLLHUP && !ioctl(x.fd, FIONREAD, &n)) lost += (unsigned int)n ;
    }
  bytes[uint64_fmt(bytes, lost)] = 0 ;
  if (lost) strerr_warnw2x(bytes, " bytes that services have written are left unread, and lost") ;
}

/* What was not written was not taken: it is there for the next collector. */
static void give_up_if_stuck (struct collector const *c)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
    if (c->sinks[i]->end && (c->ending > 1 || (c->sinks[i]->stuck_ms && clock_ms() - c->sinks[i]->stuck_ms >= ENDING_MS)))
    {
      say_lost(c) ;
      strerr_dief3x(EXIT_LEFT, "told to end, and std", i ? "err" : "out", " takes nothing: what is left stays unread") ;
    }
}

/* ---- the loop ---- */

static void take_signals (struct collector *c, int signals)
{
  int sig ;
  while ((sig = signals_read(signals)))
  {
    if (sig == SIGALRM || sig == SIGCHLD) continue ;
    if (!c->ending) note_what_is_left(c) ;
    for (unsigned int i = 0 ; i < 2 && !c->ending ; i++) c->sinks[i]->stuck_ms = c->sinks[i]->end ? clock_ms() : 0 ;
    c->ending += sig == SIGHUP ? 2 : 1 ;
    if (sig == SIGINT) c->is_last = 1 ;
  }
}

static void sooner (int *ms, uint64_t at_ms, uint64_t now)
{
  int left = at_ms > now ? (int)(at_ms - now) : 0 ;
  if (at_ms && (*ms < 0 || left < *ms)) *ms = left ;
}

static void listen_for (struct sink_of_all const *sink, struct pollfd *x, int *ms, uint64_t now)
{
  *x = (struct pollfd) { .fd = sink->streams, .events = POLLIN } ;
  if (sink->end)
  {
    *x = (struct pollfd) { .fd = sink->retry_ms ? -1 : output_fd(&sink->output), .events = POLLOUT } ;
    sooner(ms, sink->retry_ms, now) ;
  }
  else if (sink->hold_ms)
  {
    if (sink->mid) x->fd = sink->mid->fd ;
    sooner(ms, sink->hold_ms, now) ;
  }
}

enum { SIGNALS, NEWS, MESSAGES, SINKS, CHANNELS = SINKS + 2 } ;

static void wait_for (struct collector *c, struct pollfd x[CHANNELS], int signals, int news)
{
  uint64_t now = clock_ms() ;
  int ms = c->ending ? ENDING_LOOK_MS : -1 ;
  x[SIGNALS] = (struct pollfd) { .fd = signals, .events = POLLIN } ;
  x[NEWS] = (struct pollfd) { .fd = news, .events = POLLIN } ;
  x[MESSAGES] = (struct pollfd) { .fd = message_fd(), .events = POLLOUT } ;
  for (unsigned int i = 0 ; i < 2 ; i++) listen_for(c->sinks[i], x + SINKS + i, &ms, now) ;
  if (c->sinks[0] == c->sinks[1]) x[SINKS + 1].fd = -1 ;
  for (struct stream const *stream = c->napping ; stream ; stream = stream->next_napping)
    if (!c->sinks[stream->is_stderr]->end && !c->sinks[stream->is_stderr]->hold_ms) sooner(&ms, stream->look_ms, now) ;
  if (kept_waits() && ms)
  {
    int pause = ms < 0 || ms > KEPT_MS ? KEPT_MS : ms ; /* in a flood there is more in a moment */
    if (poll(x, CHANNELS, pause) > 0) return ;
    if (ms > 0) ms -= pause ;
  }
  kept_flush(0) ;
  if (poll(x, CHANNELS, ms) == -1)
    for (unsigned int i = 0 ; i < CHANNELS ; i++) x[i].revents = 0 ;
}

static void attend (struct collector *c, struct sink_of_all *sink, short revents)
{
  if (sink->end)
  {
    if (sink->retry_ms ? clock_ms() < sink->retry_ms : !revents) return ;
    if (!sink_write(sink)) return ;
  }
  if (c->ending) return ;
  if (sink->hold_ms) go_on_with_line(c, sink, revents) ;
  else if (revents) give_turns(c, sink) ;
}

static void loop (struct collector *c, int signals, int news)
{
  struct pollfd x[CHANNELS] ;
  for (;;)
  {
    if (c->ending)
    {
      if (drain(c)) return ;
      give_up_if_stuck(c) ;
    }
    wait_for(c, x, signals, news) ;
    if (x[SIGNALS].revents) take_signals(c, signals) ;
    if (x[MESSAGES].revents) message_say_lost() ;
    if (x[NEWS].revents) read_news(c, news) ;
    attend(c, c->sinks[0], x[SINKS].revents) ;
    if (c->sinks[1] != c->sinks[0]) attend(c, c->sinks[1], x[SINKS + 1].revents) ;
    if (!c->ending) give_due_turns(c) ;
  }
}

/* ---- beginning and end ---- */

static void raise_limit (void)
{
  struct rlimit limit ;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return ;
  limit.rlim_cur = limit.rlim_max ;
  setrlimit(RLIMIT_NOFILE, &limit) ;
}

static void open_copy (struct collector *c)
{
  char byte ;
  int test[2] ;
  c->copy[0] = c->copy[1] = -1 ;
  if (pipe2(c->copy, O_CLOEXEC) == -1 || pipe2(test, O_CLOEXEC) == -1) strerr_diefu1sys(EXIT_SYSTEM, "make a pipe") ;
  if (write(test[1], "", 1) != 1 || tee(test[0], c->copy[1], 1, SPLICE_F_NONBLOCK) != 1 || read(c->copy[0], &byte, 1) != 1) c->copy[0] = -1 ;
  fd_close(test[0]) ;
  fd_close(test[1]) ;
}

static enum form form_of (char const *mode)
{
  if (mode && !strcmp(mode, "json")) return FORM_JSON ;
  return mode && !strcmp(mode, "prefix") ? FORM_PREFIX : FORM_LINES ;
}

int collect (void)
{
  static int const trapped[] = { SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGCHLD } ;
  static struct collector c ;
  int signals = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
  uint32_t ready = ready_fd() ;
  int news ;
  if (signals == -1) strerr_diefu1sys(EXIT_SYSTEM, "open a descriptor for signals") ;
  if (chdir("..") == -1 || (news = fifo_open(COLLECTOR_NEWS, O_RDWR)) == -1)
    strerr_dief2x(EXIT_USAGE, "the collector is run by reeve-scan -L, in LIVE/", COLLECTOR) ;
  c.form = form_of(getenv("REEVE_LOG")) ;
  raise_limit() ;
  open_copy(&c) ;
  kept_begin() ;
  sink_open(&c, 1) ;
  if (same_fifo(1, 2)) c.sinks[1] = c.sinks[0] ;
  else sink_open(&c, 2) ;
  listen_to_all(&c) ;
  ready_tell(ready) ;
  loop(&c, signals, news) ;
  for (unsigned int i = 0 ; i < 2 ; i++) sink_end_line(c.sinks[i]) ;
  kept_flush(0) ;
  return 0 ;
}
