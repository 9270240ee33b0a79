#include "control/control.h"

int command_stop (struct request const *request)
{
  return await_all(request, "d", &await_stopped) ;
}
