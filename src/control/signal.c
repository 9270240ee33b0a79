#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/clock.h"
#include "control/await.h"
#include "control/control.h"
#include "control/signal.h"
#include "control/view.h"
#include "wire/state.h"

#define LOOK_AGAIN_MS 5
#define WAIT_MS 5000 /* a supervisor may have a child send the signal as another user; this is longer than that child may take */

/* A service that has been told, and what its supervisor had done before. */
struct told
{
  char const *name ; /* 0: there is nothing to wait for */
  uint32_t tried ;
  uint32_t failed ;
} ;

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

/* Returns an exit code. */
static int tell (struct request const *request, struct told *told, char const *name, char const *letter)
{
  struct view view ;
  struct state before ;
  int known = state_read(name, &before, 0) ; /* a supervisor of s6 writes none */
  int code = await_send(request, name, letter, &view) ;
  if (code || !known) return code ;
  *told = (struct told) { .name = name, .tried = before.signals_tried, .failed = before.signals_failed } ;
  return EXIT_YES ;
}

static int is_over (struct request const *request, uint64_t until_ms)
{
  tain now ;
  if (clock_ms() >= until_ms) return 1 ;
  if (!request->has_deadline) return 0 ;
  tain_now(&now) ;
  return !tain_less(&now, &request->deadline) ;
}

static int await_sent (struct request const *request, struct told const *told, uint64_t until_ms)
{
  struct state now ;
  while (state_read(told->name, &now, 0) && now.signals_tried == told->tried)
  {
    if (is_over(request, until_ms))
    {
      strerr_warnw3x("timed out while waiting for the supervisor of ", told->name, " to send the signal") ;
      return EXIT_TIMED_OUT ;
    }
    poll(0, 0, LOOK_AGAIN_MS) ;
  }
  return now.signals_failed == told->failed ? EXIT_YES : failed(told->name, now.signal_errno) ;
}

int signal_all (struct request const *request, char const *letter, signal_condition *may, char const *what)
{
  struct told *told = calloc(request->count + 1, sizeof *told) ;
  int code = EXIT_YES ;
  uint64_t until_ms ;
  if (!told)
  {
    strerr_warnwu1sys("remember the services") ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; i < request->count ; i++)
  {
    char const *name = request->names[i] ;
    struct view view ;
    int r = EXIT_NO ;
    if (view_read(&view, name) && !(*may)(&view)) strerr_warnw3x(name, " is not up: there is nothing to ", what) ;
    else r = tell(request, told + i, name, letter) ;
    if (!code) code = r ;
  }
  until_ms = clock_ms() + WAIT_MS ;
  for (size_t i = 0 ; !request->no_wait && i < request->count ; i++)
  {
    int r = told[i].name ? await_sent(request, told + i, until_ms) : EXIT_YES ;
    if (!code) code = r ;
  }
  free(told) ;
  return code ;
}
