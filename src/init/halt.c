#include <errno.h>

#include <skalibs/strerr.h>

#include "base/trust.h"
#include "init/init.h"
#include "wire/channels.h"

int halt_main (int argc, char const *const *argv)
{
  char live[LIVEDIR_PATH_MAX] ;
  char control[PLACE_MAX] ;
  (void)argc ;
  (void)argv ;
  trust_nobody() ; /* the caller may be root, and the tree another user's */
  if (!livedir_find(live))
  {
    if (errno == ENOENT) strerr_dief1x(EXIT_SYSTEM, "no scanner is running") ;
    strerr_diefu1sys(EXIT_SYSTEM, "look for the scanner in /run/service") ;
  }
  if (!place_control(control, live, "control") || !fifo_send(control, "t", 1))
    strerr_diefu2sys(EXIT_SYSTEM, "tell the scanner to stop, on ", live) ;
  return 0 ;
}
