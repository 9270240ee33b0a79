#include <errno.h>
#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/control.h"

static int another_is_ready (struct view const *view, char const *name, struct view const *before)
{
  if (view->ready && view->pid == before->pid) return 0 ;
  return await_ready_again(view, name, before) ;
}

/* `u` first, so that one that was to run only once comes back. */
static char const *letters_for (struct view const *before)
{
  return before->up ? "ur" : "u" ;
}

int command_restart (struct request const *request)
{
  struct view *before = calloc(request->count + 1, sizeof *before) ;
  int code = EXIT_YES ;
  if (!before)
  {
    strerr_warnwu1sys("remember the services") ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; i < request->count ; i++)
  {
    int r ;
    view_read(before + i, request->names[i]) ;
    r = await_send(request, request->names[i], letters_for(before + i), before + i) ;
    if (!code) code = r ;
  }
  for (size_t i = 0 ; !code && !request->no_wait && i < request->count ; i++)
    code = await(request, request->names[i], letters_for(before + i), before + i, &another_is_ready) ;
  free(before) ;
  return code ;
}
