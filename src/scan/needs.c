#include "scan/needs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "scan/again.h"
#include "scan/held.h"
#include "scan/stopping.h"
#include "service/dependencies.h"

#define CIRCLE_MAX 1000

/* ---- what a service needs ---- */

static void tell_fault (char const *file, char const *why, void *data)
{
  struct unit const *unit = data ;
  strerr_warnw7x(message_about(unit->name), "/", DEPENDENCIES, "/", file, ": ", why) ;
}

/* A need of a template is a need of each of its instances. */
static int add_instances (struct scanner const *s, struct dependencies *dependencies)
{
  struct unit const *unit = dependencies_has_template(dependencies) ? s->units.all : 0 ;
  for ( ; unit ; unit = unit->next)
    if (unit->instances.is_member && !dependencies_add_instance(dependencies, unit->name)) return 0 ;
  return 1 ;
}

static int set_needs (struct scanner *s, struct graph_node *node, struct dependencies const *dependencies)
{
  int had = !!node->need_count ;
  int ok = graph_set_needs(&s->needs.graph, node, dependencies->wishes, dependencies->count) ;
  if (had != !!node->need_count) s->needs.listed = 0 ;
  return ok ;
}

static void forget_node (struct scanner *s, struct graph_node *node)
{
  if (node->need_count) s->needs.listed = 0 ;
  graph_forget(&s->needs.graph, node) ;
}

/* Reads dependencies.d. If it cannot be read, the needs stay as they were: a file that cannot be
   read never keeps a service down. */
static void read_needs (struct scanner *s, struct unit *unit)
{
  char path[UNIT_PATH_MAX + sizeof "/" DEPENDENCIES] ;
  struct dependencies dependencies ;
  int ok ;
  snprintf(path, sizeof path, "%s/" DEPENDENCIES, unit->name) ;
  ok = dependencies_read(&dependencies, AT_FDCWD, path, &tell_fault, unit) ;
  if (ok)
  {
    ok = add_instances(s, &dependencies) && set_needs(s, unit->needs.node, &dependencies) ;
    dependencies_free(&dependencies) ;
  }
  if (ok) return ;
  message_about(unit->name) ;
  strerr_warnwu3sys("read ", path, " (going on with what was read last)") ;
}

/* The unit's node of the graph. Returns 0 when there is no memory, or when another unit has that
   name. */
static struct graph_node *node_of (struct scanner *s, struct unit *unit)
{
  struct graph_node *node = unit->needs.node ;
  if (node && !strcmp(node->name, unit->name)) return node ;
  if (node) forget_node(s, node) ; /* the unit was renamed */
  unit->needs.node = 0 ;
  node = graph_add(&s->needs.graph, unit->name) ;
  if (!node || node->owner) return 0 ;
  node->owner = unit ;
  unit->needs.node = node ;
  return node ;
}

void needs_learn (struct scanner *s, struct unit *unit)
{
  struct graph_node *node ;
  if (units_is_logger(unit) || (s->stop.on && unit->needs.node)) return ; /* the order of a stop is decided when the stop begins */
  node = node_of(s, unit) ;
  if (!node) return ;
  if (!(node->facts & GRAPH_EXISTS) || node->facts & GRAPH_DISABLED) graph_set_facts(&s->needs.graph, node, GRAPH_EXISTS | GRAPH_WANTED) ;
  if (!unit->needs.none || node->need_count) read_needs(s, unit) ;
  unit->needs.fresh = 1 ;
}

void needs_disabled (struct scanner *s, struct unit *unit)
{
  struct dependencies const none = { .count = 0 } ;
  struct graph_node *node = node_of(s, unit) ;
  if (!node) return ;
  set_needs(s, node, &none) ;
  graph_set_facts(&s->needs.graph, node, GRAPH_EXISTS | GRAPH_DISABLED) ;
}

int needs_renamed (struct scanner *s, struct unit *unit)
{
  if (units_is_logger(unit) || (unit->needs.node && !strcmp(unit->needs.node->name, unit->name))) return 0 ;
  needs_learn(s, unit) ;
  return 1 ;
}

int needs_are_met (struct scanner const *s, struct unit const *unit)
{
  struct graph_node const *node = unit->needs.node ;
  if (s->stop.on || !node || !node->need_count) return 0 ;
  for (size_t i = 0 ; i < node->need_count ; i++)
    if (graph_holds(&s->needs.graph, node->needs + i)) return 0 ;
  return 1 ;
}

/* ---- the instances of a template ---- */

/* A template holds its dependents until all of its instances are known. */
static void settle_template (struct scanner *s, struct unit *unit)
{
  unsigned int facts = GRAPH_EXISTS | GRAPH_WANTED | (s->look.ended_once ? GRAPH_READY | GRAPH_SETTLED : 0) ;
  if (unit->needs.node && unit->needs.node->facts != facts) graph_set_facts(&s->needs.graph, unit->needs.node, facts) ;
}

void needs_learn_template (struct scanner *s, struct unit *unit)
{
  if (s->stop.on || !node_of(s, unit)) return ;
  s->needs.instances_changed = 1 ;
}

void needs_note_instance (struct scanner *s, struct unit *unit)
{
  unsigned int is = unit->instances.is_one && unit->phase != UNIT_LEAVING && unit->phase != UNIT_RELEASED
    && (unit->phase != UNIT_SETTLING || unit->instances.is_counted) ;
  if (is == unit->instances.is_member) return ;
  unit->instances.is_member = is ;
  s->needs.instances_changed = 1 ;
}

/* Reads the needs again of all that need the template. That may replace the needs before `need` in
   the list, but not `need` itself. */
static void read_dependents (struct scanner *s, struct unit *template)
{
  struct graph_need *next ;
  for (struct graph_need *need = template->needs.node->dependents ; need ; need = next)
  {
    next = need->next ;
    if (need->of->owner && need->of->owner != &s->cmd.after) read_needs(s, need->of->owner) ;
  }
}

static void take_instances (struct scanner *s)
{
  s->needs.instances_changed = 0 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!unit->instances.is_template || !unit->needs.node) continue ;
    read_dependents(s, unit) ;
    settle_template(s, unit) ;
  }
}

/* ---- what the supervisors report ---- */

static unsigned int facts_of (struct report const *report, unsigned int before)
{
  unsigned int facts = GRAPH_EXISTS | (before & GRAPH_SETTLED) ;
  if (report->wanted == 'u') facts |= GRAPH_WANTED ;
  if (report->ready && report->phase == PHASE_UP) facts |= GRAPH_READY ; /* a service that is being stopped is of no use to others */
  if (report->ready && report->phase == PHASE_DOWN) facts |= GRAPH_WANTED | GRAPH_READY ; /* ready while down: a task that is done */
  if (report->settled) facts |= GRAPH_SETTLED ;
  if (report->phase == PHASE_HELD) facts |= GRAPH_HELD ;
  if (report->ended) facts |= report->wstat ? GRAPH_ENDED | GRAPH_FAILED : GRAPH_ENDED ;
  return facts ;
}

static void is_held (struct scanner *s, struct unit *unit)
{
  if (!unit->needs.fresh && !s->stop.on) read_needs(s, unit) ;
  unit->needs.fresh = 0 ;
  held_begin(s, unit) ;
}

void needs_reported (struct scanner *s, struct unit *unit, struct report const *report)
{
  struct graph_node *node ;
  unsigned int facts ;
  int held = report->phase == PHASE_HELD ;
  if (!units_is_logger(unit) && !unit->needs.node) needs_learn(s, unit) ; /* an earlier scanner has started the supervisor */
  node = unit->needs.node ;
  if (!node)
  {
    unit->supervisor.go_due = held ; /* its needs could not be read, so they must not hold it */
    if (held) again_later(s, AGAIN_ORDERS) ;
    return ;
  }
  if (held) is_held(s, unit) ;
  else unit->needs.held_ms = unit->supervisor.go_due = unit->needs.fresh = 0 ;
  unit->needs.main_service = !!report->main_service ;
  unit->needs.wstat = report->wstat ;
  facts = facts_of(report, node->facts) ;
  if ((facts & ~node->facts & GRAPH_ENDED) || (held && (report->main_service || node->waiters))) s->needs.obstacles = 1 ;
  graph_set_facts(&s->needs.graph, node, facts) ;
}

void needs_supervisor_lost (struct scanner *s, struct unit *unit)
{
  struct graph_node *node = unit->needs.node ;
  unit->needs.held_ms = 0 ;
  if (node) graph_set_facts(&s->needs.graph, node, GRAPH_EXISTS | GRAPH_WANTED | (node->facts & GRAPH_SETTLED)) ;
}

void needs_forget (struct scanner *s, struct unit *unit)
{
  struct graph_node *node = unit->needs.node ;
  unit->needs.postponed = 0 ;
  if (!node) return ;
  unit->needs.node = 0 ;
  for (size_t i = 0 ; s->stop.in_order && !s->stop.cmd_first && i < node->need_count ; i++)
  {
    struct graph_node *on = node->needs[i].on ;
    if (on->owner && graph_is_last_dependent(node->needs + i)) stopping_let_go(s, on->owner) ;
  }
  forget_node(s, node) ;
}

/* ---- the graph ---- */

static void tell_circle (struct graph_node const *first, void *data)
{
  char text[CIRCLE_MAX] ;
  (void)data ;
  graph_describe_circle(first, text, sizeof text) ;
  message_about(first->name) ;
  strerr_warnw3x("a circle of dependencies, which has no order; they are ignored: ", text, " (remove one of them)") ;
}

void needs_find_circles (struct scanner *s)
{
  graph_find_circles(&s->needs.graph, &tell_circle, 0) ;
}

void needs_settle (struct scanner *s)
{
  if (s->look.ended_once && !s->needs.graph.complete)
  {
    graph_set_complete(&s->needs.graph) ;
    s->needs.instances_changed = 1 ;
  }
  if (s->needs.instances_changed) take_instances(s) ;
  needs_find_circles(s) ;
}
