/* The arguments of `reeve scale`. */

#ifndef REEVE_CONTROL_SCALE_H
#define REEVE_CONTROL_SCALE_H

#include "control/control.h"

/* Reads the arguments of `reeve scale` into the request: the last one, the number of instances, becomes
   request->word; the others become request->names. Returns EXIT_YES, or EXIT_USAGE after a message. */
extern int scale_take (struct request *request, char **arguments) ;

#endif
