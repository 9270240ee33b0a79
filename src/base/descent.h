/* A set of processes and their descendants. It is remembered, so that they are still known when
   their parents have ended and they have become children of the caller.

   A member is known by its pid and the time of its start. A child of the caller may be known by its
   pid alone, if /proc hides it: a child keeps its pid until it is reaped, and then descent_ended()
   is called. The set is bounded. A process for which there is no room, or that cannot be looked at,
   does not become a member. */

#ifndef REEVE_BASE_DESCENT_H
#define REEVE_BASE_DESCENT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

#define DESCENT_MAX 256

struct descent_member
{
  pid_t pid ;
  uint64_t started_ms ; /* from process_look(); 0: unknown, the member is a child of the caller */
} ;

struct descent
{
  struct descent_member member[DESCENT_MAX] ;
  unsigned int count ;
} ;

/* Adds a child of the caller. */
extern void descent_add (struct descent *set, pid_t child) ;
/* Adds all descendants of `pid`, which is a child of the caller or a member. */
extern void descent_follow (struct descent *set, pid_t pid) ;
/* A child of the caller was reaped: its pid may belong to another process now. */
extern void descent_ended (struct descent *set, pid_t pid) ;
/* Is the process a member? `look`: what it looks like now; null: it cannot be looked at. */
extern int descent_has (struct descent const *set, pid_t pid, struct process_look const *look) ;

#endif
