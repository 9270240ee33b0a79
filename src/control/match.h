/* Which services the names on the command line mean. */

#ifndef REEVE_CONTROL_MATCH_H
#define REEVE_CONTROL_MATCH_H

#include "control/control.h"

/* Takes the names as a user gives them: with slashes at their ends, and with patterns for several
   (as fnmatch()'s; `*` matches no slash, so that a pattern is a logger's only if it has one). A name
   that is there as it is counts as such. Each is taken once.
   Returns EXIT_YES; or EXIT_NO: a pattern matches nothing, EXIT_USAGE, EXIT_SYSTEM: that has been
   said. */
extern int match_names (struct request *request) ;
/* The same for templates' names. */
extern int match_templates (struct request *request) ;

#endif
