/* What has to change in the Dockerfile. Pure. */

#ifndef REEVE_MIGRATE_DOCKERPATCH_H
#define REEVE_MIGRATE_DOCKERPATCH_H

#include "migrate/dockerfile.h"
#include "migrate/plan.h"

/* Where the services are written: a path below the build context, or outside of it. */
struct docker_tree
{
  char const *services ; /* as COPY names it */
  char const *outside ; /* what has to be moved to that place first; 0: nothing */
} ;

/* The patch, a unified diff; "" when there is nothing to change. What it adds, takes out,
   and leaves, is among the plan's notes. `input`: the file that was migrated. */
extern char const *dockerfile_patch (struct dockerfile const *dockerfile, struct docker_start const *start, struct plan *plan, char const *input,
  struct docker_tree const *tree) ;

#endif
