/* Output that a logger does not take. */

#ifndef REEVE_CONTROL_BACKLOG_H
#define REEVE_CONTROL_BACKLOG_H

#include "control/control.h"

/* For each name that the request has: how many bytes wait for its logger (or, of a logger,
   for itself) while nothing is taken of them for a second; 0: none, or that cannot be told.
   Where no byte waits it takes no time. Returns 1, or 0 with errno. */
extern int backlog_find (struct request const *request, unsigned int *bytes) ;

#endif
