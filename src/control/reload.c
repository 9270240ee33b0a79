#include <skalibs/strerr.h>

#include "control/control.h"

/* A signal changes no state that could be waited for. */
int command_reload (struct request const *request)
{
  struct view before ;
  int code = EXIT_YES ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    struct view view ;
    int r ;
    if (view_read(&view, request->names[i]) && !view.up)
    {
      strerr_warnw2x(request->names[i], " is not up: there is nothing to reload") ;
      r = EXIT_NO ;
    }
    else r = await_send(request, request->names[i], "l", &before) ;
    if (!code) code = r ;
  }
  return code ;
}
