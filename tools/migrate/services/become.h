/* A command's words in run. */

#ifndef REEVE_MIGRATE_BECOME_H
#define REEVE_MIGRATE_BECOME_H

#include "migrate/facts/analysis.h"

/* The command becomes what run executes at its end. */
extern void become (struct analysis *a, struct service *service, struct statement *statement) ;
/* The redirections that are before the byte `before`, or from `from` on. */
extern char const *redirects_of (struct analysis *a, struct statement const *statement, uint32_t before, uint32_t from) ;
/* The text of the command, up to the byte `end`, with exec before its program: A=1 exec server. */
extern char const *with_exec (struct pool *pool, struct source const *code, struct statement const *command, uint32_t end) ;

/* Does what a command, or the call of a function, starts in the end put itself into the background? Writes how. */
extern int leaves_inside (struct analysis *a, struct statement *statement, struct foreground *foreground) ;
extern void follow_inside (struct analysis *a, struct service *service, struct statement const *statement, struct foreground const *inside) ; /* flag-forks does it then, with a TODO */

#endif
