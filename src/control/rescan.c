#include <errno.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/services.h"
#include "wire/channels.h"

int command_rescan (struct request const *request)
{
  if (fifo_send(SCAN_CONTROL_FIFO, "h", 1)) return EXIT_YES ;
  if (errno == ENXIO || errno == ENOENT)
  {
    strerr_warnw2x("no scanner runs on ", request->live) ;
    return EXIT_NO ;
  }
  strerr_warnwu3sys("order a rescan of the scanner on ", request->live, services_who_may()) ;
  return EXIT_SYSTEM ;
}
