/* The live directory, LIVE: where the state of the tree is. */

#ifndef REEVE_WIRE_LIVEDIR_H
#define REEVE_WIRE_LIVEDIR_H

#include <stddef.h>
#include <sys/types.h>

#include "base/trust.h"

#define LIVEDIR_PATH_MAX 4096

/* A place that cannot be used, and why. */
struct livedir_attempt
{
  char path[LIVEDIR_PATH_MAX] ;
  struct trust_refusal why ;
} ;

/* Makes `path` if it is not there (its parents must exist), and its .s6-svscan. Tests that
   both, and the entries of .s6-svscan, are to be trusted (trust.h), and that the caller
   may write to `path`. `path` may be a sticky directory to which others may write, such
   as a tmpfs: then each entry's owner counts.
     flags  enum trust_flag
   Returns a descriptor of it for fchdir(), close-on-exec, or -1 with *why. */
extern int livedir_use (char const *path, unsigned int flags, struct trust_refusal *why) ;

/* The scanner's choice without -l: `$REEVE_LIVE`; else the first that livedir_use takes
   of /run/service, /dev/shm/reeve-UID/service,
   /tmp/reeve-UID/service. /run/service is 0755 for root, 0700 for others; reeve-UID is
   0700, the caller's, and no link.
     out       the path; written on success
     flags     as for livedir_use
     attempts  one for each place tried, at least 3 elements; *n of them are set
   Returns a descriptor (*n attempts failed before it), or -1 when none will do. */
extern int livedir_choose (char out[LIVEDIR_PATH_MAX], unsigned int flags, struct livedir_attempt attempts[3], unsigned int *n) ;

/* Says which place was taken, and why not the others, if there were any. */
extern void livedir_say_other_place (char const *live, struct livedir_attempt const *attempts, unsigned int n) ;

/* Says what livedir_choose has tried and how to fix it, and exits 111.
     by  how the user can name another place: "-l" or "REEVE_LIVE" */
extern void livedir_die_without_place (struct livedir_attempt const *attempts, unsigned int n, char const *by) __attribute__((noreturn)) ;

/* The client's choice without -l: `$REEVE_LIVE`; else the first of the places above where
   a scanner, or /init, which becomes the scanner, holds a lock. Root tries the places of
   PID 1's user as well.
   Returns 1, or 0 with errno: ENOENT when there is none; EACCES and others when the locks
   in /run/service cannot be asked for. */
extern int livedir_find (char out[LIVEDIR_PATH_MAX]) ;
/* The same, but a place that an earlier scanner has left will do, too. */
extern int livedir_find_left (char out[LIVEDIR_PATH_MAX]) ;

#endif
