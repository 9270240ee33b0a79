#include "service/graph.h"

void graph_begin_list (struct graph *graph, struct graph_list *list)
{
  list->count = 0 ;
  graph->number++ ; /* marks the nodes that are listed */
}

static void visit (struct graph const *graph, struct graph_node *node, struct graph_node *parent)
{
  node->number = graph->number ;
  node->parent = parent ;
  node->at = 0 ;
  node->walked = node->dependents ;
}

static struct graph_node *next_needed (struct graph const *graph, struct graph_node *node)
{
  while (node->at < node->need_count)
  {
    struct graph_need const *need = node->needs + node->at++ ;
    if (!need->optional && need->on->number != graph->number && graph_holds(graph, need)) return need->on ;
  }
  return 0 ;
}

/* Is need->of to be stopped first? An optional dependent is not stopped: nothing would hold it, so
   it would start again at once. But if it is to be stopped anyway (GRAPH_NAMED), it comes first. */
static int follows (struct graph_need const *need)
{
  return !need->inner && !(need->of->facts & GRAPH_TASK) && (!need->optional || need->of->facts & GRAPH_NAMED) ;
}

static struct graph_node *next_dependent (struct graph const *graph, struct graph_node *node)
{
  while (node->walked)
  {
    struct graph_need const *need = node->walked ;
    node->walked = need->next ;
    if (follows(need) && need->of->number != graph->number) return need->of ;
  }
  return 0 ;
}

/* Walks from the node, and lists each node after those that `next` finds behind it. Without
   recursion: a chain may be as long as there are services. */
static void walk (struct graph const *graph, struct graph_list *list, struct graph_node *node, struct graph_node *(*next) (struct graph const *, struct graph_node *))
{
  if (node->number == graph->number) return ;
  visit(graph, node, 0) ;
  while (node)
  {
    struct graph_node *behind = (*next)(graph, node) ;
    if (behind)
    {
      visit(graph, behind, node) ;
      node = behind ;
      continue ;
    }
    list->nodes[list->count++] = node ;
    node = node->parent ;
  }
}

void graph_list_needed (struct graph const *graph, struct graph_list *list, struct graph_node *node)
{
  walk(graph, list, node, &next_needed) ;
}

void graph_list_dependents (struct graph const *graph, struct graph_list *list, struct graph_node *node)
{
  walk(graph, list, node, &next_dependent) ;
}
