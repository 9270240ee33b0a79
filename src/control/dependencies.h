/* Which services need which, and in which state those are. */

#ifndef REEVE_CONTROL_DEPENDENCIES_H
#define REEVE_CONTROL_DEPENDENCIES_H

#include <stddef.h>

#include "control/view.h"
#include "service/graph.h"

/* What all services need, with their present states; each that exists has an owner, and so has a
   template. Who needs a template needs its instances, without those that are leaving. The caller
   frees it. Returns 0 when that cannot be learnt, which has been said. */
extern int dependencies_learn (struct graph *graph) ;
/* The same; what is in `seen`, whose names are sorted, and which must stay, is not read again, here and below. */
extern int dependencies_learn_from (struct graph *graph, struct seen const *seen) ;
extern int dependencies_learn_without (struct graph *graph, char *const *leaving, size_t count) ;

/* Adds CMD, which waits for what REEVE_CMD_AFTER says, as a service of this name. `after` is cut into
   words. Returns 0 when there is no memory. */
#define DEPENDENCIES_COMMAND ""
extern int dependencies_add_command (struct graph *graph, char *after) ;

/* A word, or "failed, exit 3"; "missing": there is no such service. */
extern void dependencies_state (struct graph_node const *node, char *out, size_t size) ;

/* What a service waits for, or would have to. */
struct waits_for
{
  char const *name ;
  char state[32] ; /* a word, or "failed, exit 3"; "missing": there is no such service */
} ;
/* The next one, from *i, which is 0 at first. Returns 0 after the last. */
extern int dependencies_next (struct graph const *graph, char const *name, size_t *i, struct waits_for *out) ;
/* All of them: "db (starting), cache (missing)". */
extern void dependencies_describe (struct graph const *graph, char const *name, char *out, size_t size) ;

#endif
