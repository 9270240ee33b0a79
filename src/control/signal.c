#include <errno.h>
#include <poll.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/clock.h"
#include "control/await.h"
#include "control/control.h"
#include "control/signal.h"
#include "control/view.h"
#include "wire/state.h"

#define LOOK_AGAIN_MS 5
#define WAIT_MS 5000 /* a supervisor may have a child send the signal as another user; this is longer than that child may take */

static int failed (char const *name, unsigned int err)
{
  if (err == ESRCH)
  {
    strerr_warnw2x(name, " is not up: there is nothing to signal") ;
    return EXIT_NO ;
  }
  strerr_warnwu6x("send the signal to ", name, ": ", strerror((int)err), err == EPERM ? ": its process is another user's, and its supervisor has"
    " neither CAP_KILL nor CAP_SETUID" : "", "") ;
  return EXIT_SYSTEM ;
}

int signal_send (struct request const *request, char const *name, char const *letter)
{
  struct view view ;
  struct state before ;
  struct state now ;
  uint64_t until_ms ;
  int known = state_read(name, &before, 0) ; /* a supervisor of s6 writes none */
  int code = await_send(request, name, letter, &view) ;
  if (code || !known || request->no_wait) return code ;
  until_ms = clock_ms() + WAIT_MS ;
  while (state_read(name, &now, 0) && now.signals_tried == before.signals_tried)
  {
    if (clock_ms() >= until_ms)
    {
      strerr_warnw3x("timed out while waiting for the supervisor of ", name, " to send the signal") ;
      return EXIT_TIMED_OUT ;
    }
    poll(0, 0, LOOK_AGAIN_MS) ;
  }
  return now.signals_failed == before.signals_failed ? EXIT_YES : failed(name, now.signal_errno) ;
}
