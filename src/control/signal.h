/* Asking a supervisor to send its service a signal. */

#ifndef REEVE_CONTROL_SIGNAL_H
#define REEVE_CONTROL_SIGNAL_H

#include "control/control.h"

/* Sends the supervisor of the service `name` a letter that asks for a signal. Waits until the supervisor
   has sent the signal, or could not. Nobody can know whether the signal had an effect.
   Returns an exit code, after a message if that is not EXIT_YES. */
extern int signal_send (struct request const *request, char const *name, char const *letter) ;

#endif
