#include "service/graph.h"

void graph_begin_list (struct graph *graph, struct graph_list *list)
{
  list->count = 0 ;
  graph->number++ ; /* all that have it are listed */
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

/* What is missing holds no optional dependent: it would come back at once. One that is to be stopped
   as well comes first nevertheless. */
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

/* What is found behind a node is listed before it. Not by recursion: a chain may be as long as
   there are services. */
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
