#include <errno.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/spawn.h"
#include "service/executable.h"
#include "supervise/supervisor.h"
#include "wire/channels.h"

void child_say_not_started (struct supervisor const *s, char const *path, int err, int executing, char const *next)
{
  char why[EXECUTABLE_WHY_MAX] ;
  if (executing)
  {
    strerr_warnwu5x("execute ", path, next, ": ", executable_why_not(path, err, why, sizeof why)) ;
    return ;
  }
  errno = err ;
  if (err == EPERM && s->settings.new_pid_namespace)
    strerr_warnwu3sys("start ", path, " in a PID namespace of its own: flag-newpidns needs CAP_SYS_ADMIN") ;
  else strerr_warnwu3sys("start ", path, next) ;
}

char const *child_script (struct supervisor const *s)
{
  if (phase_is_up(s->phase) || s->phase == PHASE_STRAYS) return "./run" ;
  return s->undone ? "./undo" : "./finish" ;
}

void child_close (int fd)
{
  if (fd >= 0) fd_close(fd) ;
}

void child_pass (struct spawn *request, int from, int to)
{
  if (from >= 0) request->fd[request->nfds++] = (struct spawn_fd) { .from = from, .to = to } ;
}

/* Starts the process. The child itself writes its birth into the state; the supervisor does so,
   too, if it lives to see it. */
int child_start (struct supervisor *s, struct spawn *request, char what, int *executing)
{
  struct birth birth = { .number = s->births + 1, .what = what, .process = { .pid = s->self } } ;
  pid_t pid ;
  request->birth = &birth ;
  request->birth_fd = s->state ;
  publish_now(s) ; /* saves why the process is started: a successor adds only the birth */
  pid = spawn(request, executing) ;
  request->birth = 0 ;
  s->births++ ;
  s->state_pending = 1 ;
  if (!pid) return 0 ;
  s->process = birth.process ;
  s->process_fd = -1 ;
  s->is_child = 1 ;
  s->adopted = s->end_noted = 0 ;
  return 1 ;
}
