/* Why a service is as it is. */

#ifndef REEVE_CONTROL_WHY_H
#define REEVE_CONTROL_WHY_H

/* Prints, in sentences, the state of the service `name`, how that came about, and what to do; then the
   last lines of its log. */
extern void why_print (char const *name) ;

#endif
