/* Who has started this process: a command must not wait for what waits for the command itself. */

#ifndef REEVE_CONTROL_CALLER_H
#define REEVE_CONTROL_CALLER_H

#include <sys/types.h>

/* Does this process descend from `pid`? 0 also when that cannot be told. */
extern int caller_descends_from (pid_t pid) ;
/* That, or is it in the session that `pid` leads? */
extern int caller_is_within (pid_t pid) ;
/* Does it belong to a script that `pid` has started, and that still runs? */
extern int caller_is_script_of (pid_t pid) ;

#endif
