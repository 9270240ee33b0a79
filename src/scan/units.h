/* The set of units: the scanner finds a unit here by whatever it has heard of. Here are also
   their deadlines, and the queue of what has happened to them. */

#ifndef REEVE_SCAN_UNITS_H
#define REEVE_SCAN_UNITS_H

#include <stddef.h>

#include "scan/unit.h"

struct unit_queue
{
  struct unit *first ;
  struct unit *last ;
} ;

struct units
{
  struct unit *all ;
  size_t count ;
  void *by_identity ; /* tsearch trees */
  void *by_supervisor ;
  void *by_process ;
  void *by_watch ;
  int pidfds ; /* pidfds.h: an epoll descriptor; -1: none yet */
  struct unit *first_posted ; /* those with events */
  struct unit *last_posted ;
  struct unit *released ; /* to be freed by units_sweep(), linked by wait.later */
  struct unit_queue queue[DEADLINE_KIND_COUNT] ;
} ;

/* Adds a unit; identity and name are copied. Returns 0 when there is no memory. */
extern struct unit *units_add (struct units *units, char const *identity, char const *name, struct unit *producer) ;
/* Takes a unit out of the set. It stays in memory, and in the list of all, until
   units_sweep(), which only the loop calls: whoever walks the list is safe. */
extern void units_release (struct units *units, struct unit *unit) ;
extern void units_sweep (struct units *units) ;

/* Each returns the unit, or 0. */
extern struct unit *units_by_identity (struct units *units, char const *identity) ;
extern struct unit *units_by_supervisor (struct units *units, pid_t pid) ;
extern struct unit *units_by_process (struct units *units, pid_t pid) ; /* which it has inherited */
extern struct unit *units_by_watch (struct units *units, int watch) ;

/* The unit's supervisor is this one now; 0: it has none. The pidfd of the last one is closed;
   what was known of it is forgotten when another one comes.
   Returns 1, or 0 when there is no memory: then it has none. */
extern int units_set_supervisor (struct units *units, struct unit *unit, pid_t pid) ;
/* The unit inherits this process, and this process group; both 0: nothing (any more).
   How the process has ended stays known if it is the same one as before.
   Returns 1, or 0 when there is no memory: then unit->inherited is 0. */
extern int units_inherit (struct units *units, struct unit *unit, pid_t pid, pid_t group) ;
/* One of the unit's two watches; -1: none. Returns 1, or 0 when there is no memory. */
extern int units_set_watch (struct units *units, struct unit *unit, unsigned int which, int watch) ;

/* Renames a unit, and its logger. Its supervisor does not hear of it. */
extern void units_rename (struct unit *unit, char const *name) ;

/* A unit has one deadline at most. */
extern void units_arm (struct units *units, struct unit *unit, enum deadline_kind kind) ;
extern void units_disarm (struct units *units, struct unit *unit) ;
/* Does any wait for its turn? */
extern int units_have_turns (struct units const *units) ;
/* The unit whose deadline comes first, or 0. */
extern struct unit *units_first_deadline (struct units const *units) ;

/* An event of the unit waits for loop.c, behind those that wait already. Of several sights of
   its directory in a row the last one counts. To one that is released nothing happens. */
extern void units_post (struct units *units, struct unit *unit, enum unit_event event) ;
/* Takes the next event. Returns its unit; 0: there is none. */
extern struct unit *units_take (struct units *units, enum unit_event *event) ;

/* Has it a supervisor, or does it get one to go on with what runs? */
extern int units_may_run (struct unit const *unit) ;
/* Is it a logger, or the collector: none of the user's services? */
extern int units_is_logger (struct unit const *unit) ;
/* Is it LEAVING or RETURNING? */
extern int units_is_leaving (struct unit const *unit) ;
/* Has it a supervisor whose end nobody tells the scanner: no child, and no pidfd of it? */
extern int units_is_unwatched (struct unit const *unit) ;

#endif
