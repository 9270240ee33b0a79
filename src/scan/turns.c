#include "scan/turns.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "scan/again.h"
#include "scan/directory.h"
#include "scan/inherited.h"
#include "scan/needs.h"
#include "scan/stopping.h"
#include "wire/order.h"

/* ---- the first supervisor of a unit ---- */

int turns_postpone (struct scanner *s, struct unit *unit)
{
  struct graph_node const *node = unit->needs.node ;
  if (s->stop.on || unit->supervised || unit->adopt || !node || !node->need_count) return 0 ;
  unit->needs.postponed = s->needs.postponed = 1 ;
  return 1 ;
}

void turns_give (struct scanner *s)
{
  struct graph *graph = &s->needs.graph ;
  struct graph_list list = { .nodes = s->needs.postponed ? calloc(graph->count, sizeof(void *)) : 0 } ;
  s->needs.postponed = 0 ;
  if (!list.nodes) return ; /* without memory each unit is started as after a failed start: in a second */
  graph_begin_list(graph, &list) ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->needs.postponed && unit->needs.node) graph_list_needed(graph, &list, unit->needs.node) ;
  for (size_t i = 0 ; i < list.count ; i++)
  {
    struct unit *unit = list.nodes[i]->owner ;
    if (unit && unit->needs.postponed && unit->phase == UNIT_WAITING) units_arm(&s->units, unit, DEADLINE_TURN) ;
  }
  free(list.nodes) ;
}

/* ---- a service that its supervisor holds ---- */

void turns_go (struct scanner *s, struct unit *unit)
{
  struct order order = { .letter = ORDER_GO } ;
  unit->supervisor.go_due = !s->stop.on && !directory_order(unit, &order) ;
  if (!unit->supervisor.go_due) return ;
  /* The directory is gone, and the fifo of orders with it. The supervisor runs nothing: it is told
     to exit, and another one follows. */
  if (errno == ENOENT && unit->supervisor.pid && unit->supervisor.is_child && inherited_state_is_lost(unit)) kill(unit->supervisor.pid, SIGTERM) ;
  again_later(s, AGAIN_ORDERS) ;
}

/* A main service that can never start: the tree has no purpose any more, so everything is stopped. */
static void look_for_obstacles (struct scanner *s)
{
  s->needs.obstacles = 0 ;
  s->cmd.look = 1 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    struct graph_node const *obstacle ;
    if (!unit->needs.held_ms || !unit->needs.main_service) continue ;
    obstacle = graph_find_obstacle(&s->needs.graph, unit->needs.node) ;
    if (!obstacle) continue ;
    stopping_main_cannot_start(s, unit, obstacle->name, ((struct unit *)obstacle->owner)->needs.wstat) ;
    return ;
  }
}

void turns_progress (struct scanner *s)
{
  struct graph_node *node ;
  if (s->stop.on) return ;
  needs_settle(s) ;
  while ((node = graph_take_free(&s->needs.graph)))
    if (node->owner == &s->cmd.after) s->cmd.may_start = 1 ;
    else turns_go(s, node->owner) ;
  if (s->needs.obstacles) look_for_obstacles(s) ;
}
