/* The conditions that a command can wait for. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "control/await.h"
#include "control/view.h"
#include "service/enable_if.h"

#define PATH_SIZE 4096

void await_say_disabled (struct view const *view, char const *name)
{
  strerr_warnw4x(name, " is disabled: ", view->disabled, view->edited ? " (" ENABLE_IF_FILE " was edited since: reeve rescan looks at it again)" : "") ;
}

int await_never (struct view const *view, char const *name)
{
  if (view->state == STATE_DONE)
  {
    strerr_warnw2x(name, " does not run: the task is done") ;
    return 1 ;
  }
  if (view->state == STATE_DISABLED)
  {
    await_say_disabled(view, name) ;
    return 1 ;
  }
  if (view->state != STATE_FAILED && (view->state != STATE_DOWN || view->reason == REASON_NONE)) return 0 ;
  strerr_warnw3x(name, view->state == STATE_FAILED ? " has failed for good: " : " does not run: ", view_reason(view)) ;
  return 1 ;
}

static int is_done (struct view const *view)
{
  return view->state == STATE_DOWN && view->reason == REASON_DONE ;
}

/* Is the service down, and shall be? Or was it disabled meanwhile? */
static int is_unwanted (struct view const *view)
{
  return view->state == STATE_DOWN || view->state == STATE_DISABLED ;
}

int await_ready (struct view const *view, char const *name, struct view const *before)
{
  (void)before ;
  return view->ready || is_done(view) ? 1 : await_never(view, name) ? -1 : 0 ;
}

int await_ready_again (struct view const *view, char const *name, struct view const *before)
{
  int ready = await_ready(view, name, before) ;
  if (ready || view->state != STATE_DOWN) return ready ;
  strerr_warnw2x(name, " was stopped meanwhile") ;
  return -1 ;
}

int await_ready_if_wanted (struct view const *view, char const *name, struct view const *before)
{
  return is_unwanted(view) ? 1 : await_ready(view, name, before) ;
}

int await_healthy (struct view const *view, char const *name, struct view const *before)
{
  (void)before ;
  return view->healthy || is_done(view) ? 1 : await_never(view, name) ? -1 : 0 ;
}

int await_healthy_if_wanted (struct view const *view, char const *name, struct view const *before)
{
  return is_unwanted(view) ? 1 : await_healthy(view, name, before) ;
}

int await_up (struct view const *view, char const *name, struct view const *before)
{
  (void)before ;
  return view->up ? 1 : await_never(view, name) ? -1 : 0 ;
}

static int is_task (struct view const *view, char const *name)
{
  char path[PATH_SIZE] ;
  if (strchr(name, '/')) return 0 ; /* a logger is never a task */
  snprintf(path, sizeof path, "%s/flag-oneshot", name) ;
  return view->task || !access(path, F_OK) ;
}

int await_done (struct view const *view, char const *name, struct view const *before)
{
  (void)before ;
  if (view->done) return 1 ;
  if (view->state == STATE_UNSUPERVISED) return 0 ;
  if (is_task(view, name)) return await_never(view, name) ? -1 : 0 ;
  strerr_warnw2x(name, " is never done: it is no task, as it has no flag-oneshot") ;
  return -1 ;
}

int await_up_if_wanted (struct view const *view, char const *name, struct view const *before)
{
  return is_unwanted(view) || view->done ? 1 : await_up(view, name, before) ;
}

int await_done_if_task (struct view const *view, char const *name, struct view const *before)
{
  return is_unwanted(view) || (view->state != STATE_UNSUPERVISED && !is_task(view, name)) ? 1 : await_done(view, name, before) ;
}

int await_down (struct view const *view, char const *name, struct view const *before)
{
  (void)name ;
  (void)before ;
  return !view->up && (view->state != STATE_UNSUPERVISED || view->finished) ;
}

int await_finished (struct view const *view, char const *name, struct view const *before)
{
  (void)before ;
  return view->finished && !view->wanted_up && (view->state == STATE_DISABLED || view->has_ended || view->reason != REASON_NONE || !is_task(view, name)) ;
}

int await_stopped (struct view const *view, char const *name, struct view const *before)
{
  char end[24] ;
  if (!view->finished || view->done) return 0 ;
  if (before->undo_wstat || !view->undo_wstat) return 1 ; /* there was no ./undo, it succeeded, or its failure is an old one */
  view_describe_end(view->undo_wstat, 0, end, sizeof end) ;
  strerr_warnw4x("the undo of ", name, " has failed: ", end) ;
  return -1 ;
}
