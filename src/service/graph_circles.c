#include "service/graph.h"

#include <stdio.h>

/* Tarjan's algorithm, without recursion: a chain may be as long as there are services. */

struct search
{
  struct graph *graph ;
  graph_circle_func *tell ;
  void *data ;
} ;

static void visit (struct graph *graph, struct graph_node *node, struct graph_node *parent)
{
  node->number = node->low = ++graph->number ;
  node->at = 0 ;
  node->parent = parent ;
  node->stacked = graph->stack ;
  node->on_stack = 1 ;
  graph->stack = node ;
}

static int needs_itself (struct graph_node const *node)
{
  for (size_t i = 0 ; i < node->need_count ; i++)
    if (node->needs[i].on == node) return 1 ;
  return 0 ;
}

/* Marks the needs within the node's circle. Returns whether one is new. */
static int mark_inner (struct graph_node *node)
{
  int any = 0 ;
  for (size_t i = 0 ; i < node->need_count ; i++)
  {
    struct graph_need *need = node->needs + i ;
    unsigned int inner = node->circle && need->on->circle == node->circle ;
    if (inner && !need->inner) any = 1 ;
    need->inner = inner & 1 ;
  }
  return any ;
}

/* All nodes from the top of the stack down to `node` are one component: a circle, or a single node. */
static void close_component (struct search *search, struct graph_node *node)
{
  struct graph *graph = search->graph ;
  struct graph_node *first = 0 ;
  struct graph_node *popped ;
  size_t circle = graph->stack != node || needs_itself(node) ? ++graph->circles : 0 ;
  int is_new = 0 ;
  do
  {
    popped = graph->stack ;
    graph->stack = popped->stacked ;
    popped->on_stack = 0 ;
    popped->circle = circle ;
    popped->member = first ;
    first = popped ;
  }
  while (popped != node) ;
  for (struct graph_node *member = first ; member ; member = member->member)
    if (mark_inner(member)) is_new = 1 ;
  if (!is_new) return ;
  for (struct graph_node *member = first ; member ; member = member->member) graph_look_again(graph, member) ;
  (*search->tell)(first, search->data) ;
}

static void search_from (struct search *search, struct graph_node *node)
{
  visit(search->graph, node, 0) ;
  while (node)
  {
    if (node->at < node->need_count)
    {
      struct graph_node *on = node->needs[node->at++].on ;
      if (!on->number)
      {
        visit(search->graph, on, node) ;
        node = on ;
      }
      else if (on->on_stack && on->number < node->low) node->low = on->number ;
      continue ;
    }
    if (node->low == node->number) close_component(search, node) ;
    if (node->parent && node->low < node->parent->low) node->parent->low = node->low ;
    node = node->parent ;
  }
}

void graph_find_circles (struct graph *graph, graph_circle_func *tell, void *data)
{
  struct search search = { .graph = graph, .tell = tell, .data = data } ;
  if (!graph->changed) return ;
  graph->changed = 0 ;
  graph->number = graph->circles = 0 ;
  for (struct graph_node *node = graph->first ; node ; node = node->later) node->number = node->circle = 0 ;
  for (struct graph_node *node = graph->first ; node ; node = node->later)
    if (!node->number) search_from(&search, node) ;
}

void graph_describe_circle (struct graph_node const *first, char *out, size_t size)
{
  size_t used = 0 ;
  for (struct graph_node const *member = first ; member ; member = member->member)
    for (size_t i = 0 ; i < member->need_count ; i++)
    {
      int n ;
      if (!member->needs[i].inner) continue ;
      n = snprintf(out + used, size - used, "%s%s needs %s", used ? ", " : "", member->name, member->needs[i].on->name) ;
      if (n < 0 || (size_t)n >= size - used) return (void)snprintf(out + (used < size - 4 ? used : size - 4), 4, "...") ;
      used += (size_t)n ;
    }
}
