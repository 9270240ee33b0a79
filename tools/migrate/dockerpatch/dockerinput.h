/* A Dockerfile alone as the input: which file of the build context, or which shell code of its own, is
   migrated. */

#ifndef REEVE_MIGRATE_DOCKERINPUT_H
#define REEVE_MIGRATE_DOCKERINPUT_H

#include "migrate/dockerfile/dockerfile.h"

/* One of file, code and refused is not 0. */
struct docker_input
{
  char const *file ; /* its path on this machine */
  char const *text ; /* of the file, where it is known and not on this machine; 0: read it */
  char const *code ; /* of ENTRYPOINT or CMD, in the lines that it has in the Dockerfile: blank lines come before it */
  char const *refused ; /* why neither was found, and what to give */
  int of_package ; /* that text is not known, but assumed */
  char const *doubt ; /* a TODO: the code executes a file that is not here; 0: none */
  char const *name ; /* of the code, for notes */
  char const *taken ; /* for the report */
  char const *shell ; /* that reads the code; 0: none does, it is one program */
  unsigned int ahead ; /* how many words the image executes ahead of the code */
  uint32_t first ; /* the lines of the code */
  uint32_t last ;
} ;

/* Reads the build context. */
extern void dockerfile_input (struct dockerfile const *dockerfile, char const *path, struct docker_input *input) ;

/* As dockerfile_start(), where the code is the input. */
extern void dockerfile_start_code (struct dockerfile const *dockerfile, struct docker_input const *input, struct docker_script *scripts, struct docker_start *start) ;

#endif
