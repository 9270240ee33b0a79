/* When each service started and was ready, and which service it waited for. */

#ifndef REEVE_CONTROL_TIMELINE_H
#define REEVE_CONTROL_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "control/view.h"
#include "service/graph.h"

/* The last start of a service, or of CMD. Times are of the wall clock, in milliseconds since 1970; 0: not
   (yet), or not known. */
struct timing
{
  char const *name ; /* CMD's is "CMD" */
  struct graph_node const *node ; /* CMD's has the name DEPENDENCIES_COMMAND */
  enum view_state state ;
  uint64_t begin_ms ; /* when it could have started if it needed nothing */
  uint64_t start_ms ; /* when ./run was executed; 0 also if it neither runs nor is a done task */
  uint64_t ready_ms ; /* when it was ready */
  uint64_t held_ms ; /* a duration: how long it was held; in STATE_HELD, until now */
  uint64_t took_ms ; /* a duration: from execution until ready; if it is not ready, until now */
  struct timing const *by ; /* of the services that it needs, the last that was ready before it started; 0: none, or they were started again since */
  unsigned int runs : 1 ; /* it runs, or is a done task: start_ms and took_ms are known */
  unsigned int told : 1 ; /* it tells when it is ready, or is a task. Else it counts as ready when it is executed */
  unsigned int again : 1 ; /* this was not its first start */
  unsigned int later : 1 ; /* it was no part of the start of the tree: it was started again, or more than a minute later than it could have been, or was added later */
  unsigned int lost : 1 ; /* a service that it needs was started again since, so `by` may be wrong */
} ;

struct timeline
{
  struct graph graph ;
  struct timing *all ; /* of all services but loggers, and of CMD */
  size_t count ;
  uint64_t begin_ms ; /* when the scanner started; when the first service did, if that was before */
  uint64_t now_ms ; /* when this was learnt */
} ;

/* Returns what was ready last; 0: nothing is ready. Services that started later (timing.later) count only if
   there is no other. */
extern struct timing const *timeline_last (struct timeline const *line) ;

/* Learns the timing of all services, and of CMD. The caller frees it with timeline_free(). Returns 0
   after a message. */
extern int timeline_learn (struct timeline *line) ;
extern void timeline_free (struct timeline *line) ;

#endif
