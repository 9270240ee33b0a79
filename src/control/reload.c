#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/signal.h"
#include "control/view.h"

int command_reload (struct request const *request)
{
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
    else r = signal_send(request, request->names[i], "l") ;
    if (!code) code = r ;
  }
  return code ;
}
