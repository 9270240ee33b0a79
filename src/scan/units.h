/* The set of units. The scanner finds a unit here by its name, or by a pid or watch. Here are also
   their deadlines, and the queue of their events. */

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
  struct unit *first_posted ; /* the queue of units with events */
  struct unit *last_posted ;
  struct unit *released ; /* to be freed by units_sweep(), linked by wait.later */
  struct unit_queue queue[DEADLINE_KIND_COUNT] ;
} ;

/* Adds a unit; identity and name are copied. Returns 0 when there is no memory. */
extern struct unit *units_add (struct units *units, char const *identity, char const *name, struct unit *producer) ;
/* Takes a unit out of the set. It stays in memory, and in the list of all units, until
   units_sweep(). Only the loop calls that, so whoever walks the list is safe. */
extern void units_release (struct units *units, struct unit *unit) ;
extern void units_sweep (struct units *units) ;

/* Each returns the unit, or 0. */
extern struct unit *units_by_identity (struct units *units, char const *identity) ;
extern struct unit *units_by_supervisor (struct units *units, pid_t pid) ;
extern struct unit *units_by_process (struct units *units, pid_t pid) ; /* an inherited process */
extern struct unit *units_by_watch (struct units *units, int watch) ;

/* Sets the pid of the unit's supervisor; 0: it has none. The pidfd of the last supervisor is
   closed. What was known of the last one is forgotten when another one comes. Returns 1, or 0 when
   there is no memory; then the unit has none. */
extern int units_set_supervisor (struct units *units, struct unit *unit, pid_t pid) ;
/* Sets the process and the process group that the unit inherits; both 0: nothing. If the process is
   the same as before, what is known of its end is kept. Returns 1, or 0 when there is no memory;
   then unit->inherited is 0. */
extern int units_inherit (struct units *units, struct unit *unit, pid_t pid, pid_t group) ;
/* Sets one of the unit's two watches; -1: none. Returns 1, or 0 when there is no memory. */
extern int units_set_watch (struct units *units, struct unit *unit, unsigned int which, int watch) ;

/* Renames a unit, and its logger. The supervisor is not told. */
extern void units_rename (struct unit *unit, char const *name) ;

/* Sets the unit's deadline. It has one at most, so the last one is replaced. */
extern void units_arm (struct units *units, struct unit *unit, enum deadline_kind kind) ;
extern void units_disarm (struct units *units, struct unit *unit) ;
/* Does any unit wait for its turn (DEADLINE_TURN)? */
extern int units_have_turns (struct units const *units) ;
/* The unit whose deadline comes first, or 0. */
extern struct unit *units_first_deadline (struct units const *units) ;

/* Adds an event of the unit to the queue for loop.c. Of several SEEN or UNSEEN events in a row the
   last one counts. A released unit gets no events. */
extern void units_post (struct units *units, struct unit *unit, enum unit_event event) ;
/* Takes the next event. Returns its unit; 0: there is none. */
extern struct unit *units_take (struct units *units, enum unit_event *event) ;

/* Does the unit have a supervisor, or will it get one to go on with what runs? */
extern int units_may_run (struct unit const *unit) ;
/* Is it a logger or the collector, and so none of the user's services? */
extern int units_is_logger (struct unit const *unit) ;
/* Is its phase LEAVING or RETURNING? */
extern int units_is_leaving (struct unit const *unit) ;
/* Does it have a supervisor whose end nobody reports to the scanner: not a child, and without a
   pidfd? */
extern int units_is_unwatched (struct unit const *unit) ;

#endif
