/* The state of a service, and its last end, in words. */

#include <stdio.h>
#include <sys/wait.h>

#include <skalibs/sig.h>

#include "control/view.h"
#include "wire/state.h"

char const *view_state_name (enum view_state state)
{
  static char const *const names[] = { "unknown", "unsupervised", "disabled", "failed", "down", "done", "finishing", "waiting", "held", "starting", "paused", "unhealthy", "up" } ;
  return names[state] ;
}

void view_describe_end (unsigned int wstat, int code_unknown, char *out, size_t size)
{
  int w = (int)wstat ;
  if (code_unknown) snprintf(out, size, "exit code unknown") ;
  else if (WIFSIGNALED(w)) snprintf(out, size, "SIG%s", sig_name(WTERMSIG(w))) ;
  else snprintf(out, size, "exit %d", WEXITSTATUS(w)) ;
}

static int is_late (struct view const *view)
{
  return view->end & END_LATE && (view->reason == REASON_FAILED || view->reason == REASON_FAILED_TOO_OFTEN) ;
}

void view_describe_failure (struct view const *view, char *out, size_t size)
{
  if (is_late(view)) snprintf(out, size, "not %s in time", view->task ? "done" : "ready") ;
  else view_describe_end(view->wstat, view->code_unknown, out, size) ;
}

char const *view_reason (struct view const *view)
{
  static char late[128] ;
  static char const *const reasons[REASON_COUNT] =
  {
    [REASON_FINISH_FORBIDS] = "finish exited 125",
    [REASON_FAILED] = "failed, and restart is no",
    [REASON_FAILED_TOO_OFTEN] = "failed more often than restart allows",
    [REASON_DONE] = "done: exited 0, and restart is not always",
  } ;
  if (view->state == STATE_DISABLED) return view->disabled ;
  if (is_late(view))
  {
    snprintf(late, sizeof late, "was not %s within %u ms (timeout-up)%s", view->task ? "done" : "ready", view->late_ms,
      view->reason == REASON_FAILED ? ", and restart is no" : ", more often than restart allows") ;
    return late ;
  }
  if (view->undo_wstat) return "its undo has failed" ;
  if (view->task && view->reason == REASON_FAILED && view->code_unknown) return "how it ended is not known, and a task never runs twice unasked" ;
  if (view->done) return 0 ;
  if (view->reason == REASON_DONE && view->wstat) return "done: its last exit is in success-codes, and restart is not always" ;
  return reasons[view->reason] ;
}
