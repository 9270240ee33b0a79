/* A set of processes and of what they have started, remembered so that they are known
   again when their parents have ended and they are children of ours.

   A member is known by its pid and the moment of its start. One that is a child of ours
   may be known by its pid alone (/proc may hide it): its pid is its own until it is
   reaped, so whoever reaps says so. The set is bounded: one for which there is no room is
   no member, and neither is what cannot be looked at. */

#ifndef REEVE_BASE_DESCENT_H
#define REEVE_BASE_DESCENT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"

#define DESCENT_MAX 256

struct descent_member
{
  pid_t pid ;
  uint64_t started_ms ; /* as process_look() tells; 0: not known, a child of ours */
} ;

struct descent
{
  struct descent_member member[DESCENT_MAX] ;
  unsigned int count ;
} ;

/* Adds a child of ours. */
extern void descent_add (struct descent *set, pid_t child) ;
/* Adds what `pid`, a child of ours or a member, has started, and what these have, however deep. */
extern void descent_follow (struct descent *set, pid_t pid) ;
/* A child of ours was reaped: its pid may be another's now. */
extern void descent_ended (struct descent *set, pid_t pid) ;
/* Is it a member? `look`: what it looks like now; null: it cannot be looked at. */
extern int descent_has (struct descent const *set, pid_t pid, struct process_look const *look) ;

#endif
