/* As what a process runs: what `exec`, `env` and `try` take over from it. */

#ifndef REEVE_CONTROL_LIKENESS_H
#define REEVE_CONTROL_LIKENESS_H

#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "control/control.h"

#define LIKENESS_GROUPS_MAX 1024
#define LIKENESS_LIMITS_MAX 16

/* As what a program is to be executed. */
struct likeness
{
  char const *of ; /* for messages */
  pid_t pid ; /* whose: of the service's process, or the scanner's */
  int proc ; /* its directory in /proc: no other process's, even if the pid is used again */
  char **environment ; /* allocated, as is the text that it points into */
  char *text ;
  uid_t uid ;
  gid_t gid ;
  gid_t groups[LIKENESS_GROUPS_MAX] ;
  size_t group_count ;
  mode_t umask ;
  int cwd ; /* -1: it may not be opened */
  struct rlimit limits[LIKENESS_LIMITS_MAX] ;
  int limit_count ;
  unsigned int has_umask : 1 ; /* Linux 4.7 tells it */
  unsigned int is_scanner : 1 ;
} ;

enum likeness_of
{
  LIKENESS_SERVICE, /* its process; where it does not run, the scanner */
  LIKENESS_SUPERVISOR /* as what its ./run is executed */
} ;

/* Whom the service request->names[0] is to be like, as far as anybody may read that. Returns an exit code. */
extern int likeness_find (struct likeness *like, struct request const *request, enum likeness_of of) ;
/* What only its user may read, and root with CAP_SYS_PTRACE, once. Returns 0 with errno. */
extern int likeness_read (struct likeness *like) ;
/* That something of it cannot be read. Returns an exit code. */
extern int likeness_say_unreadable (struct likeness const *like, char const *what) ;
/* This process takes its limits, as far as it may. */
extern void likeness_take_limits (struct likeness const *like) ;
/* And its user and groups. Returns 0 with errno. */
extern int likeness_take_identity (struct likeness const *like) ;

#endif
