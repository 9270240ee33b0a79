#include "control/control.h"

int command_start (struct request const *request)
{
  return await_all(request, "u", &await_ready_again) ;
}
