/* What has to change in the Dockerfile. Pure. */

#ifndef REEVE_MIGRATE_DOCKERPATCH_H
#define REEVE_MIGRATE_DOCKERPATCH_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/plan/plan.h"
#include "migrate/write/render.h"

/* Where the services are written: below the build context, or outside of it. */
struct docker_tree
{
  char const *services ; /* as COPY names it */
  char const *outside ; /* the folder that has to be moved there first; 0: none */
} ;

/* dockerfolder.c: the folder that the image executes the input in; 0: only /init knows it. */
extern char const *dockerfile_folder (struct dockerfile const *dockerfile, struct docker_start const *start) ;

/* The patch, a unified diff; "" if there is nothing to change. The plan's notes say what it
   adds, takes out, and leaves. `input`: the file that was migrated. *patched: the Dockerfile behind it. */
extern char const *dockerfile_patch (struct dockerfile const *dockerfile, struct docker_start const *start, struct plan *plan, char const *input,
  struct docker_tree const *tree, char const **patched) ;

/* Audits, behind the patch: a TODO where the answer is no, and nothing says so yet. */
extern void audit_image (struct plan *plan, struct docker_start const *start, struct dockerfile const *before, char const *patched, struct file const *files) ; /* does what the new image executes find its files and programs? */
extern void audit_ignored (struct plan *plan, struct dockerfile const *dockerfile, char const *path, struct docker_tree const *tree) ; /* does .dockerignore leave what the patch copies? */
extern void audit_compose (struct plan *plan, struct docker_start const *start, char const *dockerfile) ; /* does a compose file fit the new image? */

/* The line of .dockerignore that keeps the name out of the build context; 0: none does. *file: that, or Dockerfile.dockerignore. */
extern char const *ignored_by (struct pool *pool, char const *dockerfile_path, char const *name, char const **file) ;

#endif
