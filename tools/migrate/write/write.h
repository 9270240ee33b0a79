/* The files of a plan, on disk or printed. */

#ifndef REEVE_MIGRATE_WRITE_H
#define REEVE_MIGRATE_WRITE_H

#include "migrate/write/render.h"

/* Writes services.d/... below `services`, and cont-init.d/... beside it. Directories
   that are missing are made. Nothing is written when a service directory or a script
   is there already, unless `force`: then it is replaced.
   Says what is in the way, or what failed. Returns 0, 100 (something is there), or 111. */
extern int write_files (struct pool *pool, struct file const *files, char const *services, int force) ;

extern void print_files (struct file const *files) ;

/* Where write_files() puts them: the service directories and scripts, a line each. */
extern char const *written_places (struct pool *pool, struct file const *files, char const *services) ;

#endif
