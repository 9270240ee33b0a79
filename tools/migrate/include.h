/* The files that the [include] of a supervisord.conf names, read from the build context. */

#ifndef REEVE_MIGRATE_INCLUDE_H
#define REEVE_MIGRATE_INCLUDE_H

#include "migrate/dockerfile.h"
#include "migrate/source.h"

/* Adds them to the source, as parts of their own, in the order in which supervisord reads them.
   A relative name begins at the source's folder; an absolute one is the image's, and is found
   by the Dockerfile's COPY, if that is given (else 0), or in the unpacked image `root` (-1: none). Adds to `unread` the names of which there
   is no file here. */
extern void include_files (struct source *source, struct dockerfile const *dockerfile, char const *dockerfile_path, int root, struct texts *unread) ;

#endif
