#include "scan/held.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <skalibs/sig.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/clock.h"
#include "base/message.h"
#include "wire/state.h"

#define NEEDS_SIZE 1000
#define SINCE_SIZE 32
#define STATE_TEXT_SIZE 160

static uint32_t const after_ms[] = { 10000, 60000, 600000, 3600000 } ; /* how long a service has been held when that is said */

#define TIMES (sizeof after_ms / sizeof *after_ms)

/* ---- the state of a needed service, in words ---- */

static char const *seconds (tain const *since, char out[SINCE_SIZE])
{
  snprintf(out, SINCE_SIZE, "%llu s", (unsigned long long)(clock_ms_since(since) / 1000)) ;
  return out ;
}

static void describe_start (struct state const *state, char *out)
{
  char since[SINCE_SIZE] ;
  int fd = state->settings.notification_fd ;
  seconds(&state->status.since, since) ;
  if (state->settings.oneshot) snprintf(out, STATE_TEXT_SIZE, "a task that has run for %s, and is not done yet", since) ;
  else if (fd == SETTING_NO_FD) snprintf(out, STATE_TEXT_SIZE, "up for %s, and not found in the background yet", since) ;
  else snprintf(out, STATE_TEXT_SIZE, "up for %s, has not told that it is ready: no newline came on descriptor %d", since, fd) ;
}

static void describe_end (struct state const *state, char *out)
{
  char since[SINCE_SIZE] ;
  int wstat = (int)state->status.wstat ;
  seconds(&state->status.since, since) ;
  if (state->flags & STATE_CODE_UNKNOWN) snprintf(out, STATE_TEXT_SIZE, "it ended for good %s ago, nobody knows how", since) ;
  else if (WIFSIGNALED(wstat)) snprintf(out, STATE_TEXT_SIZE, "it ended for good %s ago, by SIG%s", since, sig_name(WTERMSIG(wstat))) ;
  else snprintf(out, STATE_TEXT_SIZE, "it ended for good %s ago, with %d", since, WEXITSTATUS(wstat)) ;
}

/* Describes what the needed service's supervisor has recorded; where that cannot be read, what it
   has reported. */
static void describe_state (struct graph_node const *node, char *out)
{
  char since[SINCE_SIZE] ;
  struct state state ;
  if (!(node->facts & GRAPH_EXISTS)) snprintf(out, STATE_TEXT_SIZE, "there is no such service") ;
  else if (!state_read(node->name, &state, 0)) snprintf(out, STATE_TEXT_SIZE, "it has no supervisor yet") ;
  else if (node->facts & GRAPH_READY) snprintf(out, STATE_TEXT_SIZE, "up for %s, and wanted down", seconds(&state.status.since, since)) ;
  else if (phase_is_up(state.phase)) describe_start(&state, out) ;
  else if (node->facts & GRAPH_ENDED) describe_end(&state, out) ;
  else if (!(node->facts & GRAPH_WANTED)) snprintf(out, STATE_TEXT_SIZE, "wanted down for %s", seconds(&state.status.since, since)) ;
  else snprintf(out, STATE_TEXT_SIZE, "%s for %s", phase_name(state.phase), seconds(&state.status.since, since)) ;
}

static void say (struct scanner const *s, struct unit const *unit, uint64_t now)
{
  char needs[NEEDS_SIZE] ;
  char held[SINCE_SIZE] ;
  char state[STATE_TEXT_SIZE] ;
  struct graph_node const *node = unit->needs.node ;
  size_t used = 0 ;
  for (size_t i = 0 ; i < node->need_count && used < sizeof needs ; i++)
  {
    if (!graph_holds(&s->needs.graph, node->needs + i)) continue ;
    describe_state(node->needs[i].on, state) ;
    used += (size_t)snprintf(needs + used, sizeof needs - used, "%s%s (%s)", used ? ", " : "", node->needs[i].on->name, state) ;
  }
  if (!used) return ; /* nothing holds it any more: it is about to start */
  snprintf(held, sizeof held, "%ju s", (uintmax_t)((now - unit->needs.held_ms) / 1000)) ;
  strerr_warnw5x(message_about(unit->name), " has been held for ", held, ", as it needs ", needs) ;
}

/* ---- when ---- */

void held_begin (struct scanner *s, struct unit *unit)
{
  if (unit->needs.held_ms) return ;
  unit->needs.held_ms = clock_ms() ;
  unit->needs.said = 0 ;
  if (!s->needs.say_ms || unit->needs.held_ms + after_ms[0] < s->needs.say_ms) s->needs.say_ms = unit->needs.held_ms + after_ms[0] ;
}

static void look_at (struct scanner *s, struct unit *unit, uint64_t now)
{
  uint64_t due ;
  if (!unit->needs.held_ms || unit->needs.said == TIMES) return ;
  if (now >= unit->needs.held_ms + after_ms[unit->needs.said])
  {
    say(s, unit, now) ;
    if (++unit->needs.said == TIMES) return ;
  }
  due = unit->needs.held_ms + after_ms[unit->needs.said] ;
  if (!s->needs.say_ms || due < s->needs.say_ms) s->needs.say_ms = due ;
}

void held_say (struct scanner *s)
{
  uint64_t now ;
  if (!s->needs.say_ms || (now = clock_ms()) < s->needs.say_ms) return ;
  s->needs.say_ms = 0 ;
  for (struct unit *unit = s->units.all ; unit && !s->stop.on ; unit = unit->next) look_at(s, unit, now) ;
  look_at(s, &s->cmd.after, now) ;
}
