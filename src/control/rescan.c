#include <errno.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/services.h"
#include "wire/channels.h"

int command_rescan (struct request const *request)
{
  if (fifo_send(SCAN_CONTROL_FIFO, "h", 1)) return EXIT_YES ;
  if (errno == ENXIO || errno == ENOENT) return services_say_no_scanner(request) ;
  strerr_warnwu3sys("order a rescan of the scanner on ", request->live, services_who_may()) ;
  return EXIT_SYSTEM ;
}
