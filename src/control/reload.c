#include "control/control.h"
#include "control/signal.h"
#include "control/view.h"

static int is_up (struct view const *view)
{
  return view->up ;
}

int command_reload (struct request const *request)
{
  return signal_all(request, "l", &is_up, "reload") ;
}
