#include <unistd.h>

#include "base/process.h"
#include "control/caller.h"

#define GENERATIONS_MAX 1000 /* no process has more ancestors */

/* Returns which of this process and its ancestors is a child of `pid`; 0: none. */
static pid_t child_of (pid_t pid)
{
  struct process_look look ;
  pid_t at = getpid() ;
  for (unsigned int i = 0 ; i < GENERATIONS_MAX && at > 1 && process_look(at, &look) ; i++)
  {
    if (look.parent == pid) return at ;
    at = look.parent ;
  }
  return 0 ;
}

int caller_descends_from (pid_t pid)
{
  return pid > 0 && (getppid() == pid || child_of(pid)) ;
}

int caller_is_within (pid_t pid)
{
  return pid > 0 && (getsid(0) == pid || caller_descends_from(pid)) ;
}

int caller_is_script_of (pid_t pid)
{
  pid_t script = pid > 0 ? child_of(pid) : 0 ;
  return script && script != getpid() ;
}
