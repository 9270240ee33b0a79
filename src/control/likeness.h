/* How a process runs: its user, groups, limits, umask, environment and working directory. `exec`,
   `env` and `try` read these from the process of a service, and take them over. */

#ifndef REEVE_CONTROL_LIKENESS_H
#define REEVE_CONTROL_LIKENESS_H

#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "control/control.h"

#define LIKENESS_GROUPS_MAX 1024
#define LIKENESS_LIMITS_MAX 16

/* What is taken over. */
struct likeness
{
  char const *of ; /* the name of the service, for messages */
  pid_t pid ; /* the process: the service's, its supervisor, or the scanner */
  int proc ; /* a descriptor of its /proc/PID: of this process only, even if the pid is used again */
  char **environment ; /* allocated; points into `text` */
  char *text ; /* allocated */
  uid_t uid ;
  gid_t gid ;
  gid_t groups[LIKENESS_GROUPS_MAX] ;
  size_t group_count ;
  mode_t umask ;
  int cwd ; /* a descriptor of the working directory; -1: this user may not open it */
  struct rlimit limits[LIKENESS_LIMITS_MAX] ;
  int limit_count ;
  unsigned int has_umask : 1 ; /* /proc tells it since Linux 4.7 */
  unsigned int is_scanner : 1 ; /* the service does not run: `pid` is the scanner */
} ;

enum likeness_of
{
  LIKENESS_SERVICE, /* the service's process; if the service does not run, the scanner */
  LIKENESS_SUPERVISOR /* the supervisor: ./run starts with what the supervisor has */
} ;

/* Finds the process for the service request->names[0], and reads what every user may read. Returns an
   exit code, after a message if that is not EXIT_YES. */
extern int likeness_find (struct likeness *like, struct request const *request, enum likeness_of of) ;
/* Reads the rest: only the process's user, and root with CAP_SYS_PTRACE, may read that. To be called
   once. Returns 1, or 0 with errno. */
extern int likeness_read (struct likeness *like) ;
/* Says that `what` cannot be read, with errno. Returns an exit code. */
extern int likeness_say_unreadable (struct likeness const *like, char const *what) ;
/* Sets the limits of this process, as far as the kernel allows. */
extern void likeness_take_limits (struct likeness const *like) ;
/* Sets the user and groups of this process. Returns 1, or 0 with errno. */
extern int likeness_take_identity (struct likeness const *like) ;

#endif
