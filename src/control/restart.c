#include <errno.h>
#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/control.h"

static int has_changed (struct view const *now, struct view const *before)
{
  return tain_less(&before->since, &now->since) || tain_less(&now->since, &before->since) ;
}

static int another_is_ready (struct view const *view, char const *name, struct view const *before)
{
  if (view->ready && view->pid == before->pid && !has_changed(view, before)) return 0 ;
  return await_ready_again(view, name, before) ;
}

/* `u` first, so that one that was to run only once comes back. */
static char const *letters_for (struct request const *request, struct view const *before)
{
  return before->up ? "ur" : request->only ? "u" : COMMAND_UP_IN_ORDER ;
}

static void say_dependents (struct request const *request)
{
  struct graph graph ;
  if (request->only || !dependencies_learn(&graph)) return ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node *node = graph_find(&graph, request->names[i]) ;
    if (node) node->owner = 0 ; /* restarted as well */
  }
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct graph_node const *node = graph_find(&graph, request->names[i]) ;
    for (struct graph_need const *need = node ? node->dependents : 0 ; need ; need = need->next)
      if (!need->inner && need->of->owner && need->of->facts & GRAPH_READY)
        strerr_warni5x("restarting ", node->name, " alone: ", need->of->name, ", which needs it, goes on") ;
  }
  graph_free(&graph) ;
}

static int restart (struct request const *request)
{
  struct view *before = calloc(request->count + 1, sizeof *before) ;
  int code = EXIT_YES ;
  if (!before)
  {
    strerr_warnwu1sys("remember the services") ;
    return EXIT_SYSTEM ;
  }
  say_dependents(request) ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    int r ;
    view_read(before + i, request->names[i]) ;
    r = await_send(request, request->names[i], letters_for(request, before + i), before + i) ;
    if (!code) code = r ;
  }
  for (size_t i = 0 ; !code && !request->no_wait && i < request->count ; i++)
    code = await(request, request->names[i], letters_for(request, before + i), before + i, &another_is_ready) ;
  free(before) ;
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
