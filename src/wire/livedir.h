/* LIVE: where the tree's state is. */

#ifndef REEVE_WIRE_LIVEDIR_H
#define REEVE_WIRE_LIVEDIR_H

#include <stddef.h>
#include <sys/types.h>

#include "base/trust.h"

#define LIVEDIR_PATH_MAX 4096

/* A place that will not do, and why. */
struct livedir_attempt
{
  char path[LIVEDIR_PATH_MAX] ;
  struct trust_refusal why ;
} ;

/* Makes `path` if need be (its parents must exist), and its .s6-svscan; tests that both are
   to be trusted (trust.h), with what is in .s6-svscan, and that `path` can be written. It
   may be a sticky directory to which others may write, a tmpfs say: what they put there
   is asked for its owner.
     flags  enum trust_flag
   Returns a descriptor of it for fchdir(), close-on-exec, or -1 with *why. */
extern int livedir_use (char const *path, unsigned int flags, struct trust_refusal *why) ;

/* The scanner's choice, when no -l is given: `$REEVE_LIVE`; else the first that
   livedir_use takes of /run/service, /dev/shm/reeve-UID/service,
   /tmp/reeve-UID/service. /run/service is 0755 for root, 0700 for others; reeve-UID is
   0700, the caller's, and no link.
     out       the path; written on success
     flags     as for livedir_use
     attempts  one for each place tried, at least 3 elements; *n of them are set
   Returns a descriptor (*n attempts failed before it), or -1 when none will do. */
extern int livedir_choose (char out[LIVEDIR_PATH_MAX], unsigned int flags, struct livedir_attempt attempts[3], unsigned int *n) ;

/* Says which place was taken, and why not the others, if there were any. */
extern void livedir_say_other_place (char const *live, struct livedir_attempt const *attempts, unsigned int n) ;

/* Says what livedir_choose has tried and how to mend it, and exits 111.
     by  what the caller lets name another place, "REEVE_LIVE" say */
extern void livedir_die_without_place (struct livedir_attempt const *attempts, unsigned int n, char const *by) __attribute__((noreturn)) ;

/* The client's choice, when no -l is given: `$REEVE_LIVE`; else the one of the
   places above whose scanner's lock is held, or that of /init, which becomes the
   scanner; root tries PID 1's uid as well.
   Returns 1, or 0 with errno: ENOENT when there is none; another when that of
   /run/service cannot be told (EACCES: only its scanner's user and root may). */
extern int livedir_find (char out[LIVEDIR_PATH_MAX]) ;

#endif
