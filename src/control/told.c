#include "control/await.h"
#include "control/control.h"
#include "control/told.h"

void told_mark_tasks (struct graph *graph, char **names, size_t count)
{
  for (size_t i = 0 ; i < count ; i++)
  {
    struct graph_node *node = graph_find(graph, names[i]) ;
    if (node && node->facts & GRAPH_TASK) graph_set_facts(graph, node, node->facts & ~(unsigned int)GRAPH_READY) ;
  }
}

void told_begin (struct graph *graph, struct told *told, size_t count)
{
  for (struct graph_node *node = graph->first ; node ; node = node->later) node->owner = 0 ;
  for (size_t i = 0 ; i < count ; i++)
    if (told[i].node) told[i].node->owner = told + i ;
}

/* Waits for the tasks that this service needs and that run again. Until such a task has begun to run, it
   counts as done, and would not hold the service. */
static int await_tasks (struct request const *request, struct told const *told, await_condition *condition)
{
  int code = EXIT_YES ;
  for (size_t i = 0 ; told->node && i < told->node->need_count ; i++)
  {
    struct graph_need const *need = told->node->needs + i ;
    struct told *on = need->inner || need->optional ? 0 : need->on->owner ;
    int r = on && on->before.done ? told_await(request, on, condition) : EXIT_YES ;
    if (!code) code = r ;
  }
  return code ;
}

int told_send (struct request const *request, struct told *told, char const *letters, await_condition *condition)
{
  int code = await_tasks(request, told, condition) ;
  int sent ;
  told->letters = letters ;
  sent = await_send(request, told->name, letters, &told->before) ; /* also if a task has failed: the service is held then */
  return code ? code : sent ;
}

int told_await (struct request const *request, struct told *told, await_condition *condition)
{
  if (!told->letters || told->awaited) return EXIT_YES ;
  told->awaited = 1 ;
  return await(request, told->name, told->letters, &told->before, condition) ;
}
