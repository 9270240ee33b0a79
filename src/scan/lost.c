#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/send.h"
#include "scan/scanner.h"
#include "service/settings.h"
#include "wire/state.h"

int lost_state (struct unit const *unit)
{
  struct state state ;
  return !state_recover(unit->name, &state, 0) && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) ;
}

/* The original is perhaps still there. */
static int down_signal (struct scanner const *s, struct unit const *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  char text[32] ;
  ssize_t n ;
  int sig ;
  if (unit->foreign) return SIGTERM ;
  snprintf(path, sizeof path, "%s/%s/down-signal", s->scan, unit->name) ;
  n = openreadnclose(path, text, sizeof text - 1) ;
  text[n > 0 ? n : 0] = 0 ;
  return n > 0 && setting_parse_signal(text, &sig) ? sig : SIGTERM ;
}

static int keeps_strays (struct scanner const *s, struct unit const *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  if (unit->foreign) return 0 ;
  snprintf(path, sizeof path, "%s/%s/flag-keep-strays", s->scan, unit->name) ;
  return !access(path, F_OK) ;
}

static void say (struct unit const *unit)
{
  strerr_warnw4x("the supervisor of ", unit->name, " has ended, and what another one would need to go on was removed with its live directory:",
    " the service is ended first, without its ./finish") ;
}

int lost_end (struct scanner *s, struct unit *unit)
{
  struct orphan *process = unit->orphans ;
  struct orphan *next ;
  while (process && !process->is_process) process = process->next ;
  if (process && process->ended)
  {
    orphans_forget(s, process) ;
    process = 0 ;
  }
  if (!unit->ending) unit->down_signal = down_signal(s, unit) ;
  unit->ending = 1 ;
  if (process)
  {
    if (process->stray.told_ms || (unit->producer && !unit->terminate)) return 1 ; /* a logger ends when its input does */
    process->stray.told_ms = clock_ms() ;
    say(unit) ;
    send_to_end(process->pid, stop_kills(s) ? SIGKILL : unit->down_signal, SEND_CONT) ;
    return 1 ;
  }
  if (keeps_strays(s, unit))
    for (struct orphan *orphan = unit->orphans ; orphan ; orphan = next)
    {
      next = orphan->next ;
      orphans_take_away(orphan) ;
    }
  if (unit->orphans && !unit->strays_ms) strays_end(s, unit) ;
  if (unit->orphans) return 1 ;
  unit->ending = 0 ;
  return 0 ;
}
