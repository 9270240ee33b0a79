#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "control/control.h"
#include "control/events.h"
#include "control/page.h"
#include "control/services.h"
#include "service/dependencies.h"
#include "service/name.h"
#include "wire/fifodir.h"
#include "wire/state.h"

#define PATH_SIZE 4096
#define LOOK_AGAIN_MS 1000 /* whether the scanner has ended, if the kernel has no pidfds */
#define OWN_DESCRIPTORS 4

struct followed
{
  char *name ;
  struct fifodir_listener listener ;
  int directory_watch ; /* an inotify watch on its directory, until its fifodir is there; -1: none */
  int state_watch ; /* an inotify watch on its state, as no event tells that it is held; -1: none */
  unsigned int listens : 1 ;
  unsigned int is_held : 1 ; /* a line has said that it is held */
} ;

struct follow
{
  struct request const *request ;
  struct followed *all ;
  struct pollfd *polled ; /* OWN_DESCRIPTORS, then one for each service */
  size_t count ;
  size_t room ;
  int inotify ;
} ;

static void tell (struct follow const *follow, char const *name, char const *what, struct view const *view, int has_end)
{
  static struct event_line line ; /* large */
  line = (struct event_line) { .name = name, .what = what, .has_end = !!has_end } ;
  if (view) line.wstat = view->wstat ;
  if (!strcmp(what, "failed")) event_describe_reason(view, &line) ;
  if (!strcmp(what, "held")) event_describe_held(name, line.remark) ;
  clock_stamp(&line.when) ;
  event_print(follow->request, &line) ;
}

static void look_for_hold (struct follow const *follow, struct followed *one)
{
  struct view view ;
  int is_held = view_read(&view, one->name) && view.state == STATE_HELD ;
  if (is_held && !one->is_held) tell(follow, one->name, "held", &view, 0) ;
  one->is_held = !!is_held ;
}

static void tell_event (struct follow const *follow, struct followed *one, char event, int is_last_end)
{
  struct view view = { .state = STATE_UNSUPERVISED } ;
  int known = strchr("dD", event) && view_read(&view, one->name) ;
  switch (event)
  {
    case 'u' : one->is_held = 0 ; tell(follow, one->name, "up", 0, 0) ; break ;
    case 'U' : tell(follow, one->name, "ready", 0, 0) ; break ;
    case 'd' : tell(follow, one->name, "down", &view, known && is_last_end && view.has_ended && !view.code_unknown) ; break ;
    case 'D' : tell(follow, one->name, view.state == STATE_FAILED ? "failed" : view.state == STATE_DONE ? "done" : "finished", &view, 0) ; break ;
    case 'h' : tell(follow, one->name, "healthy", 0, 0) ; break ;
    case 'n' : tell(follow, one->name, "unhealthy", 0, 0) ; break ;
    default : break ;
  }
}

static void take_events (struct follow const *follow, struct followed *one)
{
  char events[512] ;
  ssize_t r = read(one->listener.fd, events, sizeof events) ;
  for (ssize_t i = 0 ; i < r ; i++) tell_event(follow, one, events[i], !memchr(events + i + 1, 'd', (size_t)(r - i - 1))) ;
}

/* Listens to the events of the service. Returns 1; 0: it has no fifodir yet; -1 with errno. */
static int listen_to (struct follow *follow, struct followed *one)
{
  char path[PATH_SIZE] ;
  snprintf(path, sizeof path, "%s/" FIFODIR, one->name) ;
  if (!fifodir_listen(&one->listener, path)) return errno == ENOENT || errno == ENOTDIR ? 0 : -1 ;
  one->listens = 1 ;
  snprintf(path, sizeof path, "%s/" DEPENDENCIES, one->name) ;
  if (follow->inotify == -1 || access(path, F_OK) == -1) return 1 ;
  snprintf(path, sizeof path, "%s/" STATE_FILE, one->name) ;
  one->state_watch = inotify_add_watch(follow->inotify, path, IN_MODIFY) ;
  return 1 ;
}

static struct followed *find (struct follow const *follow, char const *name)
{
  for (size_t i = 0 ; i < follow->count ; i++)
    if (!strcmp(follow->all[i].name, name)) return follow->all + i ;
  return 0 ;
}

/* Adds a service to those that are followed. Returns 0 when there is no memory. */
static struct followed *add (struct follow *follow, char const *name)
{
  size_t room = follow->room ? follow->room : 64 ;
  if (follow->count == follow->room)
  {
    struct followed *all = realloc(follow->all, 2 * room * sizeof *all) ;
    struct pollfd *polled = realloc(follow->polled, (OWN_DESCRIPTORS + 2 * room) * sizeof *polled) ;
    if (all) follow->all = all ;
    if (polled) follow->polled = polled ;
    if (!all || !polled) return 0 ;
    follow->room = 2 * room ;
  }
  follow->all[follow->count] = (struct followed) { .name = strdup(name), .directory_watch = -1, .state_watch = -1 } ;
  return follow->all[follow->count].name ? follow->all + follow->count++ : 0 ;
}

static void unlisten (struct follow const *follow, struct followed *one)
{
  if (one->listens) fifodir_unlisten(&one->listener) ;
  if (follow->inotify >= 0 && one->directory_watch >= 0) inotify_rm_watch(follow->inotify, one->directory_watch) ;
  if (follow->inotify >= 0 && one->state_watch >= 0) inotify_rm_watch(follow->inotify, one->state_watch) ;
  one->listens = 0 ;
  one->directory_watch = one->state_watch = -1 ;
}

/* Listens to a new service. The supervisor makes the fifodir. Events before that are lost, so the state of
   the service makes up for them. */
static void begin (struct follow *follow, struct followed *one)
{
  static struct event_line line ; /* large */
  struct view view ;
  if (follow->inotify >= 0 && one->directory_watch == -1) one->directory_watch = inotify_add_watch(follow->inotify, one->name, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) ;
  if (listen_to(follow, one) != 1) return ;
  if (one->directory_watch >= 0) inotify_rm_watch(follow->inotify, one->directory_watch) ;
  one->directory_watch = -1 ;
  if (!view_read(&view, one->name) || view.state == STATE_UNSUPERVISED || (!view.up && !view.has_ended && view.state != STATE_HELD)) return ;
  one->is_held = view.state == STATE_HELD ;
  event_of_state(&line, one->name, &view) ;
  event_print(follow->request, &line) ;
}

static int is_meant (struct request const *request, char const *name)
{
  if (request->listed) return 1 ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (!strcmp(request->names[i], name)) return 1 ;
  return 0 ;
}

static void take_change (struct follow *follow, struct inotify_event const *event)
{
  struct followed *one = 0 ;
  for (size_t i = 0 ; event->wd >= 0 && i < follow->count && !one ; i++)
    if (event->wd == follow->all[i].state_watch || event->wd == follow->all[i].directory_watch) one = follow->all + i ;
  if (one && event->wd == one->state_watch) look_for_hold(follow, one) ;
  else if (one) begin(follow, one) ;
  if (one || !event->len || service_name_fault(event->name) || !is_meant(follow->request, event->name)) return ;
  one = find(follow, event->name) ;
  if (event->mask & (IN_DELETE | IN_MOVED_FROM))
  {
    if (!one || (!one->listens && one->directory_watch == -1)) return ;
    take_events(follow, one) ;
    unlisten(follow, one) ;
    tell(follow, one->name, "removed", 0, 0) ;
  }
  else if (event->mask & IN_ISDIR && (!one || (!one->listens && one->directory_watch == -1)))
  {
    if (!one) one = add(follow, event->name) ;
    if (!one) return ;
    tell(follow, one->name, "added", 0, 0) ;
    begin(follow, one) ;
  }
}

static void take_changes (struct follow *follow)
{
  char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event)))) ;
  ssize_t r = read(follow->inotify, buf, sizeof buf) ;
  for (char *at = buf ; r > 0 && at < buf + r ; )
  {
    struct inotify_event const *event = (struct inotify_event const *)(void *)at ;
    at += sizeof *event + event->len ;
    take_change(follow, event) ;
  }
}

/* Returns a descriptor that becomes readable when the scanner ends; -1: the kernel has no such. */
static int watch_scanner (void)
{
  struct process_look look ;
  struct process_birth birth = { .pid = services_scanner() } ;
  if (!birth.pid || !process_look(birth.pid, &look)) return -1 ;
  birth.after_ms = look.started_ms ;
  birth.before_ms = process_clock_ms() ;
  return process_watch(&birth) ;
}

/* Prints events until a signal comes, the scanner ends, or the reader of stdout ends. */
static int follow_all (struct follow *follow, int signals, int scanner)
{
  for (;;)
  {
    struct pollfd *x = follow->polled ;
    size_t count = follow->count ;
    if (fflush(stdout)) return errno == EPIPE ? EXIT_YES : page_end() ; /* the reader has ended */
    x[0] = (struct pollfd) { .fd = signals, .events = POLLIN } ;
    x[1] = (struct pollfd) { .fd = 1 } ;
    x[2] = (struct pollfd) { .fd = scanner, .events = POLLIN } ;
    x[3] = (struct pollfd) { .fd = follow->inotify, .events = POLLIN } ;
    for (size_t i = 0 ; i < count ; i++)
      x[OWN_DESCRIPTORS + i] = (struct pollfd) { .fd = follow->all[i].listens ? follow->all[i].listener.fd : -1, .events = POLLIN } ;
    if (poll(x, (nfds_t)(OWN_DESCRIPTORS + count), scanner >= 0 ? -1 : LOOK_AGAIN_MS) == -1 && errno != EINTR) return EXIT_SYSTEM ;
    for (size_t i = 0 ; i < count ; i++)
      if (x[OWN_DESCRIPTORS + i].revents & POLLIN) take_events(follow, follow->all + i) ;
    if (x[0].revents || x[1].revents & (POLLERR | POLLHUP | POLLNVAL)) return EXIT_YES ;
    if (x[2].revents || (scanner == -1 && services_scanner_lives() == 0)) return EXIT_YES ;
    if (x[3].revents) take_changes(follow) ; /* last, as this may move the arrays */
  }
}

static void want_descriptors (void)
{
  struct rlimit limit ;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return ;
  limit.rlim_cur = limit.rlim_max ;
  setrlimit(RLIMIT_NOFILE, &limit) ;
}

int command_events (struct request const *request)
{
  static int const trapped[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT } ;
  struct follow follow = { .request = request, .inotify = -1 } ;
  int signals ;
  int code = services_need_scanner(request) ;
  if (code || !request->follow) return code ? code : event_print_last(request) ;
  want_descriptors() ;
  spawn_prepare_signals() ; /* so that a signal does not end this process before it removes its fifos */
  signals = signals_open(trapped, sizeof trapped / sizeof *trapped) ;
  follow.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) ;
  if (follow.inotify >= 0) inotify_add_watch(follow.inotify, ".", IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM) ;
  for (size_t i = 0 ; !code && i < request->count ; i++)
  {
    struct followed *one = add(&follow, request->names[i]) ;
    int listens = one ? listen_to(&follow, one) : -1 ;
    if (!listens && follow.inotify >= 0) one->directory_watch = inotify_add_watch(follow.inotify, one->name, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) ;
    if (listens >= 0) continue ;
    strerr_warnwu5sys("listen to the events of ", request->names[i], " in ", request->live,
      errno == EMFILE ? " (a service takes two descriptors: raise the hard limit of open files, ulimit -Hn, or name fewer)" : "") ;
    code = EXIT_SYSTEM ;
  }
  if (!code && !follow.polled && !add(&follow, "")) code = EXIT_SYSTEM ; /* there is no service yet: this allocates `polled` */
  if (!code) code = event_print_last(request) ;
  for (size_t i = 0 ; !code && i < follow.count ; i++)
  {
    struct view view ;
    follow.all[i].is_held = view_read(&view, follow.all[i].name) && view.state == STATE_HELD ;
  }
  if (!code) code = follow_all(&follow, signals, watch_scanner()) ;
  for (size_t i = 0 ; i < follow.count ; i++)
  {
    unlisten(&follow, follow.all + i) ;
    free(follow.all[i].name) ;
  }
  free(follow.all) ;
  free(follow.polled) ;
  return code ;
}
