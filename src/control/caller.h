/* Who has started this process. A command that runs in a service's ./finish must not wait for that
   service, which waits for its ./finish: neither would ever end. */

#ifndef REEVE_CONTROL_CALLER_H
#define REEVE_CONTROL_CALLER_H

#include <sys/types.h>

/* Is `pid` an ancestor of this process? Also 0 when that is not known. */
extern int caller_descends_from (pid_t pid) ;
/* The same, or is `pid` the leader of the session of this process? */
extern int caller_is_within (pid_t pid) ;
/* Has `pid` started a script, which has started this process and still runs? */
extern int caller_is_script_of (pid_t pid) ;

#endif
