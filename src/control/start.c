#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/await.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/told.h"

/* The services that are to be started: each comes after those that it needs. */
struct start
{
  struct told *told ;
  size_t count ;
} ;

static int say_missing (struct graph_node const *missing)
{
  strerr_warnw4x(missing->dependents->of->name, " cannot start: it needs ", missing->name, ", and there is no such service") ;
  return EXIT_NO ;
}

/* Lists what is to be started. A logger is in no graph, as it belongs to its service. */
static int list_needed (struct request const *request, struct graph *graph, struct graph_list *list, struct start *start)
{
  int code = EXIT_YES ;
  told_mark_tasks(graph, request->names, request->count) ;
  graph_begin_list(graph, list) ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, request->names[i]) ;
    if (node) graph_list_needed(graph, list, node) ;
    else start->told[start->count++] = (struct told) { .name = request->names[i] } ;
  }
  for (size_t i = 0 ; i < list->count ; i++)
  {
    if (list->nodes[i]->owner) start->told[start->count++] = (struct told) { .name = list->nodes[i]->name, .node = list->nodes[i] } ;
    else code = say_missing(list->nodes[i]) ;
  }
  return code ;
}

/* Tells all services to start at once, except those that need a task that runs again. Each is held until it
   may start. */
static int start_in_order (struct request const *request, struct graph *graph, struct start *start)
{
  int code = EXIT_YES ;
  told_begin(graph, start->told, start->count) ;
  for (size_t i = 0 ; i < start->count ; i++)
  {
    int r = told_send(request, start->told + i, COMMAND_UP_IN_ORDER, &await_ready_again) ;
    if (!code) code = r ;
  }
  for (size_t i = 0 ; !code && !request->no_wait && i < start->count ; i++)
    code = told_await(request, start->told + i, &await_ready_again) ;
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
  if (!dependencies_learn_of(&graph, request)) return EXIT_SYSTEM ;
  room = graph.count + request->count + 1 ;
  list.nodes = calloc(room, sizeof(void *)) ;
  start.told = calloc(room, sizeof *start.told) ;
  if (!list.nodes || !start.told) strerr_warnwu1sys("remember the services") ;
  else
  {
    int missing = list_needed(request, &graph, &list, &start) ;
    int started ;
    struct request once = *request ;
    if (missing) once.no_wait = 1 ; /* waiting would be in vain */
    started = start_in_order(&once, &graph, &start) ;
    code = started ? started : missing ;
  }
  free(start.told) ;
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
