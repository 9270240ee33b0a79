/* The Dockerfile that belongs to the wrapper: what it says, and the patch to it. Pure. */

#ifndef REEVE_MIGRATE_DOCKERFILE_H
#define REEVE_MIGRATE_DOCKERFILE_H

#include "migrate/plan.h"

struct instruction
{
  char const *name ; /* in upper case */
  char const *arguments ; /* lines joined, without the backslashes and comments */
  uint32_t first ; /* lines, from 1 */
  uint32_t last ;
  struct instruction *next ;
} ;

struct dockerfile
{
  struct source *source ;
  struct instruction *instructions ;
  struct instruction *stage ; /* the last FROM: what the image is made from */
} ;

extern void dockerfile_read (struct source *source, struct dockerfile *dockerfile) ;

/* The wrapper's basename in the image: `input` by that name, or what it is copied to,
   or else what ENTRYPOINT, or CMD, executes. */
extern char const *dockerfile_script (struct dockerfile const *dockerfile, char const *input) ;

/* The working directory, or 0 when it is not said, or depends on a variable. */
extern char const *dockerfile_workdir (struct dockerfile const *dockerfile) ;

/* What the script gets as its arguments, ended by 0: ENTRYPOINT's words behind the
   script, then CMD's. 0: the Dockerfile does not say. */
extern char const *const *dockerfile_arguments (struct dockerfile const *dockerfile, char const *script) ;

/* The patch, a unified diff; "" when there is nothing to change.
     input     the file that was migrated, as it was given
     services  where the service directories are written, as it was given */
extern char const *dockerfile_patch (struct dockerfile const *dockerfile, struct plan *plan, char const *input, char const *services) ;

#endif
