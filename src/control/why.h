/* Why a service is as it is. */

#ifndef REEVE_CONTROL_WHY_H
#define REEVE_CONTROL_WHY_H

/* Prints all that is known of why the service is as it is: sentences, and the last lines of its log. */
extern void why_print (char const *name) ;

#endif
