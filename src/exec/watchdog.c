#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/path.h"
#include "base/process.h"
#include "exec/exec.h"
#include "wire/channels.h"
#include "wire/state.h"

#define LAST_WORD_MS 10000 /* after SIGABRT, if there is no timeout-kill */
#define PATH_SIZE 4096
#define LOGGER "log"

/* ---- the time: pure ---- */

static void plan (struct silence *s, uint64_t now)
{
  uint64_t end = s->since_ms + s->interval_ms ;
  s->wake_ms = now + s->interval_ms / 4 + 1 ;
  if (s->wake_ms > end) s->wake_ms = end ;
}

void silence_begin (struct silence *s, uint64_t now)
{
  s->since_ms = now ;
  s->stage = SILENCE_COUNTED ;
  plan(s, now) ;
}

void silence_hear (struct silence *s, struct notification const *n, uint64_t now)
{
  if (n->has_interval) s->interval_ms = n->interval_ms ;
  if (n->stopping) s->interval_ms = 0 ; /* as in systemd: a stop may take its time */
  if (n->alive) s->is_promised = 1 ;
  if (n->alive || n->has_interval) silence_begin(s, now) ;
}

uint32_t silence_wait_ms (struct silence const *s, uint64_t now)
{
  if (s->stage == SILENCE_GIVEN_UP || (s->stage == SILENCE_COUNTED && (!s->interval_ms || !s->is_promised))) return FOR_EVER ;
  return now < s->wake_ms ? (uint32_t)(s->wake_ms - now) : 0 ;
}

enum silence_deed silence_look (struct silence *s, uint64_t now)
{
  if (silence_wait_ms(s, now)) return SILENCE_WAIT ;
  if (s->stage == SILENCE_ABORTED)
  {
    s->stage = SILENCE_GIVEN_UP ;
    return SILENCE_KILL ;
  }
  if (now - s->wake_ms > s->interval_ms / 4)
  {
    silence_begin(s, now) ; /* this process did not run, so perhaps the program did not run either */
    return SILENCE_WAIT ;
  }
  if (now >= s->since_ms + s->interval_ms) return SILENCE_ABORT ;
  plan(s, now) ;
  return SILENCE_WAIT ;
}

void silence_aborted (struct silence *s, uint64_t now, uint32_t grace_ms)
{
  s->stage = SILENCE_ABORTED ;
  s->wake_ms = now + grace_ms ;
}

/* ---- signals and messages ---- */

/* The service's name, for messages: that of the directory; for a logger, that of the directory
   above. */
static char const *service_name (char path[PATH_SIZE])
{
  char *last ;
  if (!getcwd(path, PATH_SIZE)) return "?" ;
  last = strrchr(path, '/') ;
  if (!last || strcmp(last + 1, LOGGER) != 0) return path_last(path) ;
  *last = 0 ;
  {
    char const *name = path_last(path) ;
    *last = '/' ;
    return name ;
  }
}

/* Sends a signal. The supervisor does so if the program is its child: it may do it where this
   process may not. Otherwise (a `run` without exec) this process does, if there is a pidfd. */
static int send_both (struct readiness const *r, int is_service, int sig)
{
  char const *letters = sig == SIGKILL || r->program_pid == 1 ? "k" : "bc" ; /* PID 1 of a namespace gets no other signal that it does not handle */
  if (is_service) return fifo_send(CONTROL_FIFO, letters, strlen(letters)) ;
  if (r->program < 0) return errno = ENOSYS, 0 ;
  if (!process_signal_watched(r->program, sig, 0)) return 0 ;
  process_signal_watched(r->program, SIGCONT, 0) ; /* a stopped process would not act on the signal */
  return 1 ;
}

static int may_be_signalled (struct readiness const *r, struct state *state, int *is_service)
{
  if (!state_recover(".", state, 0))
  {
    strerr_warnwu1sys("read " STATE_FILE ", so whether the silent service is being stopped is not known: leaving it alone") ;
    return 0 ;
  }
  *is_service = state->process.pid == r->program_pid || r->program_pid == 1 ;
  return state->phase == PHASE_UP && !state->told_ms && !(state->status.flags & STATUS_PAUSED) ;
}

int watchdog_abort (struct readiness const *r, uint32_t silent_ms, uint32_t *grace_ms)
{
  char path[PATH_SIZE] ;
  char why[64] = "it has said WATCHDOG=trigger" ;
  struct state state ;
  int is_service ;
  if (!may_be_signalled(r, &state, &is_service)) return 0 ;
  if (silent_ms) snprintf(why, sizeof why, "no WATCHDOG=1 for %lu ms", (unsigned long)silent_ms) ;
  strerr_warnw4x(service_name(path), " is unhealthy: ", why, ": aborting it (SIGABRT)") ;
  if (!send_both(r, is_service, SIGABRT))
  {
    strerr_warnwu2sys("abort ", service_name(path)) ;
    return 0 ;
  }
  *grace_ms = state.settings.timeout_kill_ms ? state.settings.timeout_kill_ms : LAST_WORD_MS ;
  return 1 ;
}

void watchdog_kill (struct readiness const *r)
{
  char path[PATH_SIZE] ;
  struct state state ;
  int is_service ;
  if (!may_be_signalled(r, &state, &is_service)) return ;
  if (!state.settings.timeout_kill_ms) strerr_warnw2x(service_name(path), " is silent, and has outlived SIGABRT: timeout-kill would say after how long it is killed") ;
  else
  {
    strerr_warnw2x(service_name(path), " is silent, and has outlived SIGABRT by timeout-kill: killing it") ;
    if (!send_both(r, is_service, SIGKILL)) strerr_warnwu2sys("kill ", service_name(path)) ;
  }
}

int watchdog_is_possible (void)
{
  int fd = fifo_open(CONTROL_FIFO, O_WRONLY) ;
  if (fd >= 0) fd_close(fd) ;
  return (fd >= 0 || errno == ENXIO) && !access(STATE_FILE, R_OK) ; /* ENXIO: the supervisor may just be replaced */
}
