/* Output of services that waits because a logger does not read it. */

#ifndef REEVE_CONTROL_BACKLOG_H
#define REEVE_CONTROL_BACKLOG_H

#include "control/control.h"

/* Looks, for each name of the request, whether its logger (or the logger that it is) is stuck: whether
   bytes wait for that logger, and it takes none of them for a second. Writes the number of bytes that
   wait to `bytes`; 0: the logger is not stuck, or that is not known. Takes that second only if bytes
   wait at all. Returns 1, or 0 with errno. */
extern int backlog_find (struct request const *request, unsigned int *bytes) ;

#endif
