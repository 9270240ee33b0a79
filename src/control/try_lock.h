/* One `reeve try` of a service runs at a time, and nobody else starts that service meanwhile. */

#ifndef REEVE_CONTROL_TRY_LOCK_H
#define REEVE_CONTROL_TRY_LOCK_H

#include "control/control.h"

/* Returns a descriptor that holds the lock until it is closed; -1: another one has it; -2 with errno: there is none. */
extern int try_lock (char const *name) ;
/* Does a `reeve try` run the service `name` now, as far as the caller may know? */
extern int try_is_under_way (char const *name) ;
/* Returns EXIT_NO when a `reeve try` runs one of the services that the request names, and says for
   each how to end that; else EXIT_YES. What is done to such a service would be undone when the try ends. */
extern int try_refuses (struct request const *request) ;

#endif
