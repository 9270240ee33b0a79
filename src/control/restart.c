#include <errno.h>
#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/await.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/told.h"
#include "control/view.h"

static int has_changed (struct view const *now, struct view const *before)
{
  return tain_less(&before->since, &now->since) || tain_less(&now->since, &before->since) ;
}

static int another_is_ready (struct view const *view, char const *name, struct view const *before)
{
  if (view->ready && view->pid == before->pid && !has_changed(view, before)) return 0 ;
  if (await_has_ended_by_itself(view, before)) return 0 ; /* the supervisor is about to read the command */
  return await_ready_again(view, name, before) ;
}

/* Which command restarts the service? If it was down, a command that does not stop it: it may have started
   meanwhile. */
static char const *letters_for (struct request const *request, struct view const *before)
{
  if (before->up || before->state == STATE_FINISHING) return COMMAND_ANOTHER ;
  return request->only ? "u" : COMMAND_UP_IN_ORDER ;
}

static void say_dependents (struct request const *request, struct graph const *graph)
{
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, request->names[i]) ;
    if (node) node->owner = 0 ; /* it is restarted as well */
  }
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node const *node = graph_find(graph, request->names[i]) ;
    for (struct graph_need const *need = node && !(node->facts & GRAPH_DISABLED) ? node->dependents : 0 ; need ; need = need->next)
      if (!need->inner && need->of->owner && need->of->facts & GRAPH_READY)
        strerr_warni5x("restarting ", node->name, " alone: ", need->of->name, ", which needs it, goes on") ;
  }
}

/* Lists the named services, each task before the services that need it. */
static size_t choose (struct request const *request, struct graph *graph, struct graph_list *list, struct told *told)
{
  size_t count = 0 ;
  for (struct graph_node *node = graph->first ; node ; node = node->later) node->owner = 0 ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, request->names[i]) ;
    if (node) node->owner = told ;
    else told[count++] = (struct told) { .name = request->names[i] } ;
  }
  told_mark_tasks(graph, request->names, request->count) ;
  graph_begin_list(graph, list) ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node *node = graph_find(graph, request->names[i]) ;
    if (node) graph_list_needed(graph, list, node) ;
  }
  for (size_t i = 0 ; i < list->count ; i++)
    if (list->nodes[i]->owner) told[count++] = (struct told) { .name = list->nodes[i]->name, .node = list->nodes[i] } ;
  told_begin(graph, told, count) ;
  return count ;
}

static int restart_these (struct request const *request, struct told *told, size_t count)
{
  int code = EXIT_YES ;
  for (size_t i = 0 ; i < count ; i++)
  {
    int r ;
    view_read(&told[i].before, told[i].name) ;
    r = told_send(request, told + i, letters_for(request, &told[i].before), &another_is_ready) ;
    if (!code) code = r ;
  }
  for (size_t i = 0 ; !code && !request->no_wait && i < count ; i++) code = told_await(request, told + i, &another_is_ready) ;
  return code ;
}

static int restart_in_order (struct request const *request, struct told *told)
{
  struct graph graph ;
  struct graph_list list ;
  int code = EXIT_SYSTEM ;
  if (!dependencies_learn_of(&graph, request)) return EXIT_SYSTEM ;
  list.nodes = calloc(graph.count + 1, sizeof(void *)) ;
  if (!list.nodes) strerr_warnwu1sys("remember the services") ;
  else
  {
    say_dependents(request, &graph) ;
    code = restart_these(request, told, choose(request, &graph, &list, told)) ;
  }
  free(list.nodes) ;
  graph_free(&graph) ;
  return code ;
}

static int restart (struct request const *request)
{
  struct told *told = calloc(request->count + 1, sizeof *told) ;
  int code = EXIT_SYSTEM ;
  if (!told) strerr_warnwu1sys("remember the services") ;
  else if (!request->only) code = restart_in_order(request, told) ;
  else
  {
    for (size_t i = 0 ; i < request->count ; i++) told[i].name = request->names[i] ;
    code = restart_these(request, told, request->count) ;
  }
  free(told) ;
  return code ;
}

int command_restart (struct request const *request)
{
  struct request some ;
  int code ;
  if (!request->all) return restart(request) ;
  if (!await_without_done(request, &some)) return EXIT_SYSTEM ;
  code = restart(&some) ;
  free(some.names) ;
  return code ;
}
