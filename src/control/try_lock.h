/* The lock of `reeve try`. While a `reeve try` runs a service, it holds a lock on the service's directory:
   no second `reeve try` runs the service, and other commands do not start, stop or remove it. */

#ifndef REEVE_CONTROL_TRY_LOCK_H
#define REEVE_CONTROL_TRY_LOCK_H

#include "control/control.h"

/* Takes the lock of the service `name`. Returns a descriptor: closing it releases the lock. -1: another
   process has the lock; -2 with errno: the lock cannot be taken. */
extern int try_lock (char const *name) ;
/* Does a `reeve try` run the service `name` now? Also 0 when this user may not know. */
extern int try_is_under_way (char const *name) ;
/* Returns EXIT_NO when a `reeve try` runs a service of the request, after a message for each that says
   how to end the try; else EXIT_YES. Whatever a command does to such a service, the end of the try would
   undo. */
extern int try_refuses (struct request const *request) ;

#endif
