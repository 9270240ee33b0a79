/* Sending commands to supervisors, and waiting until a service is in a state.

   await.c             sending and waiting
   await_conditions.c  the states that can be waited for

   Every function that returns an exit code has written a message when that is not EXIT_YES. */

#ifndef REEVE_CONTROL_AWAIT_H
#define REEVE_CONTROL_AWAIT_H

#include "control/control.h"
#include "control/view.h"

/* Commands are the letters that s6's supervisor takes, and these two of Reeve's own. */
#define COMMAND_UP_IN_ORDER "w" /* the service is wanted up, and starts when what it needs is ready */
#define COMMAND_ANOTHER "n" /* the service runs anew, once: what runs now ends, by itself or by this command */

/* Is the service in the state that is waited for?
     view    the service now
     name    its name, for a message
     before  the service as await_send() saw it; 0: nothing was sent
   Returns 1: yes; 0: not yet; -1: it never will be, and a message says why. */
typedef int await_condition (struct view const *view, char const *name, struct view const *before) ;

/* Waits until `condition` holds for the service `name`.
     letters  what await_send() sent before; 0: nothing
     before   the service as await_send() saw it
   After a send, the condition counts only from when the supervisor has taken the command. It has
   taken the command when the service is wanted as the command says, or has changed. (A service that
   fails at once may already be wanted down again.) When a supervisor dies before it takes the
   command, its successor is sent the command again.
   Where the service waits for this very process (the command runs in its ./finish or ./run), waiting
   would never end. Then await() says so, and returns EXIT_YES if letters were sent, else EXIT_NO.
   Returns an exit code. */
extern int await (struct request const *request, char const *name, char const *letters, struct view const *before, await_condition *condition) ;

/* Sends letters to the supervisor of the service `name`. Where the scanner has not come to the
   service yet, waits for its supervisor. Does not start a service that a `reeve try` runs.
     before  the caller's: gets what was known of the service just before
   Returns an exit code. */
extern int await_send (struct request const *request, char const *name, char const *letters, struct view *before) ;

/* Sends letters to all services of the request, then waits for each.
   Returns the exit code of the first that failed. */
extern int await_all (struct request const *request, char const *letters, await_condition *condition) ;

/* Copies the request without the tasks that are done, which --all does not mean. The caller frees
   out->names, but not the names themselves. Returns 0, after a message, when there is no memory. */
extern int await_without_done (struct request const *request, struct request *out) ;

/* Has a task ended by itself after it was sent COMMAND_ANOTHER, before its supervisor read that?
   Then it is done, but has not run anew. */
extern int await_has_ended_by_itself (struct view const *view, struct view const *before) ;

/* Says that the service is disabled, and why. */
extern void await_say_disabled (struct view const *view, char const *name) ;

/* Will the service not start again unless told to: has it failed for good, is it done, or disabled?
   Then says so, and returns 1. */
extern int await_never (struct view const *view, char const *name) ;

/* ---- conditions ---- */

/* In what follows, a service that `restart` does not start again after a success counts as ready, and
   as healthy. The conditions with "if" are for --all: services that are down and shall be down
   count as well. */

extern await_condition await_ready ;
extern await_condition await_ready_again ; /* ready after a command to start; never, when the service is stopped meanwhile */
extern await_condition await_ready_if_wanted ;
extern await_condition await_up ;
extern await_condition await_up_if_wanted ; /* a done task counts as well */
extern await_condition await_done ; /* never, of a service that is no task */
extern await_condition await_done_if_task ; /* what is no task counts as well */
extern await_condition await_healthy ;
extern await_condition await_healthy_if_wanted ;
extern await_condition await_down ;
extern await_condition await_finished ; /* down, ./finish has ended, and not wanted up. A task must have run */
extern await_condition await_stopped ; /* down, and ./finish and ./undo have ended; never, when the ./undo failed */

#endif
