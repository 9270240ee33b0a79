#include "service/graph.h"

/* ---- which needs hold ---- */

static int meets_required (unsigned int facts)
{
  return facts & GRAPH_DISABLED || (facts & GRAPH_READY && facts & GRAPH_WANTED) ;
}

static int meets_optional (struct graph const *graph, unsigned int facts)
{
  if (!(facts & GRAPH_EXISTS)) return graph->complete ;
  return !(facts & GRAPH_WANTED) || facts & (GRAPH_READY | GRAPH_SETTLED) ;
}

static int meets_if_wanted (unsigned int facts)
{
  return !(facts & GRAPH_EXISTS) || !(facts & (GRAPH_WANTED | GRAPH_FAILED)) || meets_required(facts) ;
}

int graph_holds (struct graph const *graph, struct graph_need const *need)
{
  if (need->inner) return 0 ;
  if (need->if_wanted) return !meets_if_wanted(need->on->facts) ;
  return need->optional ? !meets_optional(graph, need->on->facts) : !meets_required(need->on->facts) ;
}

/* ---- lists ---- */

static void put (struct graph_node **list, struct graph_node *node)
{
  node->list = list ;
  node->previous = 0 ;
  node->next = *list ;
  if (*list) (*list)->previous = node ;
  *list = node ;
}

void graph_let_go (struct graph_node *node)
{
  if (!node->list) return ;
  if (node->previous) node->previous->next = node->next ;
  else *node->list = node->next ;
  if (node->next) node->next->previous = node->previous ;
  node->list = 0 ;
}

/* Looks for a need that holds the node, beginning with the one that it waited for: those before
   that were met already. */
void graph_look_again (struct graph *graph, struct graph_node *node)
{
  graph_let_go(node) ;
  if (!(node->facts & GRAPH_HELD)) return ;
  for (size_t i = 0 ; i < node->need_count ; i++)
  {
    size_t at = (node->waits_at + i) % node->need_count ;
    if (!graph_holds(graph, node->needs + at)) continue ;
    node->waits_at = at ;
    put(&node->needs[at].on->waiters, node) ;
    return ;
  }
  put(&graph->free, node) ;
}

static void look_at_waiters (struct graph *graph, struct graph_node *node)
{
  struct graph_node *next ;
  struct graph_node *waiter = node->waiters ;
  for ( ; waiter ; waiter = next)
  {
    next = waiter->next ;
    if (!graph_holds(graph, waiter->needs + waiter->waits_at)) graph_look_again(graph, waiter) ;
  }
}

void graph_set_facts (struct graph *graph, struct graph_node *node, unsigned int facts)
{
  int required = meets_required(node->facts) ;
  int optional = meets_optional(graph, node->facts) ;
  int if_wanted = meets_if_wanted(node->facts) ;
  int was_held = node->facts & GRAPH_HELD ;
  node->facts = facts ;
  if (!(facts & GRAPH_HELD)) graph_let_go(node) ;
  else if (!was_held || !node->list) graph_look_again(graph, node) ;
  if ((!required && meets_required(facts)) || (!optional && meets_optional(graph, facts)) || (!if_wanted && meets_if_wanted(facts))) look_at_waiters(graph, node) ;
}

void graph_set_complete (struct graph *graph)
{
  if (graph->complete) return ;
  graph->complete = 1 ;
  for (struct graph_node *node = graph->first ; node ; node = node->later)
    if (!(node->facts & GRAPH_EXISTS)) look_at_waiters(graph, node) ;
}

struct graph_node *graph_take_free (struct graph *graph)
{
  struct graph_node *node ;
  while ((node = graph->free))
  {
    graph_look_again(graph, node) ; /* something may have changed since it was found free */
    if (node->list != &graph->free) continue ;
    graph_let_go(node) ;
    return node ;
  }
  return 0 ;
}

/* ---- obstacles and the order of a stop ---- */

/* A needed node that holds `node`, and that has ended or is held itself. */
static struct graph_node *next_obstacle (struct graph const *graph, struct graph_node *node)
{
  while (node->at < node->need_count)
  {
    struct graph_need *need = node->needs + node->at++ ;
    if (need->optional || need->on->number == graph->number || !graph_holds(graph, need)) continue ;
    if (need->on->facts & (GRAPH_HELD | GRAPH_ENDED)) return need->on ;
  }
  return 0 ;
}

struct graph_node *graph_find_obstacle (struct graph *graph, struct graph_node *node)
{
  struct graph_node *on ;
  graph->number++ ; /* marks the nodes that were visited */
  node->parent = 0 ;
  node->number = graph->number ;
  node->at = 0 ;
  while (node)
  {
    on = next_obstacle(graph, node) ;
    if (!on) node = node->parent ;
    else if (on->facts & GRAPH_ENDED) return on ;
    else
    {
      on->parent = node ;
      on->number = graph->number ;
      on->at = 0 ;
      node = on ;
    }
  }
  return 0 ;
}

int graph_is_last_dependent (struct graph_need const *last)
{
  for (struct graph_need const *need = last->on->dependents ; need ; need = need->next)
    if (!need->inner && need != last) return 0 ;
  return 1 ;
}

struct graph_node *graph_find_dependent (struct graph_node const *node)
{
  for (struct graph_need const *need = node->dependents ; need ; need = need->next)
    if (!need->inner) return need->of ;
  return 0 ;
}
