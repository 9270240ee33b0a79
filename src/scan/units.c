#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <skalibs/djbunix.h>

#include "scan/scanner.h"

static uint32_t const delay_ms[DEADLINE_KIND_COUNT] = { [DEADLINE_SOON] = 10, [DEADLINE_QUIET] = 100, [DEADLINE_RETURN] = 1000, [DEADLINE_RETRY] = 1000 } ;

/* A node of the tree of watches: a unit has up to two. */
struct watched
{
  int watch ;
  struct unit *unit ;
} ;

static int compare_identity (void const *a, void const *b)
{
  return strcmp(((struct unit const *)a)->identity, ((struct unit const *)b)->identity) ;
}

static int compare_supervisor (void const *a, void const *b)
{
  pid_t x = ((struct unit const *)a)->supervisor ;
  pid_t y = ((struct unit const *)b)->supervisor ;
  return (x > y) - (x < y) ;
}

static int compare_process (void const *a, void const *b)
{
  pid_t x = ((struct unit const *)a)->inherited.pid ;
  pid_t y = ((struct unit const *)b)->inherited.pid ;
  return (x > y) - (x < y) ;
}

static int compare_watch (void const *a, void const *b)
{
  int x = ((struct watched const *)a)->watch ;
  int y = ((struct watched const *)b)->watch ;
  return (x > y) - (x < y) ;
}

struct unit *units_add (struct units *units, char const *identity, char const *name, struct unit *producer)
{
  struct unit *unit = calloc(1, sizeof *unit) ;
  if (!unit) return 0 ;
  unit->identity = strdup(identity) ;
  unit->name = strdup(name) ;
  if (!unit->identity || !unit->name || !tsearch(unit, &units->by_identity, &compare_identity))
  {
    free(unit->identity) ;
    free(unit->name) ;
    free(unit) ;
    return 0 ;
  }
  unit->phase = UNIT_INCOMPLETE ;
  unit->waiting = DEADLINE_NONE ;
  unit->watch[0] = unit->watch[1] = unit->supervisor_fd = -1 ;
  unit->producer = producer ;
  if (producer)
  {
    producer->logger = unit ;
    unit->foreign = producer->foreign ;
  }
  unit->next = units->all ;
  if (units->all) units->all->previous = unit ;
  units->all = unit ;
  units->count++ ;
  return unit ;
}

void units_release (struct units *units, struct unit *unit)
{
  units_disarm(units, unit) ;
  units_set_supervisor(units, unit, 0) ;
  units_set_watch(units, unit, 0, -1) ;
  units_set_watch(units, unit, 1, -1) ;
  units_set_process(units, unit, 0) ;
  tdelete(unit, &units->by_identity, &compare_identity) ;
  if (unit->producer) unit->producer->logger = 0 ;
  if (unit->logger) unit->logger->producer = 0 ;
  unit->later = units->released ;
  units->released = unit ;
}

static int is_sight (enum unit_event event)
{
  return event == UNIT_SEEN_COMPLETE || event == UNIT_SEEN_CHANGING || event == UNIT_SEEN_INCOMPLETE || event == UNIT_UNSEEN ;
}

/* What was seen last is what counts; but a change does not take back that it is complete. */
static int is_merged (struct unit *unit, enum unit_event event)
{
  uint8_t *last = unit->posted_count ? unit->posted + unit->posted_count - 1 : 0 ;
  for (unsigned int i = 0 ; i < unit->posted_count ; i++)
    if (unit->posted[i] == event && (!is_sight(event) || unit->posted + i == last)) return 1 ;
  if (!last || !is_sight(event) || !is_sight((enum unit_event)*last)) return 0 ;
  if (*last != UNIT_SEEN_COMPLETE || event != UNIT_SEEN_CHANGING) *last = (uint8_t)event ;
  return 1 ;
}

void units_post (struct units *units, struct unit *unit, enum unit_event event)
{
  if (event == UNIT_NOTHING || is_merged(unit, event)) return ;
  if (unit->posted_count == UNIT_POSTED_MAX) return ; /* cannot be: each event stands there once, but for what was seen */
  unit->posted[unit->posted_count++] = (uint8_t)event ;
  if (unit->posted_count > 1) return ;
  unit->next_posted = 0 ;
  if (units->last_posted) units->last_posted->next_posted = unit ;
  else units->first_posted = unit ;
  units->last_posted = unit ;
}

struct unit *units_take (struct units *units, enum unit_event *event)
{
  struct unit *unit = units->first_posted ;
  if (!unit) return 0 ;
  units->first_posted = unit->next_posted ;
  if (!units->first_posted) units->last_posted = 0 ;
  *event = (enum unit_event)unit->posted[0] ;
  memmove(unit->posted, unit->posted + 1, --unit->posted_count) ;
  if (!unit->posted_count) return unit ;
  unit->next_posted = units->first_posted ; /* in its own order */
  units->first_posted = unit ;
  if (!units->last_posted) units->last_posted = unit ;
  return unit ;
}

void units_sweep (struct units *units)
{
  while (units->released)
  {
    struct unit *unit = units->released ;
    units->released = unit->later ;
    if (unit->previous) unit->previous->next = unit->next ;
    else units->all = unit->next ;
    if (unit->next) unit->next->previous = unit->previous ;
    units->count-- ;
    free(unit->identity) ;
    free(unit->name) ;
    free(unit->called) ;
    free(unit) ;
  }
}

static struct unit *found (void *node)
{
  return node ? *(struct unit **)node : 0 ;
}

struct unit *units_by_identity (struct units *units, char const *identity)
{
  struct unit key = { .identity = (char *)identity } ; /* only compared */
  return found(tfind(&key, &units->by_identity, &compare_identity)) ;
}

struct unit *units_by_supervisor (struct units *units, pid_t pid)
{
  struct unit key = { .supervisor = pid } ;
  return found(tfind(&key, &units->by_supervisor, &compare_supervisor)) ;
}

/* All that was known of the last supervisor. */
static void forget_last (struct unit *unit)
{
  free(unit->called) ;
  unit->called = 0 ;
  unit->has_reported = unit->any_name = 0 ;
  unit->inherited.reported = 0 ;
}

int units_set_supervisor (struct units *units, struct unit *unit, pid_t pid)
{
  if (unit->supervisor) tdelete(unit, &units->by_supervisor, &compare_supervisor) ;
  if (unit->supervisor_fd >= 0)
  {
    /* A child that was just forked may hold a copy of it for an instant. */
    epoll_ctl(units->found, EPOLL_CTL_DEL, unit->supervisor_fd, 0) ;
    fd_close(unit->supervisor_fd) ;
  }
  unit->supervisor_fd = -1 ;
  unit->supervisor = pid ;
  if (pid) forget_last(unit) ;
  if (!pid || tsearch(unit, &units->by_supervisor, &compare_supervisor)) return 1 ;
  unit->supervisor = 0 ;
  return 0 ;
}

struct unit *units_by_process (struct units *units, pid_t pid)
{
  struct unit key = { .inherited.pid = pid } ;
  return found(tfind(&key, &units->by_process, &compare_process)) ;
}

void units_set_process (struct units *units, struct unit *unit, pid_t pid)
{
  struct unit *other = pid ? units_by_process(units, pid) : 0 ;
  if (unit->inherited.pid) tdelete(unit, &units->by_process, &compare_process) ;
  unit->inherited.pid = 0 ;
  unit->inherited.ended = 0 ;
  if (!pid) return ;
  if (other && other != unit) units_set_process(units, other, 0) ; /* that has ended long ago */
  unit->inherited.pid = pid ;
  if (!tsearch(unit, &units->by_process, &compare_process)) unit->inherited.pid = 0 ;
}

struct unit *units_by_watch (struct units *units, int watch)
{
  struct watched key = { .watch = watch } ;
  void *node = tfind(&key, &units->by_watch, &compare_watch) ;
  return node ? (*(struct watched **)node)->unit : 0 ;
}

int units_set_watch (struct units *units, struct unit *unit, unsigned int which, int watch)
{
  struct watched *node ;
  if (unit->watch[which] >= 0)
  {
    struct watched key = { .watch = unit->watch[which] } ;
    void *old = tfind(&key, &units->by_watch, &compare_watch) ;
    if (old)
    {
      node = *(struct watched **)old ;
      tdelete(&key, &units->by_watch, &compare_watch) ;
      free(node) ;
    }
  }
  unit->watch[which] = -1 ;
  if (watch < 0) return 1 ;
  node = malloc(sizeof *node) ;
  if (!node) return 0 ;
  *node = (struct watched) { .watch = watch, .unit = unit } ;
  if (!tsearch(node, &units->by_watch, &compare_watch))
  {
    free(node) ;
    return 0 ;
  }
  unit->watch[which] = watch ;
  return 1 ;
}

static void rename_one (struct unit *unit, char const *name)
{
  char *copy ;
  if (!strcmp(unit->name, name)) return ;
  copy = strdup(name) ;
  if (!copy) return ; /* the supervisor of now does not care; the next scan tries again */
  if (unit->supervisor && !unit->called) unit->called = unit->name ;
  else free(unit->name) ;
  unit->name = copy ;
}

void units_rename (struct unit *unit, char const *name)
{
  char logger[UNIT_PATH_MAX] ;
  rename_one(unit, name) ;
  if (!unit->logger) return ;
  snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, unit->name) ;
  rename_one(unit->logger, logger) ;
}

int units_is_called (struct unit const *unit, char const *name)
{
  return unit->any_name || !strcmp(unit->called ? unit->called : unit->name, name) ;
}

void units_arm (struct units *units, struct unit *unit, enum deadline_kind kind)
{
  struct unit_queue *queue = units->queue + kind ;
  units_disarm(units, unit) ;
  units_moment(&unit->deadline, delay_ms[kind]) ;
  unit->waiting = kind ;
  unit->later = 0 ;
  unit->sooner = queue->last ;
  if (queue->last) queue->last->later = unit ;
  else queue->first = unit ;
  queue->last = unit ;
}

void units_disarm (struct units *units, struct unit *unit)
{
  struct unit_queue *queue ;
  if (unit->waiting == DEADLINE_NONE) return ;
  queue = units->queue + unit->waiting ;
  if (unit->sooner) unit->sooner->later = unit->later ;
  else queue->first = unit->later ;
  if (unit->later) unit->later->sooner = unit->sooner ;
  else queue->last = unit->sooner ;
  unit->waiting = DEADLINE_NONE ;
  unit->sooner = unit->later = 0 ;
}

struct unit *units_first_deadline (struct units const *units)
{
  struct unit *first = 0 ;
  for (unsigned int i = 0 ; i < DEADLINE_KIND_COUNT ; i++)
  {
    struct unit *unit = units->queue[i].first ;
    if (unit && (!first || tain_less(&unit->deadline, &first->deadline))) first = unit ;
  }
  return first ;
}

void units_moment (tain *moment, uint32_t ms)
{
  tain now ;
  tain delay ;
  tain_now(&now) ;
  tain_from_millisecs(&delay, (int)ms) ;
  tain_add(moment, &now, &delay) ;
}

int units_is_leaving (struct unit const *unit)
{
  return unit->phase == UNIT_LEAVING || unit->phase == UNIT_RETURNING ;
}

int units_is_unwatched (struct unit const *unit)
{
  return unit->supervisor && !unit->child && unit->supervisor_fd == -1 ;
}
