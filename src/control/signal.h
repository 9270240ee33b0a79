/* Asking supervisors to send their services a signal. */

#ifndef REEVE_CONTROL_SIGNAL_H
#define REEVE_CONTROL_SIGNAL_H

#include "control/control.h"

struct view ;

/* Is there a process to signal? */
typedef int signal_condition (struct view const *) ;

/* Sends the supervisor of each service of the request a letter that asks for a signal. Then waits until
   each supervisor has sent the signal, or could not. Nobody can know whether a signal had an effect.
     may   services for which it returns 0 are not asked; a message says so
     what  what the signal is for: "signal", "reload"
   Returns an exit code, the first that is not EXIT_YES; there was a message for each of these. */
extern int signal_all (struct request const *request, char const *letter, signal_condition *may, char const *what) ;

#endif
