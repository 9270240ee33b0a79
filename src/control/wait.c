#include <stddef.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "control/await.h"
#include "control/control.h"

static struct { char const *state ; await_condition *condition, *of_all ; } const known[] =
{
  { "ready", &await_ready, &await_ready_if_wanted }, /* third: with --all, services that shall be down count as well */
  { "healthy", &await_healthy, &await_healthy_if_wanted },
  { "up", &await_up, &await_up_if_wanted },
  { "down", &await_down, &await_down },
  { "finished", &await_finished, &await_finished },
  { "done", &await_done, &await_done_if_task },
} ;

int command_wait (struct request const *request)
{
  for (size_t i = 0 ; i < sizeof known / sizeof *known ; i++)
    if (!strcmp(request->word, known[i].state))
      return await_all(request, 0, request->all ? known[i].of_all : known[i].condition) ;
  strerr_warnw3x("cannot wait for ", request->word, ": allowed: ready, healthy, up, down, finished, done") ;
  return EXIT_USAGE ;
}
