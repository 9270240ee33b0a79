/* The environment that services get. enable-if and the `count` of a template refer to it.

   It is the scanner's own environment, which all services inherit. Under /init, a variable that is
   saved in s6/container_environment (beside LIVE) comes first, as with-contenv has it: a script in
   cont-init.d may have changed it there, and with S6_KEEP_ENV=0 most variables are nowhere else. */

#ifndef REEVE_SCAN_ENVIRONMENT_H
#define REEVE_SCAN_ENVIRONMENT_H

#include "scan/scanner.h"

#define ENVIRONMENT_VALUE_MAX 4096

struct environment
{
  int saved ; /* a descriptor of the directory of saved variables; -1: there is none */
  char value[ENVIRONMENT_VALUE_MAX + 1] ; /* of a saved variable */
} ;

extern void environment_open (struct scanner const *s, struct environment *environment) ;
/* The value, until the next call; 0: it is not set. */
extern char const *environment_value (struct environment *environment, char const *name) ;
extern void environment_close (struct environment *environment) ;

#endif
