#include "service/graph.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare (void const *a, void const *b)
{
  return strcmp(((struct graph_node const *)a)->name, ((struct graph_node const *)b)->name) ;
}

struct graph_node *graph_find (struct graph const *graph, char const *name)
{
  struct graph_node key = { .name = (char *)name } ; /* only compared with */
  void *found = tfind(&key, &graph->by_name, &compare) ;
  return found ? *(struct graph_node **)found : 0 ;
}

struct graph_node *graph_add (struct graph *graph, char const *name)
{
  struct graph_node *node = graph_find(graph, name) ;
  if (node) return node ;
  node = calloc(1, sizeof *node) ;
  if (!node) return 0 ;
  node->name = strdup(name) ;
  if (!node->name || !tsearch(node, &graph->by_name, &compare))
  {
    free(node->name) ;
    free(node) ;
    return 0 ;
  }
  node->earlier = graph->last ;
  if (graph->last) graph->last->later = node ;
  else graph->first = node ;
  graph->last = node ;
  graph->count++ ;
  return node ;
}

static void destroy (struct graph *graph, struct graph_node *node)
{
  tdelete(node, &graph->by_name, &compare) ;
  if (node->earlier) node->earlier->later = node->later ;
  else graph->first = node->later ;
  if (node->later) node->later->earlier = node->earlier ;
  else graph->last = node->earlier ;
  graph->count-- ;
  free(node->needs) ;
  free(node->name) ;
  free(node) ;
}

static void drop_if_unused (struct graph *graph, struct graph_node *node)
{
  if (!node->owner && !node->dependents && !node->need_count) destroy(graph, node) ;
}

static void link_need (struct graph_need *need)
{
  need->next = need->on->dependents ;
  need->previous = 0 ;
  if (need->next) need->next->previous = need ;
  need->on->dependents = need ;
}

static void unlink_need (struct graph_need *need)
{
  if (need->previous) need->previous->next = need->next ;
  else need->on->dependents = need->next ;
  if (need->next) need->next->previous = need->previous ;
}

static void clear_needs (struct graph *graph, struct graph_node *node)
{
  struct graph_need *needs = node->needs ;
  size_t count = node->need_count ;
  node->needs = 0 ;
  node->need_count = node->waits_at = 0 ;
  for (size_t i = 0 ; i < count ; i++) unlink_need(needs + i) ;
  for (size_t i = 0 ; i < count ; i++)
    if (needs[i].on != node) drop_if_unused(graph, needs[i].on) ;
  free(needs) ;
}

static int is_as_before (struct graph_node const *node, struct graph_wish const *wishes, size_t count)
{
  if (count != node->need_count) return 0 ;
  for (size_t i = 0 ; i < count ; i++)
    if (strcmp(wishes[i].name, node->needs[i].on->name) != 0 || !wishes[i].optional != !node->needs[i].optional) return 0 ;
  return 1 ;
}

/* Fills in `needs`, and adds the nodes that are needed. Returns how many needs there are; -1: no
   memory. */
static long resolve (struct graph *graph, struct graph_node *node, struct graph_need *needs, struct graph_wish const *wishes, size_t count)
{
  size_t n = 0 ;
  graph->number++ ; /* marks the names that were seen already */
  for (size_t i = 0 ; i < count ; i++)
  {
    struct graph_node *on = graph_add(graph, wishes[i].name) ;
    if (!on) return -1 ;
    if (on->number == graph->number) continue ;
    on->number = graph->number ;
    needs[n++] = (struct graph_need) { .of = node, .on = on, .optional = !!wishes[i].optional } ;
  }
  return (long)n ;
}

int graph_set_needs (struct graph *graph, struct graph_node *node, struct graph_wish const *wishes, size_t count)
{
  struct graph_need *needs ;
  long n ;
  if (is_as_before(node, wishes, count)) return 1 ;
  needs = calloc(count + 1, sizeof *needs) ;
  n = needs ? resolve(graph, node, needs, wishes, count) : -1 ;
  if (n < 0)
  {
    for (size_t i = 0 ; needs && needs[i].on ; i++) drop_if_unused(graph, needs[i].on) ;
    free(needs) ;
    return 0 ;
  }
  graph_let_go(node) ;
  for (long i = 0 ; i < n ; i++) link_need(needs + i) ; /* before the old needs go, so that a node that is needed by both is not freed */
  clear_needs(graph, node) ;
  node->needs = needs ;
  node->need_count = (size_t)n ;
  graph->changed = 1 ;
  graph_look_again(graph, node) ;
  return 1 ;
}

void graph_forget (struct graph *graph, struct graph_node *node)
{
  node->owner = 0 ;
  graph_set_facts(graph, node, 0) ;
  if (node->need_count) graph->changed = 1 ;
  clear_needs(graph, node) ;
  drop_if_unused(graph, node) ;
}

void graph_free (struct graph *graph)
{
  while (graph->first) destroy(graph, graph->first) ;
}
