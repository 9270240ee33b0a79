/* How a script hands over to its arguments. Pure. */

#ifndef REEVE_MIGRATE_HANDOVER_H
#define REEVE_MIGRATE_HANDOVER_H

#include "migrate/shell/shell.h"

/* They become the command; the others stay its parent. */
#define CHANGES_USER "gosu su-exec setpriv s6-setuidgid setuidgid chpst"
#define CHANGES_USER_AS_PARENT "su runuser sudo doas"

/* Entrypoints of official images. */
#define OF_BASE "docker-php-entrypoint docker-entrypoint.sh docker-entrypoint"

struct handover
{
  struct statement const *becomes ; /* exec "$@", exec tini -- "$@"; 0: it does not become them */
  char const *by ; /* what it becomes before, raw: tini; 0: nothing */
  int always ; /* under no condition */
  struct statement const *runs ; /* runs them in a child: "$@", (exec "$@"), exec "$@" &; 0: nothing does */
} ;

/* Of a script, `code`, with the statements from `first` on. What functions do counts only where they are called. */
extern void handover_read (struct source const *code, struct statement *first, struct handover *handover) ;

/* "$@", exec "$@": just the arguments */
extern int executes_arguments (struct statement const *statement) ;

/* dockerasks.c: in the statement of `code`, does the question at byte `at` have the same answer whether the first argument is
   `before`, or /init? Of its tests, and of case; 0 also where that is not known. */
extern int asks_alike (struct pool *pool, struct source const *code, struct statement *statement, uint32_t at, char const *before) ;

#endif
