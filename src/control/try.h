/* `reeve try`: a service in the foreground of this terminal.

   There are three processes. The first is the one that the user started: it passes signals on, and waits.
   Its child, the keeper, looks after the service. When the service has ended, the keeper starts it again
   under its supervisor, also if the first process was killed. The keeper's child stops the service, and
   becomes its ./run.

   try.c        the first process
   try_keep.c   the keeper
   try_run.c    the keeper's child
   try_lock.c   the lock by which nobody else starts the service (try_lock.h) */

#ifndef REEVE_CONTROL_TRY_H
#define REEVE_CONTROL_TRY_H

#include <stdint.h>
#include <sys/types.h>

#include "control/control.h"
#include "control/likeness.h"
#include "control/view.h"
#include "service/settings.h"

struct try
{
  struct request const *request ;
  char const *name ; /* of the service */
  struct view before ; /* the service before the try */
  struct likeness like ; /* how its ./run is to run */
  struct settings settings ;
  pid_t keeper ;
  pid_t child ; /* the keeper's */
  int live ; /* a descriptor of LIVE */
  int lock ; /* a descriptor: the lock, which the keeper holds; -1: none */
  int signals ; /* a descriptor of signals.h */
  int executed[2] ; /* a pipe. The child writes a byte just before it executes ./run; the execution closes the pipe */
  int notification[2] ; /* a pipe: ./run tells here that it is ready */
  uint64_t started_ms ; /* clock_ms() when ./run was executed; 0: not (yet) */
  uint64_t told_ms ; /* clock_ms() when the service was told to end */
  uint64_t looked_ms ; /* clock_ms() when the keeper looked last at what others do with the service */
  int wstat ; /* of ./run */
  unsigned int has_ended : 1 ;
  unsigned int told : 1 ; /* the service was told to end */
} ;

/* The signals that the first process and the keeper take. */
#define TRY_SIGNALS 5
extern int const try_signals[TRY_SIGNALS] ;

/* Says, with errno, that `what` was not possible with the service. Returns an exit code. */
extern int try_fail (char const *what, struct try const *try) ;

/* The keeper's child: stops the service and executes its ./run. Returns an exit code if that fails. */
extern int try_stop_and_execute (struct try *try) ;
/* The keeper: runs the service and starts it again. Returns an exit code.
     parent  the first process */
extern int try_keep (struct try *try, pid_t parent) ;

#endif
