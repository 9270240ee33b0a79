#include "scan/units.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <skalibs/djbunix.h>

#include "base/clock.h"
#include "wire/channels.h"

static uint32_t const delay_ms[DEADLINE_KIND_COUNT] = { [DEADLINE_TURN] = 0, [DEADLINE_QUIET] = 100, [DEADLINE_QUIET_INSTANCE] = 1000, [DEADLINE_RETURN] = 1000, [DEADLINE_RETRY] = 1000 } ;

/* A number by which a unit is found: the pid of its supervisor, the pid of its inherited process,
   or one of inotify's watches. */
struct number
{
  int number ;
  struct unit *unit ;
} ;

static int compare_identity (void const *a, void const *b)
{
  return strcmp(((struct unit const *)a)->identity, ((struct unit const *)b)->identity) ;
}

static int compare_number (void const *a, void const *b)
{
  int x = ((struct number const *)a)->number ;
  int y = ((struct number const *)b)->number ;
  return (x > y) - (x < y) ;
}

static struct number *find_number (void *const *tree, int number)
{
  struct number key = { .number = number } ;
  void *node = tfind(&key, tree, &compare_number) ;
  return node ? *(struct number **)node : 0 ;
}

static struct unit *by_number (void *const *tree, int number)
{
  struct number const *entry = find_number(tree, number) ;
  return entry ? entry->unit : 0 ;
}

static void forget_number (void **tree, int number)
{
  struct number *entry = find_number(tree, number) ;
  if (!entry) return ;
  tdelete(entry, tree, &compare_number) ;
  free(entry) ;
}

/* Returns 1, or 0 when there is no memory. */
static int set_number (void **tree, int number, struct unit *unit)
{
  struct number *entry = malloc(sizeof *entry) ;
  if (!entry) return 0 ;
  *entry = (struct number) { .number = number, .unit = unit } ;
  if (tsearch(entry, tree, &compare_number)) return 1 ;
  free(entry) ;
  return 0 ;
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
  unit->wait.kind = DEADLINE_NONE ;
  unit->directory.watch[0] = unit->directory.watch[1] = unit->supervisor.fd = -1 ;
  unit->producer = producer ;
  unit->collects = *identity == '.' ;
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

static void forget_process (struct units *units, struct unit *unit)
{
  if (unit->inherited->pid) forget_number(&units->by_process, unit->inherited->pid) ;
  unit->inherited->pid = 0 ;
  unit->inherited->ended = 0 ;
}

static void forget_inherited (struct units *units, struct unit *unit)
{
  if (!unit->inherited) return ;
  forget_process(units, unit) ;
  free(unit->inherited) ;
  unit->inherited = 0 ;
}

void units_release (struct units *units, struct unit *unit)
{
  units_disarm(units, unit) ;
  unit->events.count = 0 ;
  unit->adopt = 0 ;
  units_set_supervisor(units, unit, 0) ;
  units_set_watch(units, unit, 0, -1) ;
  units_set_watch(units, unit, 1, -1) ;
  forget_inherited(units, unit) ;
  tdelete(unit, &units->by_identity, &compare_identity) ;
  if (unit->producer) unit->producer->logger = 0 ;
  if (unit->logger) unit->logger->producer = 0 ;
  unit->wait.later = units->released ;
  units->released = unit ;
}

static int is_seen (enum unit_event event)
{
  return event == UNIT_SEEN_COMPLETE || event == UNIT_SEEN_CHANGING || event == UNIT_SEEN_INCOMPLETE || event == UNIT_UNSEEN ;
}

/* Merges the event with those that wait. Of several SEEN or UNSEEN events in a row only the last
   one counts; but SEEN_CHANGING does not replace SEEN_COMPLETE. */
static int is_merged (struct unit *unit, enum unit_event event)
{
  uint8_t *last = unit->events.count ? unit->events.posted + unit->events.count - 1 : 0 ;
  for (unsigned int i = 0 ; i < unit->events.count ; i++)
    if (unit->events.posted[i] == event && (!is_seen(event) || unit->events.posted + i == last)) return 1 ;
  if (!last || !is_seen(event) || !is_seen((enum unit_event)*last)) return 0 ;
  if (*last != UNIT_SEEN_COMPLETE || event != UNIT_SEEN_CHANGING) *last = (uint8_t)event ;
  return 1 ;
}

void units_post (struct units *units, struct unit *unit, enum unit_event event)
{
  if (event == UNIT_NOTHING || unit->phase == UNIT_RELEASED || is_merged(unit, event)) return ;
  if (unit->events.count == UNIT_POSTED_MAX) return ; /* cannot happen: each event is in the list once, except those that are merged */
  unit->events.posted[unit->events.count++] = (uint8_t)event ;
  if (unit->events.count > 1) return ;
  unit->events.next = 0 ;
  if (units->last_posted) units->last_posted->events.next = unit ;
  else units->first_posted = unit ;
  units->last_posted = unit ;
}

struct unit *units_take (struct units *units, enum unit_event *event)
{
  struct unit *unit = units->first_posted ;
  while (unit && !unit->events.count) unit = unit->events.next ; /* these units were released meanwhile */
  units->first_posted = unit ? unit->events.next : 0 ;
  if (!units->first_posted) units->last_posted = 0 ;
  if (!unit) return 0 ;
  *event = (enum unit_event)unit->events.posted[0] ;
  memmove(unit->events.posted, unit->events.posted + 1, --unit->events.count) ;
  if (!unit->events.count) return unit ;
  unit->events.next = units->first_posted ; /* the unit has more events: it stays first, so that they come in order */
  units->first_posted = unit ;
  if (!units->last_posted) units->last_posted = unit ;
  return unit ;
}

void units_sweep (struct units *units)
{
  while (units->released)
  {
    struct unit *unit = units->released ;
    units->released = unit->wait.later ;
    if (unit->previous) unit->previous->next = unit->next ;
    else units->all = unit->next ;
    if (unit->next) unit->next->previous = unit->previous ;
    units->count-- ;
    free(unit->identity) ;
    free(unit->name) ;
    free(unit) ;
  }
}

struct unit *units_by_identity (struct units *units, char const *identity)
{
  struct unit key = { .identity = (char *)identity } ; /* only compared with */
  void *node = tfind(&key, &units->by_identity, &compare_identity) ;
  return node ? *(struct unit **)node : 0 ;
}

struct unit *units_by_supervisor (struct units *units, pid_t pid)
{
  return by_number(&units->by_supervisor, pid) ;
}

struct unit *units_by_process (struct units *units, pid_t pid)
{
  return by_number(&units->by_process, pid) ;
}

struct unit *units_by_watch (struct units *units, int watch)
{
  return by_number(&units->by_watch, watch) ;
}

int units_set_supervisor (struct units *units, struct unit *unit, pid_t pid)
{
  struct unit_supervisor *supervisor = &unit->supervisor ;
  if (supervisor->pid) forget_number(&units->by_supervisor, supervisor->pid) ;
  if (supervisor->fd >= 0)
  {
    /* A child that was forked a moment ago may still hold a copy: closing alone would not remove it
       from the epoll set. */
    epoll_ctl(units->pidfds, EPOLL_CTL_DEL, supervisor->fd, 0) ;
    fd_close(supervisor->fd) ;
  }
  supervisor->fd = -1 ;
  supervisor->pid = 0 ;
  if (!pid) return 1 ;
  *supervisor = (struct unit_supervisor) { .pid = pid, .fd = -1, .started_ms = clock_ms(), .finishes = supervisor->finishes } ;
  if (set_number(&units->by_supervisor, pid, unit)) return 1 ;
  supervisor->pid = 0 ;
  return 0 ;
}

int units_inherit (struct units *units, struct unit *unit, pid_t pid, pid_t group)
{
  if (!unit->inherited || unit->inherited->pid != pid)
  {
    struct unit *other = pid ? units_by_process(units, pid) : 0 ;
    if (other) forget_process(units, other) ; /* the other's process has ended long ago, and the kernel has reused its pid */
    forget_inherited(units, unit) ;
    if (!pid && !group) return 1 ;
    unit->inherited = calloc(1, sizeof *unit->inherited) ;
    if (!unit->inherited) return 0 ;
    unit->inherited->pid = pid ;
    if (pid && !set_number(&units->by_process, pid, unit))
    {
      free(unit->inherited) ;
      unit->inherited = 0 ;
      return 0 ;
    }
  }
  unit->inherited->group = group ;
  unit->inherited->told_ms = unit->inherited->group_told_ms = 0 ;
  return 1 ;
}

int units_set_watch (struct units *units, struct unit *unit, unsigned int which, int watch)
{
  int *mine = unit->directory.watch + which ;
  if (*mine >= 0) forget_number(&units->by_watch, *mine) ;
  *mine = -1 ;
  if (watch < 0) return 1 ;
  if (!set_number(&units->by_watch, watch, unit)) return 0 ;
  *mine = watch ;
  return 1 ;
}

static void rename_one (struct unit *unit, char const *name)
{
  char *copy ;
  if (!strcmp(unit->name, name)) return ;
  copy = strdup(name) ;
  if (!copy) return ; /* the next scan tries again */
  free(unit->name) ;
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

void units_arm (struct units *units, struct unit *unit, enum deadline_kind kind)
{
  struct unit_queue *queue = units->queue + kind ;
  units_disarm(units, unit) ;
  unit->wait.at_ms = clock_ms() + delay_ms[kind] ;
  unit->wait.kind = kind ;
  unit->wait.later = 0 ;
  unit->wait.sooner = queue->last ;
  if (queue->last) queue->last->wait.later = unit ;
  else queue->first = unit ;
  queue->last = unit ;
}

void units_disarm (struct units *units, struct unit *unit)
{
  struct unit_queue *queue ;
  if (unit->wait.kind == DEADLINE_NONE) return ;
  queue = units->queue + unit->wait.kind ;
  if (unit->wait.sooner) unit->wait.sooner->wait.later = unit->wait.later ;
  else queue->first = unit->wait.later ;
  if (unit->wait.later) unit->wait.later->wait.sooner = unit->wait.sooner ;
  else queue->last = unit->wait.sooner ;
  unit->wait.kind = DEADLINE_NONE ;
  unit->wait.sooner = unit->wait.later = 0 ;
}

int units_have_turns (struct units const *units)
{
  return !!units->queue[DEADLINE_TURN].first ;
}

struct unit *units_first_deadline (struct units const *units)
{
  struct unit *first = 0 ;
  for (unsigned int i = 0 ; i < DEADLINE_KIND_COUNT ; i++)
  {
    struct unit *unit = units->queue[i].first ;
    if (unit && (!first || unit->wait.at_ms < first->wait.at_ms)) first = unit ;
  }
  return first ;
}

int units_may_run (struct unit const *unit)
{
  return unit->supervisor.pid || unit->adopt ;
}

int units_is_logger (struct unit const *unit)
{
  return unit->producer || unit->collects ;
}

int units_is_leaving (struct unit const *unit)
{
  return unit->phase == UNIT_LEAVING || unit->phase == UNIT_RETURNING ;
}

int units_is_unwatched (struct unit const *unit)
{
  return unit->supervisor.pid && !unit->supervisor.is_child && unit->supervisor.fd == -1 ;
}
