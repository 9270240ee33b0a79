/* When each service was ready, and which one it waited for. */

#ifndef REEVE_CONTROL_TIMELINE_H
#define REEVE_CONTROL_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "control/view.h"
#include "service/graph.h"

/* The last start of a service. Times are the wall clock's, in milliseconds; 0: none, or it is not known. */
struct timing
{
  char const *name ; /* CMD's is "CMD" */
  struct graph_node const *node ; /* CMD's has the name DEPENDENCIES_COMMAND */
  enum view_state state ;
  uint64_t begin_ms ; /* it would have started, but for what it needs */
  uint64_t start_ms ; /* ./run was executed; of one that runs, or of a task that is done */
  uint64_t ready_ms ;
  uint64_t held_ms ; /* how long; so far, in STATE_HELD */
  uint64_t took_ms ; /* from execution to ready; so far, if it is not */
  struct timing const *by ; /* of those that it needs, the last to be ready before it started; 0: none, or they have been started again since */
  unsigned int runs : 1 ; /* or is done: the times from execution on hold */
  unsigned int told : 1 ; /* it tells when it is ready, or is a task; else it counts as ready when it is executed */
  unsigned int again : 1 ; /* it is not its first start */
  unsigned int later : 1 ; /* that, or it was no part of the tree's start: more than a minute after it could have been, or after the others */
  unsigned int lost : 1 ; /* something that it needs was started again since: whom it waited for is not known for certain */
} ;

struct timeline
{
  struct graph graph ;
  struct timing *all ; /* of all services but loggers, and of CMD */
  size_t count ;
  uint64_t begin_ms ; /* of the scanner, or of the first service, if that was before */
  uint64_t now_ms ;
} ;

/* The caller frees it. Returns 0 when that cannot be learnt, which has been said. */
extern int timeline_learn (struct timeline *line) ;
extern void timeline_free (struct timeline *line) ;

#endif
