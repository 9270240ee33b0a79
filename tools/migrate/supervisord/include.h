/* The files that the [include] of a supervisord.conf names, read from the build context. */

#ifndef REEVE_MIGRATE_INCLUDE_H
#define REEVE_MIGRATE_INCLUDE_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/text/source.h"

/* Adds these files to the source, as parts of their own, in the order in which supervisord reads
   them. A relative name begins at the source's folder. An absolute one is in the image: it is
   found by the Dockerfile's COPY (`dockerfile` may be 0), or in the unpacked image `root` (-1:
   none). Adds to `unread` the names of files that are not found. */
extern void include_files (struct source *source, struct dockerfile const *dockerfile, char const *dockerfile_path, int root, struct texts *unread) ;

#endif
