#include "scan/ending.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/process.h"
#include "base/send.h"
#include "scan/inherited.h"
#include "scan/stopping.h"
#include "service/settings.h"
#include "wire/state.h"

/* The recorded settings are gone: reads the most important ones from SCAN, where the service
   directory may still be. */
static void read_originals (struct scanner const *s, struct unit const *unit, struct settings *settings)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  char text[32] ;
  ssize_t n ;
  if (unit->foreign) return ;
  snprintf(path, sizeof path, "%s/%s/down-signal", s->scan, unit->name) ;
  n = openreadnclose(path, text, sizeof text - 1) ;
  text[n > 0 ? n : 0] = 0 ;
  if (n <= 0 || !setting_parse_signal(text, &settings->down_signal)) settings->down_signal = SIGTERM ;
  snprintf(path, sizeof path, "%s/%s/flag-keep-strays", s->scan, unit->name) ;
  settings->keep_strays = !access(path, F_OK) ;
}

/* Returns whether the unit's recorded state could be read. */
static int learn (struct scanner const *s, struct unit const *unit, struct state *state)
{
  if (inherited_last_run(unit, state)) return 1 ;
  *state = (struct state) { .phase = PHASE_UP } ;
  settings_defaults(&state->settings) ;
  read_originals(s, unit, &state->settings) ;
  return 0 ;
}

static void say (struct unit const *unit, pid_t pid, char const *cannot, char const *next)
{
  char number[PID_FMT] ;
  number[pid_fmt(number, pid)] = 0 ;
  strerr_warnw7x("the process of ", message_about(unit->name), " (pid ", number, ") has lost its supervisor, and ", cannot, next) ;
}

static char const *why (struct unit const *unit, int known)
{
  if (!known) return "the record that a new one needs was removed with its live directory: the service is ended first, without its ./finish" ;
  return process_can_prove() ? unit->phase == UNIT_LEAVING ? "gets no new one in this stop: ending it" : "ending it"
    : "cannot be adopted without pidfds and /proc: ending it" ;
}

/* Signals a process, or a process group if `pid` is negative. `down_signal` 0: it ends by itself
   (./finish), and is only killed when its limit is over. */
static void tell (struct scanner const *s, pid_t pid, uint64_t *told_ms, uint32_t limit_ms, int down_signal)
{
  uint64_t now = clock_ms() ;
  if (stopping_kills(s) || (*told_ms && limit_ms && now - *told_ms >= limit_ms)) send_to(pid, SIGKILL, 0) ;
  else if (down_signal && (!*told_ms || send_is_ignored_by_default(down_signal))) send_to_end(pid, down_signal, SEND_CONT) ;
  if (!*told_ms) *told_ms = now ;
}

/* Is this pid a child of the scanner that has another role? Then the kernel has given the pid to a
   new process. */
static int is_another (struct scanner *s, pid_t pid)
{
  return pid == s->cmd.pid || pid == s->upgrade.checker || units_by_supervisor(&s->units, pid) ;
}

static int has_process (struct scanner *s, struct unit const *unit)
{
  return unit->inherited && process_is_child(unit->inherited->pid) && !is_another(s, unit->inherited->pid) ;
}

static int has_group (struct scanner *s, struct unit const *unit)
{
  return unit->inherited && process_group_has_child(unit->inherited->group) && !is_another(s, unit->inherited->group) ;
}

/* Does the service run as another process's child? Nobody reports its end to the scanner, and its
   pid may be reused. */
static int lives_elsewhere (struct unit const *unit, struct state const *state)
{
  int lives ;
  if (unit->inherited->ended || !state->process.pid || state->flags & (STATE_HAS_LEFT | STATE_END_NOTED)) return 0 ;
  lives = process_lives(&state->process) ;
  return lives == -1 ? kill(state->process.pid, 0) != -1 || errno == EPERM : lives ;
}

enum ending ending_go_on (struct scanner *s, struct unit *unit)
{
  struct inherited *inherited ;
  struct state state ;
  int known = learn(s, unit, &state) ;
  struct settings const *settings = &state.settings ;
  if (!unit->inherited && !inherited_learn(s, unit)) return ENDING_UNDER_WAY ; /* no memory */
  inherited = unit->inherited ;
  if (!inherited) return ENDING_DONE ;
  if (has_process(s, unit))
  {
    int finishing = state.phase == PHASE_FINISHING ;
    if (!known && unit->producer && !unit->stop.terminate) return ENDING_UNDER_WAY ; /* a logger ends when its input does */
    if (!inherited->told_ms && !finishing) say(unit, inherited->pid, why(unit, known), "") ;
    tell(s, inherited->pid, &inherited->told_ms, finishing ? settings->timeout_finish_ms : settings->timeout_kill_ms, finishing ? 0 : settings->down_signal) ;
    return ENDING_UNDER_WAY ;
  }
  if (known && lives_elsewhere(unit, &state))
  {
    if (!inherited->told_ms) say(unit, state.process.pid, "cannot be adopted without pidfds and /proc: ", "it is no child of the scanner, and is left alone; end it by hand") ;
    inherited->told_ms = clock_ms() ;
    return ENDING_NOT_OURS ;
  }
  if (!settings->keep_strays && has_group(s, unit))
  {
    tell(s, -inherited->group, &inherited->group_told_ms, settings->timeout_strays_ms, settings->down_signal) ;
    return ENDING_UNDER_WAY ;
  }
  inherited->told_ms = inherited->group_told_ms = 0 ;
  return ENDING_DONE ;
}

void ending_kill (struct scanner *s, struct unit const *unit)
{
  if (has_process(s, unit)) send_to(unit->inherited->pid, SIGKILL, 0) ;
  if (has_group(s, unit)) send_to(-unit->inherited->group, SIGKILL, 0) ;
}
