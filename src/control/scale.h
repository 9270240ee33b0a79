/* The arguments of `reeve scale`. */

#ifndef REEVE_CONTROL_SCALE_H
#define REEVE_CONTROL_SCALE_H

#include "control/control.h"

/* Takes the arguments of `scale`: the last one is request->word, how many. Returns EXIT_YES, or
   EXIT_USAGE: that has been said. */
extern int scale_take (struct request *request, char **arguments) ;

#endif
