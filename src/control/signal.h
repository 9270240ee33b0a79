/* Having a supervisor send a signal. */

#ifndef REEVE_CONTROL_SIGNAL_H
#define REEVE_CONTROL_SIGNAL_H

#include "control/control.h"

/* Sends a letter that has the supervisor of `name` send a signal to the service's process,
   and waits until it has, or could not; that it took effect is nothing that anybody could
   know. Returns an exit code; what is not EXIT_YES has been reported. */
extern int signal_send (struct request const *request, char const *name, char const *letter) ;

#endif
