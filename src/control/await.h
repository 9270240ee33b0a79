/* Sending commands to supervisors, and waiting for what these commands bring about. */

#ifndef REEVE_CONTROL_AWAIT_H
#define REEVE_CONTROL_AWAIT_H

#include "control/control.h"
#include "control/view.h"

#define COMMAND_UP_IN_ORDER "w" /* Reeve's own: wanted up, and started when what it needs is ready */
#define COMMAND_ANOTHER "n" /* likewise: another ./run than the one that runs, once, whether that ends by itself or by this */

/* What a service is waited for; `before` is what await_send saw, 0 if nothing was sent.
   1: reached; 0: not yet; -1: never, and it has been said why. */
typedef int await_condition (struct view const *view, char const *name, struct view const *before) ;

/* Waits until `condition` holds for the service. `letters` were sent, `u`, `w`, `d` or `O` the
   first (0: nothing was); until the supervisor has taken that, which no event tells,
   it is asked for. It has when the service is wanted so, or is no more what it was
   before: one that fails at once may not be wanted any more. A successor of the
   supervisor is sent them again.
   What cannot come about while this process lives, since the service's ./finish or ./run
   waits for it, is not waited for, and that is said: EXIT_YES if letters were sent, else
   EXIT_NO.
   Returns an exit code; what is not EXIT_YES has been reported. */
extern int await (struct request const *request, char const *name, char const *letters, struct view const *before, await_condition *condition) ;

/* Sends s6's letters to the supervisor of `name`; waits for it where the scanner
   has not come to the service yet.
     before  the caller's: what was known of the service just before
   Returns an exit code, as await does. */
extern int await_send (struct request const *request, char const *name, char const *letters, struct view *before) ;

/* The request without the tasks that are done: --all does not mean them. The caller frees its
   names, but not what they point to; 0 when there is no memory, which has been said. */
extern int await_without_done (struct request const *request, struct request *out) ;

/* Sends letters to all that the request names, then waits for each.
   Returns the exit code of the first that failed. */
extern int await_all (struct request const *request, char const *letters, await_condition *condition) ;

/* Is it a task that ran, or was finishing, when it was told to run again (COMMAND_ANOTHER), and has
   been done since, before its supervisor has read that? */
extern int await_has_ended_by_itself (struct view const *view, struct view const *before) ;

/* Has it failed for good, or done what it had to do? Then says so. */
extern int await_never (struct view const *view, char const *name) ;

extern await_condition await_ready ; /* or has done what it had to do */
/* That, after it was told to start: one that was stopped before it got ready never is. */
extern await_condition await_ready_again ;
/* Ready, or down and meant to be, but not for good: for --all. */
extern await_condition await_ready_if_wanted ;
extern await_condition await_up ;
extern await_condition await_up_if_wanted ; /* or has done what it had to do */
extern await_condition await_done ;
extern await_condition await_done_if_task ; /* for --all: or is none, or is not to run */
extern await_condition await_healthy ; /* or has done what it had to do */
extern await_condition await_healthy_if_wanted ;
extern await_condition await_down ;
/* Down with its ./finish, and not to be started again; or never started, nor wanted. A task must
   have ended. */
extern await_condition await_finished ;
/* Down with its ./finish, whatever comes then, and not done: for `stop`. Never, if the ./undo that
   this takes has failed. */
extern await_condition await_stopped ;

#endif
