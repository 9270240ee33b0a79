#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <skalibs/djbtime.h>
#include <skalibs/sig.h>

#include "control/dependencies.h"
#include "control/status.h"

/* strftime() would add as much to the program as half of this file. Three letters, not a string. */
static char const *month_of (struct tm const *t)
{
  return &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * (size_t)t->tm_mon] ;
}

void status_since (struct view const *view, char *out, size_t size)
{
  struct timespec since ;
  struct tm then ;
  struct tm today ;
  time_t now = time(0) ;
  if (!view->since.sec.x || !timespec_sysclock_from_tain(&since, &view->since) || !localtime_r(&since.tv_sec, &then) || !localtime_r(&now, &today)) snprintf(out, size, "-") ;
  else if (then.tm_year != today.tm_year) snprintf(out, size, "%d", then.tm_year + 1900) ;
  else if (then.tm_yday != today.tm_yday) snprintf(out, size, "%.3s %d", month_of(&then), then.tm_mday) ;
  else snprintf(out, size, "%02d:%02d:%02d", then.tm_hour, then.tm_min, then.tm_sec) ;
}

void status_end (struct view const *view, char *out, size_t size)
{
  int wstat = (int)view->wstat ;
  if (!view->has_ended) snprintf(out, size, "-") ;
  else if (view->code_unknown) snprintf(out, size, "?") ;
  else if (WIFSIGNALED(wstat)) snprintf(out, size, "SIG%s", sig_name(WTERMSIG(wstat))) ;
  else snprintf(out, size, "%d", WEXITSTATUS(wstat)) ;
}

void status_due (struct shown const *shown, char *out, size_t size)
{
  time_t due = (time_t)shown->due ;
  time_t now = time(0) ;
  struct tm then ;
  struct tm today ;
  if (!due || !localtime_r(&due, &then) || !localtime_r(&now, &today)) *out = 0 ;
  else if (then.tm_year != today.tm_year)
    snprintf(out, size, "due %04d-%02d-%02d %02d:%02d", then.tm_year + 1900, then.tm_mon + 1, then.tm_mday, then.tm_hour, then.tm_min) ;
  else if (then.tm_yday != today.tm_yday) snprintf(out, size, "due %.3s %02d %02d:%02d", month_of(&then), then.tm_mday, then.tm_hour, then.tm_min) ;
  else snprintf(out, size, "due %02d:%02d:%02d", then.tm_hour, then.tm_min, then.tm_sec) ;
}

char const *status_remarks (struct shown const *shown, char out[STATUS_REMARKS_MAX])
{
  struct view const *view = &shown->view ;
  char const *reason = view_reason(view) ;
  char end[24] = "" ;
  char result[HEALTH_RESULT_MAX] ;
  int n ;
  if (view->undo_wstat) view_describe_end(view->undo_wstat, 0, end, sizeof end) ;
  if (shown->graph) dependencies_describe(shown->graph, shown->node, out, STATUS_REMARKS_MAX / 2) ;
  else snprintf(out, STATUS_REMARKS_MAX, "%s%s%s", reason ? reason : "", *end ? ": " : "", end) ;
  n = (int)strlen(out) ;
  if (view->unhealthy) n += snprintf(out + n, STATUS_REMARKS_MAX - (size_t)n, "%sunhealthy%s%s", n ? "; " : "", shown->has_check ? ": its last health check " : "",
    shown->has_check ? health_result_describe(result, &shown->check.result) : "") ;
  if (view->unread) n += snprintf(out + n, STATUS_REMARKS_MAX - (size_t)n, "%sits log is stuck: the logger takes nothing of %u bytes", n ? "; " : "", view->unread) ;
  if (view->lost) snprintf(out + n, STATUS_REMARKS_MAX - (size_t)n, "%s%ju bytes of its log are lost", n ? "; " : "", (uintmax_t)view->lost) ;
  return out ;
}

char const *status_blocked (struct shown const *shown, char out[STATUS_REMARKS_MAX])
{
  snprintf(out, STATUS_REMARKS_MAX, "blocked: %s", strerror(shown->view.blocked)) ;
  return out ;
}

void status_state (struct view const *view, char *out, size_t size)
{
  char end[16] ;
  status_end(view, end, sizeof end) ;
  if (view->task && view->state == STATE_FAILED && !(view->end & END_LATE)) snprintf(out, size, "%s %s", view_state_name(view->state), end) ;
  else snprintf(out, size, "%s", view_state_name(view->state)) ;
}
