#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/clock.h"
#include "base/process.h"
#include "control/dependencies.h"
#include "control/services.h"
#include "control/timeline.h"
#include "control/view.h"
#include "wire/state.h"

#define LATER_MS 60000
#define AFTER_MAX 4096 /* bytes of REEVE_CMD_AFTER */

/* The clocks, read once: else times that are compared could get out of order. */
struct clocks
{
  uint64_t wall_ms ;
  uint64_t monotonic_ms ;
  uint64_t process_ms ;
} ;

static uint64_t ms_of (tain const *stamp)
{
  struct timespec at ;
  return timespec_sysclock_from_tain(&at, stamp) ? (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000 : 0 ;
}

/* Returns the time `ms` of another clock, which now is `now_ms`, as a time of the wall clock. */
static uint64_t moved (uint64_t ms, uint64_t now_ms, struct clocks const *now)
{
  return ms && ms <= now_ms && now_ms - ms < now->wall_ms ? now->wall_ms - (now_ms - ms) : 0 ;
}

static uint64_t process_began (pid_t pid, struct clocks const *now)
{
  struct process_look look ;
  return pid && process_look(pid, &look) ? moved(look.started_ms, now->process_ms, now) : 0 ;
}

/* When the service could have started if it needed nothing. Nobody writes that down. For the first start it
   is the start of its supervisor; for a later one, the end before. */
static uint64_t begin_of (struct timing const *timing, struct view const *view, struct clocks const *now)
{
  tain stamp ;
  if (timing->state == STATE_HELD) return ms_of(&view->since) ;
  if (!timing->again) return process_began(view_supervisor(timing->name), now) ;
  return view->up && view_last_end(timing->name, &stamp) ? ms_of(&stamp) : 0 ;
}

static void learn_one (struct timing *timing, struct view const *view, struct state const *state, struct clocks const *now)
{
  uint64_t since = ms_of(&view->since) ;
  timing->state = view->state ;
  timing->again = !!view->restarts ;
  timing->told = view->task || state->settings.notification_fd != SETTING_NO_FD || state->settings.forks ;
  if (view->up) timing->start_ms = since ;
  else if (view->done) timing->start_ms = moved(state->started_ms, now->monotonic_ms, now) ;
  if (view->done) timing->ready_ms = since ;
  else if (view->ready) timing->ready_ms = state->flags & STATE_FORKED ? moved(state->process.before_ms, now->process_ms, now) : timing->told ? ms_of(&state->status.ready_since) : since ;
  if (timing->start_ms && timing->ready_ms && timing->ready_ms < timing->start_ms) timing->ready_ms = timing->start_ms ;
  timing->begin_ms = begin_of(timing, view, now) ;
  if (timing->start_ms && timing->begin_ms > timing->start_ms) timing->begin_ms = 0 ; /* the supervisor is the successor of the one that started it */
}

/* CMD does not tell when it is ready. If it needed nothing, it would have started with the scanner. */
static void learn_command (struct timing *timing, struct view const *view, struct clocks const *now)
{
  uint64_t since = ms_of(&view->since) ;
  timing->name = "CMD" ;
  timing->state = view->state ;
  if (view->up) timing->start_ms = timing->ready_ms = since ;
  timing->begin_ms = view->up ? process_began(services_scanner(), now) : since ;
  if (timing->start_ms && timing->begin_ms > timing->start_ms) timing->begin_ms = 0 ; /* this scanner is the successor of the one that started CMD */
}

/* Finds, among the services that it needs, the last that was ready before it started. */
static void find_by (struct timing *timing)
{
  struct graph_node const *node = timing->node ;
  for (size_t i = 0 ; timing->start_ms && i < node->need_count ; i++)
  {
    struct timing const *on = node->needs[i].inner ? 0 : node->needs[i].on->owner ;
    if (!on || !on->ready_ms) continue ;
    if (on->ready_ms > timing->start_ms) timing->lost = 1 ; /* it was started again since: nobody knows when it was ready before */
    else if (!timing->by || on->ready_ms > timing->by->ready_ms) timing->by = on ;
  }
}

/* Was it no part of the start of the tree? */
static int is_later (struct timing const *timing, uint64_t first_ms)
{
  uint64_t due = timing->by ? timing->by->ready_ms : timing->begin_ms ;
  return timing->again || (timing->begin_ms && timing->begin_ms > first_ms + LATER_MS) || (due && timing->start_ms > due + LATER_MS) ;
}

static void add_up (struct timing *timing, uint64_t now_ms)
{
  uint64_t until = timing->state == STATE_HELD ? now_ms : timing->by ? timing->by->ready_ms : 0 ;
  if (timing->begin_ms && until > timing->begin_ms) timing->held_ms = until - timing->begin_ms ;
  until = timing->ready_ms ? timing->ready_ms : now_ms ;
  timing->runs = timing->start_ms && (timing->ready_ms || timing->state == STATE_STARTING || timing->state == STATE_PAUSED) ;
  if (timing->runs && until > timing->start_ms) timing->took_ms = until - timing->start_ms ;
}

int timeline_learn (struct timeline *line)
{
  struct clocks const now = { .wall_ms = clock_wall_ms(), .monotonic_ms = clock_ms(), .process_ms = process_clock_ms() } ;
  uint64_t first = 0 ; /* when the first service could have started */
  char after[AFTER_MAX] ;
  struct view command ;
  int has_command = view_read_command(&command, after, sizeof after) ;
  *line = (struct timeline) { .now_ms = now.wall_ms } ;
  if (!dependencies_learn_all(&line->graph, 0)) return 0 ;
  if (has_command) has_command = dependencies_add_command(&line->graph, after) ;
  line->all = calloc(line->graph.count + 1, sizeof *line->all) ;
  if (!line->all)
  {
    strerr_warnwu1sys("remember the services") ;
    timeline_free(line) ;
    return 0 ;
  }
  for (struct graph_node *node = line->graph.first ; node ; node = node->later)
  {
    struct timing *timing = line->all + line->count ;
    struct state state ;
    struct view view ;
    int is_command = has_command && !strcmp(node->name, DEPENDENCIES_COMMAND) ;
    int is_known = is_command || (node->owner && view_read(&view, node->name) && state_read(node->name, &state, 0)) ;
    *timing = (struct timing) { .name = node->name, .node = node } ;
    node->owner = is_known ? timing : 0 ; /* a template has no timing */
    if (!is_known) continue ;
    if (is_command) learn_command(timing, &command, &now) ;
    else learn_one(timing, &view, &state, &now) ;
    line->count++ ;
  }
  for (size_t i = 0 ; i < line->count ; i++)
  {
    uint64_t begin = line->all[i].begin_ms ? line->all[i].begin_ms : line->all[i].start_ms ;
    if (begin && (!first || begin < first)) first = begin ;
  }
  line->begin_ms = process_began(services_scanner(), &now) ;
  if (first && (!line->begin_ms || first < line->begin_ms)) line->begin_ms = first ;
  for (size_t i = 0 ; i < line->count ; i++)
  {
    find_by(line->all + i) ;
    add_up(line->all + i, line->now_ms) ;
    line->all[i].later = !!is_later(line->all + i, first) ;
  }
  return 1 ;
}

/* Did it wait for the other one, directly or through others? */
static int waited_for (struct timing const *timing, struct timing const *other)
{
  while (timing && timing != other) timing = timing->by ;
  return !!timing ;
}

/* In one millisecond a service may be ready and the one that waited for it, too: the latter is the last. */
static int is_after (struct timing const *timing, struct timing const *last)
{
  return timing->ready_ms > last->ready_ms || (timing->ready_ms == last->ready_ms && waited_for(timing, last)) ;
}

struct timing const *timeline_last (struct timeline const *line)
{
  struct timing const *last = 0 ;
  for (int later = 0 ; !last && later < 2 ; later++)
    for (size_t i = 0 ; i < line->count ; i++)
    {
      struct timing const *timing = line->all + i ;
      if (timing->ready_ms && timing->later <= (unsigned int)later && (!last || is_after(timing, last))) last = timing ;
    }
  return last ;
}

void timeline_free (struct timeline *line)
{
  free(line->all) ;
  graph_free(&line->graph) ;
}
