/* Reading files of this machine: those of the command line, and those of the build context, which
   the Dockerfile takes into the image. */

#ifndef REEVE_MIGRATE_READFILE_H
#define REEVE_MIGRATE_READFILE_H

#include <stddef.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/plan/plan.h"

/* The file's bytes, up to one more than SOURCE_SIZE_MAX; 0 with errno: it cannot be read. */
extern char const *file_read (struct pool *pool, char const *path, size_t *len) ;
extern int path_is_folder (char const *path) ; /* of this machine */

/* The text of a regular file of up to `max` bytes; 0: it is no such file. */
extern char const *text_read (struct pool *pool, char const *path, size_t max) ;

/* The text of a file that COPY names. It is relative to the folder of the Dockerfile, or to the
   working directory. 0: it is not here, is no regular file, or is larger than 1 MB. */
extern char const *context_read (struct pool *pool, char const *dockerfile_path, char const *name) ;

/* The path on this machine of a regular file that COPY names; 0: it is not here. */
extern char const *context_path (struct pool *pool, char const *dockerfile_path, char const *name) ;
/* The same of what the image has as `place`, an absolute path; 0: COPY and ADD bring no such file, or it is not here. */
extern char const *context_place (struct dockerfile const *dockerfile, char const *dockerfile_path, char const *place) ;

/* The scripts that the image's COPY and ADD take from the build context, by name or in a folder. */
extern struct docker_script *context_scripts (struct dockerfile const *dockerfile, char const *dockerfile_path) ;
/* The same for the analysis: their paths in the image, and their texts. */
extern struct configuration *context_sources (struct pool *pool, struct docker_script const *scripts) ;
/* Without a Dockerfile: the scripts in the folder of the input, and in folders there. */
extern struct configuration *folder_sources (struct pool *pool, char const *input) ;
/* The same of what may be the configuration of a program, by its name. */
extern struct configuration *context_configurations (struct dockerfile const *dockerfile, char const *dockerfile_path) ;

#endif
