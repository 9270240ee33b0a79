#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "control/await.h"
#include "control/caller.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/services.h"
#include "control/try_lock.h"
#include "control/view.h"
#include "service/executable.h"
#include "wire/channels.h"
#include "wire/fifodir.h"

#define PATH_SIZE 4096
#define ASK_AGAIN_MS 10 /* how often to look for what no event tells: a supervisor has taken a command, or has begun */
#define DESCRIPTION_MAX (EXECUTABLE_WHY_MAX + 64) /* a reason has at most EXECUTABLE_WHY_MAX bytes */
#define UNSURE_MS 300 /* a supervisor that has read a command acts on it within this time */
#define SHOWS_MS 300 /* the status shows within this time what a supervisor has started */
#define SAY_AFTER_MS 3000 /* after this time of waiting, a message says what is waited for */
#define RESCAN_MS 1000 /* a rescan that was ordered before has come to each service within this time */

struct wait
{
  struct request const *request ;
  char const *name ;
  char const *letters ; /* the command that was sent; 0: none */
  pid_t supervisor ; /* the supervisor that it was sent to; 0: not known */
  struct view now ;
  uint64_t say_ms ; /* clock_ms(): when to say what is waited for; 0: that was said */
  uint64_t rescan_ms ; /* clock_ms(): until then, a rescan that was ordered before may still come */
  uint64_t shows_ms ; /* clock_ms(): from then on, the status shows everything that was started before the wait */
} ;

/* Describes the state of the service, and the reason if that is known, in parentheses. */
static char const *describe (struct wait const *wait, char *out, size_t size)
{
  char path[PATH_SIZE] ;
  char why[EXECUTABLE_WHY_MAX] ;
  struct graph graph ;
  char const *reason = view_reason(&wait->now) ;
  snprintf(path, sizeof path, "%s/run", wait->name) ;
  if (!reason && wait->now.state == STATE_UNSUPERVISED && access(wait->name, F_OK) == -1) reason = "the scanner has not come to it yet" ;
  if (!reason && wait->now.wanted_up && !wait->now.up && access(path, X_OK) == -1) reason = executable_why_not(path, errno, why, sizeof why) ;
  if (wait->now.state == STATE_HELD && dependencies_learn_of_one(&graph, wait->name))
  {
    dependencies_describe(&graph, wait->name, why, sizeof why) ;
    graph_free(&graph) ;
    reason = why ;
  }
  snprintf(out, size, " (state %s%s%s)", view_state_name(wait->now.state), reason ? ": " : "", reason ? reason : "") ;
  return out ;
}

/* Returns how many milliseconds to wait: until the deadline, or until the next look; -1: until an event.
   Says what is waited for if the wait takes long. */
static int patience (struct wait *wait, int ask_again)
{
  struct request const *request = wait->request ;
  uint64_t clock = wait->say_ms ? clock_ms() : 0 ;
  tain now ;
  tain left ;
  int most = ask_again ? ASK_AGAIN_MS : INT_MAX ;
  int ms = INT_MAX ;
  if (request->has_deadline)
  {
    tain_now(&now) ;
    if (!tain_less(&now, &request->deadline)) return 0 ;
    tain_sub(&left, &request->deadline, &now) ;
    ms = tain_to_millisecs(&left) ;
    ms = ms < 0 ? INT_MAX : ms + 1 ;
  }
  if (wait->say_ms && clock >= wait->say_ms)
  {
    char text[DESCRIPTION_MAX] ;
    wait->say_ms = 0 ;
    strerr_warni3x("waiting for ", wait->name, describe(wait, text, sizeof text)) ;
  }
  else if (wait->say_ms && wait->say_ms - clock < (uint64_t)most) most = (int)(wait->say_ms - clock) ;
  if (most < ms) ms = most ;
  return ms == INT_MAX ? -1 : ms ;
}

static int unreadable (struct request const *request, char const *name)
{
  strerr_warnwu5sys("read the state of ", name, " in ", request->live, services_who_may()) ;
  return EXIT_SYSTEM ;
}

static int timed_out (struct wait const *wait)
{
  char text[DESCRIPTION_MAX] ;
  strerr_warnw3x("timed out while waiting for ", wait->name, describe(wait, text, sizeof text)) ;
  return EXIT_TIMED_OUT ;
}

/* Has the service no supervisor, and will no scanner start one? */
static int abandoned (char const *name, struct view const *view)
{
  if (view->state != STATE_UNSUPERVISED) return 0 ;
  if (services_scanner_lives() <= 0 || !services_has(name)) return 1 ;
  /* Also in a stop, the scanner replaces a supervisor that was killed. */
  return view->has_left && services_scanner_stops() ;
}

static int say_abandoned (struct request const *request, char const *name)
{
  int lives = services_scanner_lives() ;
  if (lives < 0) return services_need_scanner(request) ;
  strerr_warnw2x(name, !lives ? " has no supervisor, and no scanner runs that would start one"
    : services_has(name) ? " was stopped, as everything is" : " has been removed") ;
  return EXIT_NO ;
}

static int has_changed (struct view const *before, struct view const *now)
{
  return tain_less(&before->since, &now->since) || tain_less(&now->since, &before->since) || before->births != now->births ;
}

static int want_up (char const *letters)
{
  return *letters == 'u' || *letters == *COMMAND_UP_IN_ORDER || *letters == *COMMAND_ANOTHER ;
}

int await_has_ended_by_itself (struct view const *view, struct view const *before)
{
  return (before->up || before->state == STATE_FINISHING) && view->done && view->births == before->births ;
}

/* Has the supervisor taken the command? It publishes what is wanted before it acts; if it is killed then,
   its successor acts. */
static int has_taken (struct wait const *wait, struct view const *before, struct view const *now)
{
  if (*wait->letters == *COMMAND_ANOTHER && await_has_ended_by_itself(now, before)) return 0 ;
  return has_changed(before, now) || (before->wanted_up != now->wanted_up && now->wanted_up == want_up(wait->letters)) ;
}

/* A command that a supervisor has not read when it is killed is lost. Then sends the command to its
   successor. */
static void send_again (struct wait *wait, struct view const *before)
{
  char path[PATH_SIZE] ;
  struct view now ;
  pid_t supervisor ;
  if (!wait->letters || wait->request->of_scanner || has_taken(wait, before, &wait->now)) return ;
  if (before->unsure_ms && clock_ms() < before->unsure_ms) return ;
  supervisor = view_supervisor(wait->name) ;
  if (!supervisor || supervisor == wait->supervisor) return ;
  /* Looks once more: the dead supervisor may have read the command and started ./run. By now that has
     recorded its birth. A second command would make a task run twice. */
  if (!view_read(&now, wait->name) || has_taken(wait, before, &now)) return ;
  snprintf(path, sizeof path, "%s/" CONTROL_FIFO, wait->name) ;
  if (!wait->supervisor || fifo_send(path, wait->letters, strlen(wait->letters))) wait->supervisor = supervisor ;
}

/* Was the service perhaps enabled, and the scanner is about to see that? */
static int may_be_enabled (struct wait const *wait, struct view const *view)
{
  return view->state == STATE_DISABLED && view->edited && clock_ms() < wait->rescan_ms ;
}

/* Looks once. Returns an exit code; -1: the condition does not hold yet. *ask_again: no event will tell when
   it does. */
static int look (struct wait *wait, struct view const *before, await_condition *condition, int *ask_again)
{
  struct view *view = &wait->now ;
  char const *name = wait->name ;
  int taken ;
  int r ;
  if (!view_read(view, name)) return unreadable(wait->request, name) ;
  taken = !wait->letters || wait->request->of_scanner || view->state == STATE_UNSUPERVISED || view->state == STATE_DISABLED || view->wanted_up == want_up(wait->letters) || has_changed(before, view) ;
  *ask_again = !taken || wait->request->of_scanner || view->state == STATE_UNSUPERVISED || may_be_enabled(wait, view) ;
  if (may_be_enabled(wait, view)) return -1 ;
  if (abandoned(name, view))
  {
    view->finished = services_scanner_lives() >= 0 ; /* without a supervisor it is down */
    view->wanted_up = 0 ;
    return (*condition)(view, name, before) == 1 ? EXIT_YES : say_abandoned(wait->request, name) ;
  }
  r = taken ? (*condition)(view, name, before) : 0 ;
  return r == 1 ? EXIT_YES : r == -1 ? EXIT_NO : -1 ;
}

/* Waits for an event, at most `ms`. Returns 1 when the supervisor has said that it exits. */
static int next_event (struct fifodir_listener const *listener, int ms)
{
  char buf[64] ;
  struct pollfd x = { .fd = listener ? listener->fd : -1, .events = POLLIN } ;
  ssize_t r ;
  if (poll(&x, 1, ms) != 1) return 0 ;
  r = read(x.fd, buf, sizeof buf) ;
  if (r == -1 && errno != EAGAIN) strerr_warnwu1sys("read events") ;
  return r > 0 && memchr(buf, 'x', (size_t)r) ;
}

/* Why this process must not wait any longer; 0: it may. A process that ./finish has started must not wait
   for any change; a process that ./run has started must not wait for the end of ./run. A descendant of the
   supervisor belongs to one of the two. The status may show only a moment later to which: *ask_again. */
static char const *waits_for_us (struct wait const *wait, await_condition *condition, int *ask_again)
{
  struct view const *now = &wait->now ;
  int another = wait->letters && *wait->letters == *COMMAND_ANOTHER ; /* this command also counts for a service whose ./finish runs */
  int ends_run = another ? now->up : wait->letters ? !!strpbrk(wait->letters, "dr") : condition == &await_down || condition == &await_finished ;
  if (!caller_is_within(now->process))
  {
    if (!caller_descends_from(view_supervisor(wait->name))) return 0 ;
    if (clock_ms() < wait->shows_ms)
    {
      *ask_again = 1 ;
      return 0 ;
    }
  }
  if (now->undoing) return "its ./undo, which has to end first, has started this command" ;
  if (!now->up && now->process) return "its ./finish waits for this command" ;
  if (now->after_finish) return "what its ./finish has left behind, which has to end first, has started this command" ;
  if (now->ending) return "what its ./run has left behind, which has to end first, has started this command" ;
  return ends_run ? "its ./run, which has to end, has started this command" : 0 ;
}

int await (struct request const *request, char const *name, char const *letters, struct view const *before, await_condition *condition)
{
  char const *why ;
  struct wait wait =
    { .request = request, .name = name, .letters = letters, .supervisor = before->supervisor, .say_ms = clock_ms() + SAY_AFTER_MS, .rescan_ms = clock_ms() + RESCAN_MS, .shows_ms = clock_ms() + SHOWS_MS } ;
  char path[PATH_SIZE] ;
  struct fifodir_listener listener ;
  int listening = 0 ;
  int left = 0 ; /* the supervisor has exited: no event tells what comes next */
  int code ;
  snprintf(path, sizeof path, "%s/" FIFODIR, name) ;
  for (;;)
  {
    int ask_again = 0 ;
    int unsure ;
    int ms ;
    /* Listens before it looks, so that it misses no change. */
    if (!listening) listening = fifodir_listen(&listener, path) ;
    if (!listening && errno != ENOENT && errno != EACCES) /* another user may not listen, but may look again and again */
    {
      strerr_warnwu4sys("listen to the events of ", name, " in ", request->live) ;
      return EXIT_SYSTEM ;
    }
    code = look(&wait, before, condition, &ask_again) ;
    if (code >= 0) break ;
    why = waits_for_us(&wait, condition, &ask_again) ;
    if (why)
    {
      strerr_warni4x("not waiting for ", name, ": ", why) ;
      code = letters ? EXIT_YES : EXIT_NO ;
      break ;
    }
    unsure = before->unsure_ms && clock_ms() < before->unsure_ms ;
    send_again(&wait, before) ;
    ms = patience(&wait, ask_again || left || !listening || unsure) ;
    if (!ms)
    {
      code = timed_out(&wait) ;
      break ;
    }
    left |= next_event(listening ? &listener : 0, ms) ;
  }
  if (listening) fifodir_unlisten(&listener) ;
  return code ;
}

int await_send (struct request const *request, char const *name, char const *letters, struct view *before)
{
  struct wait wait = { .request = request, .name = name, .say_ms = clock_ms() + SAY_AFTER_MS, .rescan_ms = clock_ms() + RESCAN_MS, .shows_ms = clock_ms() + SHOWS_MS } ;
  char path[PATH_SIZE] ;
  snprintf(path, sizeof path, "%s/" CONTROL_FIFO, name) ;
  if (want_up(letters) && try_is_under_way(name))
  {
    strerr_warnw2x(name, " is not started: a `reeve try` runs it now, and starts it again when that has ended") ;
    return EXIT_NO ;
  }
  if (want_up(letters) && services_scanner_stops())
  {
    strerr_warnw2x(name, " is not started any more: everything is being stopped") ;
    return EXIT_NO ;
  }
  for (;;)
  {
    int ms ;
    if (!view_read(before, name)) return unreadable(request, name) ;
    before->supervisor = view_supervisor(name) ;
    if (before->state == STATE_DISABLED && !may_be_enabled(&wait, before))
    {
      if (!want_up(letters)) return EXIT_YES ; /* it does not run */
      await_say_disabled(before, name) ;
      return EXIT_NO ;
    }
    if (before->state == STATE_UNSUPERVISED || before->state == STATE_DISABLED) errno = ENXIO ;
    else if (fifo_send(path, letters, strlen(letters)))
    {
      /* If the supervisor changed meanwhile, nobody knows which one has got the command. It is not sent again
         at once: a task could run twice. */
      before->unsure_ms = before->supervisor && view_supervisor(name) == before->supervisor ? 0 : clock_ms() + UNSURE_MS ;
      return EXIT_YES ;
    }
    if (errno != ENOENT && errno != ENXIO && errno != EAGAIN)
    {
      strerr_warnwu5sys("send a command to ", name, " in ", request->live, services_who_may()) ;
      return EXIT_SYSTEM ;
    }
    if (abandoned(name, before)) return *letters == 'd' && services_scanner_stops() ? EXIT_YES : say_abandoned(request, name) ;
    wait.now = *before ;
    ms = patience(&wait, 1) ;
    if (!ms) return timed_out(&wait) ;
    poll(0, 0, ms) ;
  }
}

int await_all (struct request const *request, char const *letters, await_condition *condition)
{
  struct view *before = calloc(request->count + 1, sizeof *before) ;
  int code = EXIT_YES ;
  if (!before)
  {
    strerr_warnwu1sys("remember the services") ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; letters && i < request->count ; i++)
  {
    int r = await_send(request, request->names[i], letters, before + i) ;
    if (!code) code = r ;
  }
  if (!code && !request->no_wait)
    for (size_t i = 0 ; i < request->count ; i++)
    {
      int r = await(request, request->names[i], letters, before + i, condition) ;
      if (!code) code = r ;
    }
  free(before) ;
  return code ;
}

int await_without_done (struct request const *request, struct request *out)
{
  struct view view ;
  *out = *request ;
  out->names = calloc(request->count + 1, sizeof *out->names) ;
  if (!out->names)
  {
    strerr_warnwu1sys("remember the services") ;
    return 0 ;
  }
  out->count = 0 ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (!view_read(&view, request->names[i]) || !view.done) out->names[out->count++] = request->names[i] ;
  return 1 ;
}
