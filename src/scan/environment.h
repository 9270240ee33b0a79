/* The environment that services get, as what a service directory says is about it (enable-if, the
   count of a template).

   It is the scanner's own, which all services inherit, after cont-init.d: under /init a variable
   that is saved in s6/container_environment beside LIVE is what is there, as with-contenv has it.
   A script in cont-init.d may have changed it, and with S6_KEEP_ENV=0 most are nowhere else. */

#ifndef REEVE_SCAN_ENVIRONMENT_H
#define REEVE_SCAN_ENVIRONMENT_H

#include "scan/scanner.h"

#define ENVIRONMENT_VALUE_MAX 4096

struct environment
{
  int saved ; /* a descriptor; -1: there is none */
  char value[ENVIRONMENT_VALUE_MAX + 1] ; /* of one that is saved */
} ;

extern void environment_open (struct scanner const *s, struct environment *environment) ;
/* The value, until the next call; 0: it is not set. */
extern char const *environment_value (struct environment *environment, char const *name) ;
extern void environment_close (struct environment *environment) ;

#endif
