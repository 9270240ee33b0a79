#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/await.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/view.h"

#define AGAIN_MAX 20

/* A service that is to be stopped. A service is stopped before what it needs. */
struct target
{
  char const *name ;
  struct graph_node *node ; /* 0: a logger, which is in no graph */
  struct view before ;
  char const *letters ; /* the command that it was sent; 0: none */
  unsigned int named : 1 ; /* the user named it: it stays down. Other services are held, and come back */
  unsigned int comes_back : 1 ; /* it was wanted up before: it comes back */
  unsigned int start_later : 1 ; /* it needs a task that is undone. Only when the task is not done any more, it is told to start: then it is held */
  unsigned int awaited : 1 ;
} ;

struct stop
{
  struct request const *request ;
  struct target *targets ;
  size_t count ;
} ;

static int is_running (struct view const *view)
{
  return view->up || view->state == STATE_FINISHING || view->state == STATE_WAITING ;
}

static struct target *target_of (struct graph_need const *need)
{
  return need->inner ? 0 : need->of->owner ;
}

/* As await_stopped; but also holds when the service is up again: the scanner may have let it start before it
   knew that what the service needs is to stop. */
static int await_stopped_once (struct view const *view, char const *name, struct view const *before)
{
  return view->up && view->births != before->births ? 1 : await_stopped(view, name, before) ;
}

static int await_end (struct stop *stop, struct target *target)
{
  if (!target->letters || target->awaited) return EXIT_YES ;
  target->awaited = 1 ;
  return await(stop->request, target->name, target->letters, &target->before, target->named ? &await_stopped : &await_stopped_once) ;
}

static int await_taken (struct view const *view, char const *name, struct view const *before)
{
  (void)view ;
  (void)name ;
  (void)before ;
  return 1 ;
}

/* Does the service need a task that is to be undone? */
static int needs_undone (struct target const *target)
{
  for (size_t i = 0 ; i < target->node->need_count ; i++)
  {
    struct target const *on = target->node->needs[i].inner ? 0 : target->node->needs[i].on->owner ;
    if (on && on->named && on->before.task) return 1 ;
  }
  return 0 ;
}

/* Tells the service to end and to stay wanted up. As what it needs is not wanted up, it is held then. */
static int send_held (struct stop *stop, struct target *target, char const *needed)
{
  if (!view_read(&target->before, target->name) || !is_running(&target->before)) return EXIT_YES ;
  strerr_warni5x("stopping ", target->name, " first, as it needs ", needed, ": it comes back when that is ready again (with --only it is left alone)") ;
  target->start_later = target->comes_back && needs_undone(target) ; /* until then the task counts as ready, and would hold nobody */
  target->letters = target->comes_back && !target->start_later ? "wr" : "d" ;
  target->awaited = 0 ;
  return await_send(stop->request, target->name, target->letters, &target->before) ;
}

/* Waits for the end of a dependent. A held dependent may have been let start just before what it needs was
   marked: then it is told to end once more. */
static int await_dependent (struct stop *stop, struct target *dependent, char const *needed)
{
  int code = await_end(stop, dependent) ;
  for (unsigned int i = 0 ; !code && !dependent->named && i < AGAIN_MAX ; i++)
  {
    struct view view ;
    if (!view_read(&view, dependent->name) || !view.up) break ;
    code = send_held(stop, dependent, needed) ;
    if (!code) code = await_end(stop, dependent) ;
  }
  return code ;
}

static int await_idle (struct view const *view, char const *name, struct view const *before)
{
  (void)name ;
  (void)before ;
  return !view->up && view->state != STATE_FINISHING ;
}

/* Is the dependent a task that is not to be stopped? It may use what it needs as long as it runs. */
static int is_other_task (struct graph_need const *need)
{
  return !need->inner && !need->of->owner && need->of->facts & GRAPH_TASK ;
}

static int await_task (struct stop *stop, char const *task, char const *needed)
{
  struct view view ;
  if (!view_read(&view, task) || await_idle(&view, task, 0)) return EXIT_YES ;
  strerr_warni5x("waiting for the task ", task, ", which needs ", needed, ", to end first: it is not stopped (with --only it is left alone)") ;
  return await(stop->request, task, 0, &view, &await_idle) ;
}

static int await_dependents (struct stop *stop, struct target const *target)
{
  int code = EXIT_YES ;
  for (struct graph_need const *need = target->node ? target->node->dependents : 0 ; need ; need = need->next)
  {
    int r = is_other_task(need) ? await_task(stop, need->of->name, target->name) : EXIT_YES ;
    if (!code) code = r ;
  }
  for (struct graph_need const *need = target->node ? target->node->dependents : 0 ; need ; need = need->next)
  {
    struct target *dependent = target_of(need) ;
    int r = dependent ? await_dependent(stop, dependent, target->name) : EXIT_YES ;
    if (!code) code = r ;
  }
  return code ;
}

static int has_other_dependents (struct target const *target)
{
  for (struct graph_need const *need = target->node ? target->node->dependents : 0 ; need ; need = need->next)
    if ((target_of(need) && !target_of(need)->named) || is_other_task(need)) return 1 ;
  return 0 ;
}

/* Makes the service wanted down, if other services need it, before these are told to end: else they would
   not be held. It is told to end itself only when they have ended. */
static int mark (struct stop *stop, struct target *target)
{
  int code ;
  if (!view_read(&target->before, target->name)) return EXIT_YES ; /* a later send says why */
  target->comes_back = target->before.wanted_up ;
  if (!has_other_dependents(target) || !(target->named || is_running(&target->before))) return EXIT_YES ;
  code = await_send(stop->request, target->name, "O", &target->before) ;
  return code ? code : await(stop->request, target->name, "O", &target->before, &await_taken) ;
}

/* Returns the name of a service that it needs and that is to be stopped as well. */
static char const *stopped_for (struct target const *target)
{
  for (size_t i = 0 ; i < target->node->need_count ; i++)
    if (!target->node->needs[i].inner && target->node->needs[i].on->owner) return target->node->needs[i].on->name ;
  return "" ;
}

static int stop_one (struct stop *stop, struct target *target)
{
  int code = await_dependents(stop, target) ;
  if (code) return code ;
  if (!target->named) return send_held(stop, target, stopped_for(target)) ;
  target->letters = "d" ;
  return await_send(stop->request, target->name, target->letters, &target->before) ;
}

/* Tells the services to start that need an undone task, now that the task is not done any more: they are
   held. */
static int start_later (struct stop *stop)
{
  int code = EXIT_YES ;
  int any = 0 ;
  for (size_t i = 0 ; i < stop->count ; i++) any |= stop->targets[i].start_later ;
  for (size_t i = 0 ; any && i < stop->count ; i++)
    if (stop->targets[i].named && stop->targets[i].before.task)
    {
      int r = await_end(stop, stop->targets + i) ;
      if (!code) code = r ;
    }
  for (size_t i = 0 ; i < stop->count ; i++)
    if (stop->targets[i].start_later)
    {
      int r = await_send(stop->request, stop->targets[i].name, COMMAND_UP_IN_ORDER, &stop->targets[i].before) ;
      if (!code) code = r ;
    }
  return code ;
}

static int stop_in_order (struct stop *stop)
{
  int code = EXIT_YES ;
  int r ;
  for (size_t i = 0 ; i < stop->count ; i++)
  {
    r = mark(stop, stop->targets + i) ;
    if (!code) code = r ;
  }
  for (size_t i = 0 ; i < stop->count ; i++)
  {
    r = stop_one(stop, stop->targets + i) ;
    if (!code) code = r ;
  }
  r = start_later(stop) ;
  if (!code) code = r ;
  for (size_t i = 0 ; !code && !stop->request->no_wait && i < stop->count ; i++) code = await_end(stop, stop->targets + i) ;
  return code ;
}

/* Lists what is to be stopped. From here on, the owner of a node is its target; 0: it is not stopped. What
   needs a disabled service is not stopped: nothing uses that service. */
static void choose (struct stop *stop, struct graph *graph, struct graph_list *list)
{
  for (size_t i = 0 ; i < stop->request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, stop->request->names[i]) ;
    if (node) graph_set_facts(graph, node, (node->facts & ~(unsigned int)GRAPH_TASK) | GRAPH_NAMED) ; /* a task is stopped if the user names it */
  }
  graph_begin_list(graph, list) ;
  for (size_t i = 0 ; i < stop->request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, stop->request->names[i]) ;
    if (node && !(node->facts & GRAPH_DISABLED)) graph_list_dependents(graph, list, node) ;
    else stop->targets[stop->count++] = (struct target) { .name = stop->request->names[i], .named = 1 } ;
  }
  for (struct graph_node *node = graph->first ; node ; node = node->later) node->owner = 0 ;
  for (size_t i = 0 ; i < list->count ; i++)
  {
    list->nodes[i]->owner = stop->targets + stop->count ;
    stop->targets[stop->count++] = (struct target) { .name = list->nodes[i]->name, .node = list->nodes[i] } ;
  }
  for (size_t i = 0 ; i < stop->request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, stop->request->names[i]) ;
    if (node && node->owner) ((struct target *)node->owner)->named = 1 ;
  }
}

int command_stop (struct request const *request)
{
  struct graph graph ;
  struct graph_list list ;
  struct stop stop = { .request = request } ;
  int code = EXIT_SYSTEM ;
  if (request->only) return await_all(request, "d", &await_stopped) ;
  if (!dependencies_learn_of(&graph, request)) return EXIT_SYSTEM ;
  list.nodes = calloc(graph.count + 1, sizeof(void *)) ;
  stop.targets = calloc(graph.count + request->count + 1, sizeof *stop.targets) ;
  if (!list.nodes || !stop.targets) strerr_warnwu1sys("remember the services") ;
  else
  {
    choose(&stop, &graph, &list) ;
    code = stop_in_order(&stop) ;
  }
  free(stop.targets) ;
  free(list.nodes) ;
  graph_free(&graph) ;
  return code ;
}
