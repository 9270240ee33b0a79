/* Several services that are told to start, in the order of their dependencies. */

#ifndef REEVE_CONTROL_TOLD_H
#define REEVE_CONTROL_TOLD_H

#include <stddef.h>

#include "control/await.h"
#include "control/control.h"
#include "control/view.h"
#include "service/graph.h"

/* One of several that are told to start. */
struct told
{
  char const *name ;
  struct graph_node *node ; /* 0: a logger */
  struct view before ;
  char const *letters ; /* that it was sent; 0: none yet */
  unsigned int awaited : 1 ;
} ;

/* The tasks among these run again, and are not done from now on. To be called before they are listed. */
extern void told_mark_tasks (struct graph *graph, char **names, size_t count) ;
/* From here on the owner of a node is what is told; 0: nothing. */
extern void told_begin (struct graph *graph, struct told *told, size_t count) ;
/* What is needed comes before what needs it. Tells it; before that, waits for each task that it
   needs, and that was told to run again: that is done until it begins. Returns an exit code, as await does. */
extern int told_send (struct request const *request, struct told *told, char const *letters, await_condition *condition) ;
/* Waits for it, once. */
extern int told_await (struct request const *request, struct told *told, await_condition *condition) ;

#endif
