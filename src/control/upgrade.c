#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/services.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/scan_state.h"
#include "wire/state.h"

#define ASK_AGAIN_MS 10 /* how often to look, as no event tells that a program was executed anew */

/* A supervisor before the upgrade: its pid, and how often it has executed itself anew. */
struct before
{
  uint32_t upgrades ;
  uint32_t failed ;
  pid_t supervisor ;
} ;

static int look (char const *name, struct before *now)
{
  char path[4096] ;
  struct state state ;
  int foreign ;
  int n = snprintf(path, sizeof path, "%s/" SUPERVISE_LOCK, name) ;
  if (n < 0 || (size_t)n >= sizeof path) return (errno = ENAMETOOLONG, 0) ;
  if (!state_read(name, &state, 0)) return 0 ;
  *now = (struct before) { .upgrades = state.upgrades, .failed = state.failed_upgrades, .supervisor = lock_holder_shown(path, &foreign) } ;
  return 1 ;
}

/* Sleeps. Returns 0 when the deadline has passed. */
static int wait_a_little (struct request const *request)
{
  tain now ;
  tain_now(&now) ;
  if (request->has_deadline && !tain_less(&now, &request->deadline)) return 0 ;
  poll(0, 0, ASK_AGAIN_MS) ;
  return 1 ;
}

static int timed_out (char const *what)
{
  strerr_warnw3x("timed out while waiting for ", what, " to execute its program anew") ;
  return EXIT_TIMED_OUT ;
}

static int went_on (char const *what)
{
  strerr_warnw2x(what, " goes on with its present program: why is among the messages on the scanner's stderr") ;
  return EXIT_NO ;
}

static int await_scanner (struct request const *request, struct scan_state const *before)
{
  static struct scan_state now ; /* large */
  for (;;)
  {
    if (!scan_state_read(&now))
    {
      strerr_warnwu1sys("read the scanner's state") ;
      return EXIT_SYSTEM ;
    }
    if (now.upgrades != before->upgrades) return EXIT_YES ;
    if (now.failed_upgrades != before->failed_upgrades) return went_on("the scanner") ;
    if (!services_scanner_lives())
    {
      strerr_warnw1x("the scanner has ended") ;
      return EXIT_NO ;
    }
    if (!wait_a_little(request)) return timed_out("the scanner") ;
  }
}

/* Waits until the supervisor has executed the new program. A supervisor that is another process by now has
   done so, too. */
static int await_supervisor (struct request const *request, char const *name, struct before const *before)
{
  struct before now ;
  for (;;)
  {
    if (!before->supervisor || !look(name, &now) || now.supervisor <= 0 || now.supervisor != before->supervisor || now.upgrades != before->upgrades)
      return EXIT_YES ;
    if (now.failed != before->failed) return went_on(name) ;
    if (!wait_a_little(request)) return timed_out(name) ;
  }
}

int command_upgrade (struct request const *request)
{
  static struct scan_state scanner ;
  size_t count ;
  char **names = services_list(1, &count) ;
  struct before *before = names ? calloc(count + 1, sizeof *before) : 0 ;
  int code ;
  int waits ;
  if (!before)
  {
    strerr_warnwu2sys("list the services in ", request->live) ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; i < count ; i++)
    if (!look(names[i], before + i)) before[i].supervisor = 0 ; /* there is no supervisor yet, or it is one of s6 */
  code = services_need_scanner(request) ;
  if (!code && (!scan_state_read(&scanner) || !fifo_send(SCAN_CONTROL_FIFO, "u", 1)))
  {
    strerr_warnwu3sys("order the scanner to execute its program anew, on ", request->live, services_who_may()) ;
    code = EXIT_SYSTEM ;
  }
  if (!code && !request->no_wait) code = await_scanner(request, &scanner) ;
  waits = !code && !request->no_wait ;
  for (size_t i = 0 ; waits && i < count ; i++)
  {
    int r = await_supervisor(request, names[i], before + i) ;
    if (!code) code = r ;
  }
  free(before) ;
  services_free(names, count) ;
  return code ;
}
