/* Looking for the input among the words that the image executes: what dockerstart.c and
   dockerwords.c share. */

#ifndef REEVE_MIGRATE_STARTING_H
#define REEVE_MIGRATE_STARTING_H

#include "migrate/dockerfile.h"

struct starting
{
  struct dockerfile const *dockerfile ;
  struct pool *pool ;
  struct texts names ; /* that the input has in the image */
  struct texts words ; /* that the image executes */
  int is_read ; /* another program reads the input: one of the names is executed in its place */
  unsigned int nentrypoint ; /* of these, ENTRYPOINT's, when it gets more from docker run */
  struct docker_script *scripts ; /* of the build context */
  struct docker_start *start ;
} ;

extern int is_starter (char const *word) ; /* it only starts another program, as sh and tini do */
/* bundle (exec), poetry (run), ...: it makes the programs of a project known to what it starts. */
extern int is_project_starter (char const *word) ;
/* When none of the input's names is there, one of the programs is taken for it: one that executes
   "$@" comes first, another one last. Arguments count when they look like a script, and not at all
   behind a program that is known to be none. */
extern char const *guess_name (struct starting *s, char const *text) ;

#endif
