#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbtime.h>
#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/trust.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/log_tail.h"
#include "control/page.h"
#include "control/services.h"
#include "control/try_lock.h"
#include "control/view.h"
#include "control/why.h"
#include "control/why_end.h"
#include "service/executable.h"
#include "service/health.h"
#include "service/instance.h"
#include "service/settings.h"
#include "service/success_codes.h"
#include "wire/due.h"
#include "wire/health.h"
#include "wire/state.h"

#define SENTENCE_MAX 4096
#define PATH_SIZE 4096
#define MEMORY_TEXT_MAX 1024
#define LOG_LINES 10
#define FAILED "failed, and " /* how some reasons of view_reason() begin; the sentence has already said that */

struct why
{
  char const *name ;
  struct view view ;
  struct state state ;
  int has_state ; /* a supervisor of s6 writes none */
} ;

static void __attribute__((format(printf, 1, 2))) say (char const *format, ...)
{
  char text[SENTENCE_MAX] ;
  va_list args ;
  va_start(args, format) ;
  vsnprintf(text, sizeof text, format, args) ;
  va_end(args) ;
  page_print(0, 2, text) ;
}

static char const *ago (tain const *since, char out[PAGE_DURATION_MAX])
{
  return page_duration(out, clock_ms_since(since)) ;
}

static uint64_t left_ms (uint64_t until_ms)
{
  uint64_t now = clock_ms() ;
  return until_ms > now ? until_ms - now : 0 ;
}

/* ---- how it is ---- */

static void say_up (struct why const *why)
{
  char since[PAGE_DURATION_MAX] ;
  char ready[PAGE_DURATION_MAX] ;
  char left[PAGE_DURATION_MAX] ;
  uint64_t due ;
  uint64_t now = clock_wall_ms() ;
  struct status const *status = &why->state.status ;
  int told = why->has_state && status->flags & STATUS_READY ;
  say("%s is up for %s%s%s, pid %ld%s.", why->name, ago(&why->view.since, since), told ? ", ready for " : "", told ? ago(&status->ready_since, ready) : "",
    (long)why->view.pid, why->view.state == STATE_UNHEALTHY ? ", and its health checks fail" : "") ;
  if (due_read(why->view.pid, &due)) say("It waits for its time: it is due in %s.", page_duration(left, due * 1000 > now ? due * 1000 - now : 0)) ;
}

static void say_starting (struct why const *why)
{
  char since[PAGE_DURATION_MAX] ;
  char left[PAGE_DURATION_MAX] ;
  int fd = why->state.settings.notification_fd ;
  char what[128] = "and has not told that it is ready" ;
  if (why->view.task) snprintf(what, sizeof what, "a task that is not done yet") ;
  else if (why->has_state && fd != SETTING_NO_FD) snprintf(what, sizeof what, "and has not told that it is ready: no newline came on descriptor %d", fd) ;
  else if (why->has_state && why->state.settings.forks) snprintf(what, sizeof what, "and not found in the background yet (flag-forks)") ;
  say("%s is starting: up for %s, pid %ld, %s.", why->name, ago(&why->view.since, since), (long)why->view.pid, what) ;
  if (why->has_state && why->state.ready_by_ms) say("It has %s left for that (timeout-up); else it is stopped, which is a failure.", page_duration(left, left_ms(why->state.ready_by_ms))) ;
}

static void say_stopping (struct why const *why)
{
  char told[PAGE_DURATION_MAX] ;
  char left[PAGE_DURATION_MAX] ;
  struct state const *state = &why->state ;
  if (!why->has_state || !why->view.up || !state->told_ms || (state->phase != PHASE_STOPPING && state->phase != PHASE_STOP_DUE)) return ;
  page_duration(told, clock_ms() - state->told_ms) ;
  if (state->settings.timeout_kill_ms && state->flags & STATE_HAS_DEADLINE)
    say("It was told to end %s ago, by SIG%s, and is killed in %s (timeout-kill).", told, sig_name(state->settings.down_signal), page_duration(left, left_ms(state->deadline_ms))) ;
  else say("It was told to end %s ago, by SIG%s, and is waited for: it has no timeout-kill (`reeve kill KILL %s` ends it at once).", told, sig_name(state->settings.down_signal), why->name) ;
}

static void say_waiting (struct why const *why)
{
  char in[PAGE_DURATION_MAX] ;
  struct state const *state = &why->state ;
  if (!why->has_state || !(state->flags & STATE_HAS_DEADLINE))
  {
    say("%s is waiting: it is about to be started.", why->name) ;
    return ;
  }
  page_duration(in, left_ms(state->deadline_ms)) ;
  if (state->settings.restart == RESTART_ON_FAILURE && state->settings.restart_max)
    say("%s is waiting: it is started again in %s, which is try %u of %u (restart).", why->name, in, state->failures, state->settings.restart_max) ;
  else say("%s is waiting: it is started again in %s (restart %u; `reeve start %s` starts it at once).", why->name, in, state->restarts + 1, why->name) ;
}

/* If `name` is an instance of a template that is not there (any more), says so. Else returns 0. */
static int say_missing_instance (char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  uint32_t number = instance_number(name) ;
  if (!number || !instance_template(name, template, 0) || !services_has_template(template)) return 0 ;
  say("There is no instance %s: `reeve scale %s %u` makes it.", name, template, (unsigned int)number) ;
  return 1 ;
}

static void say_held (struct why const *why)
{
  struct graph graph ;
  struct waits_for waits_for ;
  char text[SENTENCE_MAX / 2] ;
  char const *since = why->view.has_ended ? "" : ", and was never started" ;
  if (!dependencies_learn_of_one(&graph, why->name)) return ;
  dependencies_describe(&graph, why->name, text, sizeof text) ;
  if (*text) say("%s is held%s: it is waiting for %s, and starts when what it needs is ready.", why->name, since, text) ;
  else say("%s is held%s: it starts when what it needs is ready.", why->name, since) ;
  for (size_t i = 0 ; dependencies_next(&graph, why->name, &i, &waits_for) ; )
    if (!strcmp(waits_for.state, "missing") && say_missing_instance(waits_for.name)) continue ;
    else if (!strcmp(waits_for.state, "missing")) say("There is no service %s: make one, or remove %s/dependencies.d/%s.", waits_for.name, why->name, waits_for.name) ;
    else say("See `reeve why %s`.", waits_for.name) ;
  graph_free(&graph) ;
}

static void say_down (struct why const *why)
{
  char since[PAGE_DURATION_MAX] ;
  if (try_is_under_way(why->name)) say("%s is down, as a `reeve try` runs it now.", why->name) ;
  else if (!why->view.has_ended) say("%s is down, and was never started: its directory has a file `down`, or it was stopped before (`reeve start %s` starts it).", why->name, why->name) ;
  else if (why->view.reason == REASON_DONE) say("%s is down for %s: %s.", why->name, ago(&why->view.since, since), view_reason(&why->view)) ;
  else say("%s is down for %s, as that was asked for (`reeve start %s` starts it).", why->name, ago(&why->view.since, since), why->name) ;
}

/* Of a service whose supervisor has not begun yet. */
static void say_needs (struct why const *why)
{
  struct graph graph ;
  char text[SENTENCE_MAX / 2] ;
  if (!dependencies_learn_of_one(&graph, why->name)) return ;
  dependencies_describe(&graph, why->name, text, sizeof text) ;
  if (*text) say("It was never started, and is waiting for %s as well.", text) ;
  graph_free(&graph) ;
}

static void say_unsupervised (struct why const *why)
{
  if (why->view.has_left && services_scanner_stops()) say("%s was stopped, as everything is.", why->name) ;
  else
  {
    say("%s has no supervisor: the scanner has not come to it yet, or tries again every second (its messages say why).", why->name) ;
    if (!why->has_state) say_needs(why) ;
  }
}

static void say_state (struct why const *why)
{
  char since[PAGE_DURATION_MAX] ;
  struct view const *view = &why->view ;
  char const *reason = view_reason(view) ;
  ago(&view->since, since) ;
  switch (view->state)
  {
    case STATE_UNSUPERVISED : say_unsupervised(why) ; break ;
    case STATE_DISABLED : say("%s is disabled: %s (enable-if). Nobody waits for it; `reeve rescan` looks again after an edit.", why->name, view->disabled) ; break ;
    case STATE_FAILED :
      if (!reason) reason = "" ;
      say("%s has failed for good: %s (`reeve start %s` starts it again).", why->name, reason + (strncmp(reason, FAILED, sizeof FAILED - 1) ? 0 : sizeof FAILED - 1), why->name) ;
      break ;
    case STATE_DOWN : say_down(why) ; break ;
    case STATE_DONE : say("%s is done for %s: the task has exited 0%s.", why->name, since, view->wstat ? ", or as success-codes allows" : "") ; break ;
    case STATE_FINISHING :
      say("%s has ended %s ago, and %s.", why->name, since, view->undoing ? "its ./undo runs" : view->ending ? "what its ./run has left behind is being ended"
        : view->after_finish ? "what its ./finish has left behind is being ended" : "its ./finish runs") ;
      break ;
    case STATE_WAITING : say_waiting(why) ; break ;
    case STATE_HELD : say_held(why) ; break ;
    case STATE_STARTING : say_starting(why) ; break ;
    case STATE_PAUSED : say("%s is paused for %s or less, pid %ld: it was sent SIGSTOP (`reeve kill CONT %s` lets it go on).", why->name, since, (long)view->pid, why->name) ; break ;
    default : say_up(why) ;
  }
  if (view->up && !view->wanted_up) say("It is wanted down: when it ends, it is not started again.") ;
}

/* ---- how it ended last ---- */

/* Writes when the service ended last. Returns 0 when that is not known. */
static int last_end (struct why const *why, tain *when)
{
  *when = why->view.since ;
  return !why->view.up || view_last_end(why->name, when) ;
}

/* Enters the directory of the service, unless it is another user's: there, settings may be links to
   anything. Returns a descriptor for go_back(), or -1. */
static int enter (struct why const *why)
{
  struct trust_refusal refusal ;
  struct stat st ;
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int dir = here >= 0 ? trust_anyones_directory(AT_FDCWD, why->name, 0) : -1 ;
  int ok = dir >= 0 && fstat(dir, &st) != -1 && trust_stat(&st, S_IFDIR, 0, &refusal) && !fchdir(dir) ;
  if (dir >= 0) fd_close(dir) ;
  if (ok) return here ;
  if (here >= 0) fd_close(here) ;
  return -1 ;
}

static void go_back (int here)
{
  if (fchdir(here) == -1) strerr_diefu1sys(EXIT_SYSTEM, "return to the live directory") ;
  fd_close(here) ;
}

static int is_allowed (struct why const *why)
{
  struct settings settings = why->state.settings ;
  int here = settings.has_success_codes ? enter(why) : -1 ;
  if (here == -1) return 0 ;
  settings_read_success_codes(&settings) ;
  go_back(here) ;
  return settings.has_success_codes && success_codes_have(&settings.success_codes, why->view.wstat) ;
}

static unsigned int count_oom_kills (void)
{
  static char const *const files[] = { "/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control" } ;
  char text[MEMORY_TEXT_MAX + 1] ;
  for (size_t i = 0 ; i < sizeof files / sizeof *files ; i++)
    if (file_read(AT_FDCWD, files[i], text, MEMORY_TEXT_MAX) > 0) return why_end_oom_kills(text) ;
  return 0 ;
}

static void say_end (struct why const *why)
{
  char path[PATH_SIZE] ;
  char not_executed[EXECUTABLE_WHY_MAX] ;
  char words[END_WORDS_MAX] ;
  char when[PAGE_DURATION_MAX] ;
  tain since ;
  struct view const *view = &why->view ;
  struct end_facts facts =
  {
    .wstat = view->wstat, .end = view->end, .late_ms = view->late_ms, .kill_ms = why->state.settings.timeout_kill_ms,
    .oom_kills = count_oom_kills(), .code_unknown = view->code_unknown, .task = view->task, .allowed = is_allowed(why)
  } ;
  if (view->end & END_NOT_EXECUTED)
  {
    snprintf(path, sizeof path, "%s/run", why->name) ;
    say("Its ./run cannot be executed: %s.", executable_why_not(path, EACCES, not_executed, sizeof not_executed)) ;
    return ;
  }
  if (!view->has_ended) return ;
  why_end_describe(&facts, words) ;
  if (last_end(why, &since)) say("Its last end, %s ago: %s.", ago(&since, when), words) ;
  else say("Its last end: %s.", words) ;
  if (view->restarts) say("It was started again %u time%s.", view->restarts, view->restarts == 1 ? "" : "s") ;
  if (view->crashes) say("It has crashed %u time%s, %u in a row: an end that nobody asked for.", view->crashes, view->crashes == 1 ? "" : "s", view->crash_row) ;
}

/* ---- what else is known ---- */

static void say_setting (char const *file, char const *value, char const *allowed, int err)
{
  if (err) say("Its setting %s cannot be read: %s; the default is used.", file, strerror(err)) ;
  else say("Its setting %s is invalid: \"%s\"; allowed: %s.", file, value, allowed) ;
}

/* Says what is wrong with the settings that the supervisor would read at the next start. */
static void say_settings (struct why const *why)
{
  struct settings settings ;
  struct health_settings health ;
  int here = enter(why) ;
  if (here == -1) return ;
  settings_read(&settings, SETTINGS_START, &say_setting) ;
  if (why->view.is_checked) health_settings_read(&health, &say_setting) ;
  go_back(here) ;
}

static void say_health (struct why const *why)
{
  struct health_record check ;
  char result[HEALTH_RESULT_MAX] ;
  if (!why->view.unhealthy || !health_record_read(why->name, &check)) return ;
  text_make_printable(check.output, check.len) ;
  say("Its last health check: %s.%s%.*s", health_result_describe(result, &check.result), check.len ? " It wrote: " : "", (int)check.len, check.output) ;
}

static void print_log (struct why const *why)
{
  char logger[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX] ;
  struct view view ;
  char *text = log_tail_read(why->name, LOG_LINES) ;
  snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, why->name) ;
  if (!text && !view_read(&view, logger) && errno == EACCES) say("Its log cannot be found: only the scanner's user and root may look at its logger.") ;
  if (!text) return ;
  say("The last lines of its log:") ;
  for (char *line = text, *end ; (end = strchr(line, '\n')) ; line = end + 1)
  {
    *end = 0 ;
    printf("  ") ;
    page_print(2, 4, line) ;
  }
  free(text) ;
}

void why_print (char const *name)
{
  static struct why why ; /* large */
  why = (struct why) { .name = name } ;
  settings_defaults(&why.state.settings) ;
  if (!view_read(&why.view, name)) return ;
  why.has_state = state_read(name, &why.state, 0) ;
  say_state(&why) ;
  say_stopping(&why) ;
  say_health(&why) ;
  say_end(&why) ;
  if (why.view.undo_wstat) say("Its ./undo has failed.") ;
  why.view.blocked = view_blocked(&why.view, name) ;
  if (why.view.blocked) say("It is blocked: its logger cannot write what it has read: %s. Lines wait, and then the service does; the logger's message names the file.", strerror(why.view.blocked)) ;
  if (why.view.lost) say("%ju bytes of its log are lost.", (uintmax_t)why.view.lost) ;
  say_settings(&why) ;
  print_log(&why) ;
}

int command_why (struct request const *request)
{
  struct view view ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    if (!view_read(&view, request->names[i]))
    {
      strerr_warnwu5sys("read the state of ", request->names[i], " in ", request->live, services_who_may()) ;
      return EXIT_SYSTEM ;
    }
    if (i) putchar('\n') ;
    why_print(request->names[i]) ;
  }
  return page_end() ;
}
