#include <skalibs/strerr.h>

#include "control/control.h"

/* Wanted down again before it got ready. */
static int ready_or_failed (struct view const *view, char const *name, struct view const *before)
{
  (void)before ;
  if (view->ready) return 1 ;
  if (view->state == STATE_DOWN && view->reason == REASON_NONE) strerr_warnw2x(name, " was stopped meanwhile") ;
  else if (!await_never(view, name)) return 0 ;
  return -1 ;
}

int command_start (struct request const *request)
{
  return await_all(request, "u", &ready_or_failed) ;
}
