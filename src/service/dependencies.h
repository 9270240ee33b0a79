/* dependencies.d in a service directory: one file for each service that this one needs, named after
   that service. An empty file: that service must be ready. `optional` in it: only the order matters
   (graph.h). The name of a template means all of its instances. */

#ifndef REEVE_SERVICE_DEPENDENCIES_H
#define REEVE_SERVICE_DEPENDENCIES_H

#include <stddef.h>

#include "service/graph.h"

#define DEPENDENCIES "dependencies.d"

struct dependencies
{
  struct graph_wish *wishes ;
  size_t count ;
  size_t named ; /* so many come first, sorted by name: those that the directory names. The others are instances of these */
} ;

/* Called for each fault. A file with a fault counts as an empty one; a name that no service can
   have is left out.
     name  the file in dependencies.d
     why   in words, with what is allowed */
typedef void dependencies_fault_func (char const *name, char const *why, void *data) ;

/* Reads the directory `path`, a dependencies.d. If there is none, nothing is needed. Files whose
   names begin with a dot do not count. Never blocks.
     at    where `path` begins, if it is not absolute; AT_FDCWD
     tell  may be 0
   Returns 1 with what dependencies_free() has to free, or 0 with errno: ENOTDIR, EACCES, ... */
extern int dependencies_read (struct dependencies *dependencies, int at, char const *path, dependencies_fault_func *tell, void *data) ;
extern void dependencies_free (struct dependencies *dependencies) ;

/* Adds one more need. Returns 1, or 0 when there is no memory. */
extern int dependencies_append (struct dependencies *dependencies, char const *name, int optional) ;
/* Is a template (service/instance.h) needed? */
extern int dependencies_has_template (struct dependencies const *dependencies) ;
/* An instance of that name exists: if its template is needed, it becomes needed in the same way.
   Returns 1, or 0 when there is no memory. */
extern int dependencies_add_instance (struct dependencies *dependencies, char const *instance) ;

#endif
