/* What each service needs, and in which state that is. */

#ifndef REEVE_CONTROL_DEPENDENCIES_H
#define REEVE_CONTROL_DEPENDENCIES_H

#include <stddef.h>

#include "control/control.h"
#include "control/view.h"
#include "service/graph.h"

/* The functions that learn build a graph of what services need, with their present states. Each service or
   template that exists has an owner in the graph; a node without an owner is only a name that a service
   needs. A service that needs a template needs all of its instances. Loggers are in no graph. The caller
   frees the graph with graph_free(). They return 0 after a message when the graph cannot be built. */

/* Of the services in request->names, of those that have dependencies, and of what any of these needs; others
   may be in it. Nobody needs the instances in request->leaving because of their template. Who else has
   dependencies is what the scanner knows (wire/dependents.h): those that it has looked at. */
extern int dependencies_learn_of (struct graph *graph, struct request const *request) ;
extern int dependencies_learn_of_one (struct graph *graph, char const *name) ;
/* Of all services. What is in `seen` is not read again, neither here nor in the functions below: its names
   must be sorted, and it must stay until the graph is freed. 0: nothing was seen. */
extern int dependencies_learn_all (struct graph *graph, struct seen const *seen) ;

/* Adds CMD to the graph, as a node of the name DEPENDENCIES_COMMAND. It needs the services that `after`,
   the text of REEVE_CMD_AFTER, names; the text is cut into words. Returns 0 when there is no memory. */
#define DEPENDENCIES_COMMAND ""
extern int dependencies_add_command (struct graph *graph, char *after) ;

/* The state of a node: a word, or "failed, exit 3", or "missing": there is no such service. */
extern void dependencies_state (struct graph_node const *node, char *out, size_t size) ;

/* One of the services that a service waits for, or would have to wait for if it were to start. */
struct waits_for
{
  char const *name ;
  char state[32] ; /* as dependencies_state() says it */
} ;
/* Writes the next of them to `out`. *i is 0 for the first; the function changes it. Returns 0 after the
   last. */
extern int dependencies_next (struct graph const *graph, char const *name, size_t *i, struct waits_for *out) ;
/* Writes all of them: "db (starting), cache (missing)". */
extern void dependencies_describe (struct graph const *graph, char const *name, char *out, size_t size) ;

#endif
