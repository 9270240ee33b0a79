#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/message.h"
#include "base/signals.h"
#include "log/collect.h"
#include "wire/channels.h"

#define KEPT_MS 20 /* of silence, before last lines are written to their files */
#define TURNS_MAX 64 /* between two looks at signals */
#define ENDING_MS 8000 /* at its end the collector waits so long for a reader that takes nothing; after SIGHUP not at all */
#define ENDING_LOOK_MS 200 /* how often it looks then */

/* ---- whose turn it is ---- */

static void turn (struct collector *c, struct stream *stream, int goes_on)
{
  if (sink_turn(c, stream, goes_on) == TURN_OVER) source_forget(c, stream) ;
}

/* One after the other: of the streams that are ready, the kernel reports the one whose turn was longest ago. */
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

/* A long line goes on, or has been silent for too long. */
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

/* Passes on what was there when the collector was told to end. Passes on the beginning of a line only if nobody
   can end the line any more, or no other collector follows. Returns 1 when all is done. */
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

/* Says how many bytes are lost: those in fifos that no other process holds. When the tree stops, that is all. */
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

/* Bytes that were not written were not taken: the next collector finds them. */
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
    if (x[NEWS].revents) sources_read_news(c, news) ;
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
  if (sources_same_fifo(1, 2)) c.sinks[1] = c.sinks[0] ;
  else sink_open(&c, 2) ;
  sources_begin(&c) ;
  sources_find(&c) ;
  ready_tell(ready) ;
  loop(&c, signals, news) ;
  for (unsigned int i = 0 ; i < 2 ; i++) sink_end_line(c.sinks[i]) ;
  kept_flush(0) ;
  return 0 ;
}
