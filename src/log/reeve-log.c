#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/path.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "base/version.h"
#include "log/collect.h"
#include "log/log.h"
#include "wire/blocked.h"

#define RETRY_MS 1000

char const *PROG = "reeve-log" ;

static struct { char const *name ; void (*parse) (struct logger *, int, char **) ; } const known[] =
{
#define NAME(name, parse) { name, parse },
#include "log/names.def"
} ;

#define AS_A_RUN_SCRIPT "run" /* the name of a link in the collector's directory, made by reeve-scan -L */

static int is_collector (int argc, char **argv)
{
  return argc > 1 && (!strcmp(path_last(argv[0]), AS_A_RUN_SCRIPT) || !strcmp(argv[1], "--collect")) ;
}

static void parse (struct logger *l, int argc, char **argv)
{
  char const *name = path_last(argc ? argv[0] : "") ;
  if (!strcmp(name, PROG)) version_answer(argc, (char const *const *)argv, PROG) ;
  for (size_t i = 0 ; i < sizeof known / sizeof *known ; i++)
  {
    if (strcmp(name, known[i].name) != 0) continue ;
    PROG = known[i].name ;
    (*known[i].parse)(l, argc, argv) ;
    return ;
  }
  options_parse(l, argc, argv) ;
}

/* ---- the loop ---- */

static void sooner (int *ms, int other)
{
  if (other >= 0 && (*ms < 0 || other < *ms)) *ms = other ;
}

/* Does what is due in the directories. Returns the milliseconds until the next thing is due; -1: nothing will be. */
static int attend (struct logger *l)
{
  int ms = -1 ;
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
  {
    struct logdir *d = sink->logdir ;
    if (!d) continue ;
    logdir_attend(d) ;
    sooner(&ms, logdir_due_ms(d)) ;
  }
  return ms ;
}

static void loop (struct logger *l, struct input *in)
{
  struct pollfd x[3] = { { .fd = l->signals, .events = POLLIN }, { .fd = 0, .events = POLLIN }, { .events = POLLOUT } } ;
  if (l->socket_path) x[1].fd = l->socket ;
  for (;;)
  {
    int ms = attend(l) ;
    int due ;
    if (l->ending && (l->socket_path ? !syslog_round(l) : input_has_drained(in, l))) return ;
    due = input_due_ms(in, l) ;
    sooner(&ms, due) ;
    x[1].events = due >= 0 ? 0 : POLLIN ;
    x[2].fd = message_fd() ;
    if (poll(x, 3, ms) < 0) continue ;
    if (x[0].revents) logger_signals(l) ;
    if (x[2].revents) message_say_lost() ;
    if (l->socket_path)
    {
      if (x[1].revents) syslog_round(l) ;
      continue ;
    }
    in->no_writer = !!(x[1].revents & POLLHUP) ;
    if (!x[1].revents && input_due_ms(in, l)) continue ;
    if (input_round(in, l) == INPUT_END) return ;
  }
}

/* ---- beginning and end ---- */

static void open_places (struct logger *l)
{
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
  {
    struct logdir *d = sink->logdir ;
    while (d && !logdir_open(d))
    {
      blocked_tell(errno) ;
      logger_pause(l, -1, (int)d->retry_ms) ;
      if (l->ending) _exit(EXIT_LEFT) ; /* nothing has been read yet */
    }
    blocked_over() ;
  }
}

/* If a directory cannot be finished, nothing is lost: the next logger does it. */
static void close_places (struct logger *l)
{
  for (;;)
  {
    int done = 1 ;
    int fails = 0 ;
    for (struct sink *sink = l->sinks ; sink ; sink = sink->next)
    {
      if (!sink->logdir || logdir_finish(sink->logdir)) continue ;
      done = 0 ;
      fails |= sink->logdir->said ;
    }
    if (done || (l->ending && fails)) return ;
    logger_pause(l, -1, RETRY_MS) ;
  }
}

int main (int argc, char **argv)
{
  static int const trapped[] = { SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGCHLD } ;
  static struct logger l ;
  static struct input in ;
  spawn_prepare_signals() ;
  message_begin() ;
  if (!spawn_sanitize_stdio()) strerr_diefu1sys(EXIT_SYSTEM, "open /dev/null") ;
  if (is_collector(argc, argv))
  {
    int code = collect() ;
    message_end() ;
    return code ;
  }
  parse(&l, argc, argv) ;
  PROG = message_program(PROG) ;
  l.signals = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
  if (l.signals == -1) strerr_diefu1sys(EXIT_SYSTEM, "open a descriptor for signals") ;
  lines_prepare(&l) ;
  open_places(&l) ;
  lines_resume(&l) ;
  if (l.socket_path) l.socket = syslog_open(l.socket_path) ;
  else input_open(&in) ;
  ready_tell(l.ready_fd) ;
  loop(&l, &in) ;
  if (l.socket_path) syslog_unlink(l.socket_path) ;
  input_end(&in, &l) ;
  close_places(&l) ;
  message_end() ;
  return 0 ;
}
