/* Telling several services to start, in the order of their dependencies: for `start` and `restart`.

   A task among them runs again. Until it begins to run, it still counts as done, and what needs it
   would start too early. So what needs such a task is told only when the task is done again. */

#ifndef REEVE_CONTROL_TOLD_H
#define REEVE_CONTROL_TOLD_H

#include <stddef.h>

#include "control/await.h"
#include "control/control.h"
#include "control/view.h"
#include "service/graph.h"

/* A service that is told to start. */
struct told
{
  char const *name ;
  struct graph_node *node ; /* 0: a logger, which is in no graph */
  struct view before ; /* the service before it was told */
  char const *letters ; /* the command that was sent; 0: none yet */
  unsigned int awaited : 1 ; /* told_await() was called */
} ;

/* Marks the tasks among the names as not done, as they are to run again. Call this before the graph
   is used to list what they need. */
extern void told_mark_tasks (struct graph *graph, char **names, size_t count) ;
/* Makes each node's owner its struct told; 0 for nodes that are not told. */
extern void told_begin (struct graph *graph, struct told *told, size_t count) ;
/* Waits for the tasks that this service needs and that run again, then sends it the letters. Call it
   for what is needed before what needs it. Returns an exit code, as await() does. */
extern int told_send (struct request const *request, struct told *told, char const *letters, await_condition *condition) ;
/* Waits until the condition holds for the service. A second call does nothing. Returns an exit code. */
extern int told_await (struct request const *request, struct told *told, await_condition *condition) ;

#endif
