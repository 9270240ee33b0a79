#include "scan/child.h"

#include "base/program.h"

int child_stdin (struct scanner *s, struct spawn *request)
{
  if (s->in_place) return 1 ;
  if (s->nothing == -1) s->nothing = spawn_nothing_to_read() ;
  if (s->nothing == -1) return 0 ;
  request->fd[request->nfds++] = (struct spawn_fd) { .from = s->nothing, .to = 0 } ;
  return 1 ;
}

int child_find_supervise (struct scanner *s)
{
  if (program_beside(s->supervise, SUPERVISE_PROGRAM)) return 1 ;
  s->supervise[0] = 0 ;
  return 0 ;
}
