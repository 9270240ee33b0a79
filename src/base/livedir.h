/* LIVE: where the tree's state is. */

#ifndef REEVE_BASE_LIVEDIR_H
#define REEVE_BASE_LIVEDIR_H

#include <stddef.h>
#include <sys/types.h>

#define LIVEDIR_PATH_MAX 4096

/* What stands in the way of using a directory, in words; for livedir_choose. */
struct livedir_attempt
{
  char path[LIVEDIR_PATH_MAX] ;
  int err ; /* errno: EPERM when somebody else owns it */
} ;

/* The scanner's choice, when no -l is given: `$REEVE_LIVE`; else the first that
   can be made and written of /run/service, /dev/shm/reeve-UID/service,
   /tmp/reeve-UID/service. /run/service is 0755 for root, 0700 for others;
   reeve-UID is 0700, and refused when it is a link or somebody else owns it.
     out       the path; written on success
     attempts  one for each place tried, at least 3 elements; *n of them are set
   Returns 1 (*n attempts failed before it), or 0 when none will do. */
extern int livedir_choose (char out[LIVEDIR_PATH_MAX], struct livedir_attempt attempts[3], unsigned int *n) ;

/* Says what livedir_choose has tried and how to mend it, and exits 111.
     by  what the caller lets name another place, "REEVE_LIVE" say */
extern void livedir_die_without_place (struct livedir_attempt const *attempts, unsigned int n, char const *by) __attribute__((noreturn)) ;

/* Makes `path` (its parents must exist) and tests that it can be written.
   Returns 1, or 0 with errno. */
extern int livedir_use (char const *path) ;

/* The client's choice, when no -l is given: `$REEVE_LIVE`; else the one of the
   places above whose scanner's lock is held, or that of /init, which becomes the
   scanner; root tries PID 1's uid as well.
   Returns 1, or 0 with errno: ENOENT when there is none; another when that of
   /run/service cannot be told (EACCES: only its scanner's user and root may). */
extern int livedir_find (char out[LIVEDIR_PATH_MAX]) ;

#endif
