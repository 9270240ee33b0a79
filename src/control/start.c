#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/control.h"

/* What is to be started: what is needed before what needs it. */
struct start
{
  char const **names ;
  struct view *before ;
  size_t count ;
} ;

static int say_missing (struct graph_node const *missing)
{
  strerr_warnw4x(missing->dependents->of->name, " cannot start: it needs ", missing->name, ", and there is no such service") ;
  return EXIT_NO ;
}

/* A logger is in no graph: it belongs to its service. */
static int list_needed (struct request const *request, struct graph *graph, struct graph_list *list, struct start *start)
{
  int code = EXIT_YES ;
  graph_begin_list(graph, list) ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, request->names[i]) ;
    if (node) graph_list_needed(graph, list, node) ;
    else start->names[start->count++] = request->names[i] ;
  }
  for (size_t i = 0 ; i < list->count ; i++)
  {
    if (list->nodes[i]->owner) start->names[start->count++] = list->nodes[i]->name ;
    else code = say_missing(list->nodes[i]) ;
  }
  return code ;
}

/* All are told at once: each is held until it may. */
static int start_in_order (struct request const *request, struct start *start)
{
  int code = EXIT_YES ;
  for (size_t i = 0 ; i < start->count ; i++)
  {
    int r = await_send(request, start->names[i], COMMAND_UP_IN_ORDER, start->before + i) ;
    if (!code) code = r ;
  }
  for (size_t i = 0 ; !code && !request->no_wait && i < start->count ; i++)
    code = await(request, start->names[i], COMMAND_UP_IN_ORDER, start->before + i, &await_ready_again) ;
  return code ;
}

static int start_all (struct request const *request)
{
  struct graph graph ;
  struct graph_list list ;
  struct start start = { .count = 0 } ;
  size_t room ;
  int code = EXIT_SYSTEM ;
  if (request->only) return await_all(request, "u", &await_ready_again) ;
  if (!dependencies_learn(&graph)) return EXIT_SYSTEM ;
  room = graph.count + request->count + 1 ;
  list.nodes = calloc(room, sizeof(void *)) ;
  start.names = calloc(room, sizeof *start.names) ;
  start.before = calloc(room, sizeof *start.before) ;
  if (!list.nodes || !start.names || !start.before) strerr_warnwu1sys("remember the services") ;
  else
  {
    int missing = list_needed(request, &graph, &list, &start) ;
    int started ;
    struct request once = *request ;
    if (missing) once.no_wait = 1 ; /* it would be in vain */
    started = start_in_order(&once, &start) ;
    code = started ? started : missing ;
  }
  free(start.before) ;
  free(start.names) ;
  free(list.nodes) ;
  graph_free(&graph) ;
  return code ;
}

int command_start (struct request const *request)
{
  struct request some ;
  int code ;
  if (!request->all) return start_all(request) ;
  if (!await_without_done(request, &some)) return EXIT_SYSTEM ;
  code = start_all(&some) ;
  free(some.names) ;
  return code ;
}
