/* What the Dockerfile, the build context and the unpacked image say about the input. */

#ifndef REEVE_MIGRATE_FROMIMAGE_H
#define REEVE_MIGRATE_FROMIMAGE_H

#include "migrate/dockerpatch/dockerinput.h"
#include "migrate/plan/plan.h"

/* nginx.conf says whether nginx stays in the foreground: that of the build context, or the image's.
   `dockerfile` may be 0; `path`: of it. */
extern void plan_look_at_nginx (struct plan *plan, struct dockerfile const *dockerfile, char const *path) ;

/* Sets `start`, and what the plan tells of the image. `code`: the input, if it is the Dockerfile's own; else 0. */
extern void plan_from_image (struct plan *plan, struct dockerfile const *dockerfile, char const *path, char const *input, struct docker_input const *code, struct docker_start *start) ;

#endif
