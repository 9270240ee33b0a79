/* From the names on the command line to the names of services. */

#ifndef REEVE_CONTROL_MATCH_H
#define REEVE_CONTROL_MATCH_H

#include "control/control.h"

/* Replaces request->names by the names of the services that they mean. Each service is listed once.
   - Slashes at the end of a name are cut.
   - The name of a service means that service, even if it looks like a pattern.
   - A pattern (fnmatch()'s) means all services that match. `*` matches no slash: a pattern without a
     slash matches no loggers. If request->acts, disabled services do not match, unless no other does.
   Returns EXIT_YES; or, after a message, EXIT_NO: a pattern matches nothing; EXIT_USAGE: there is no
   such service; EXIT_SYSTEM. */
extern int match_names (struct request *request) ;
/* The same for the names of templates. */
extern int match_templates (struct request *request) ;

#endif
