#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <skalibs/djbtime.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "control/dependencies.h"
#include "control/events.h"
#include "control/page.h"
#include "wire/state.h"

#define LEARN_PART 20 /* learning what services need takes at most one part in so many of the time */

void event_print (struct request const *request, struct event_line const *line)
{
  struct timespec when ;
  struct tm then ;
  char text[DATE_MAX] = "" ;
  char end[32] = "" ;
  if (timespec_sysclock_from_tain(&when, &line->when) && (request->json ? gmtime_r(&when.tv_sec, &then) : localtime_r(&when.tv_sec, &then)))
    date_format(text, &then, request->json ? 'T' : ' ') ;
  else when.tv_nsec = 0 ;
  if (line->has_end) view_describe_end(line->wstat, 0, end, sizeof end) ;
  if (request->json)
  {
    printf("{\"time\":\"%s.%03ldZ\",\"service\":", text, when.tv_nsec / 1000000) ;
    json_print(line->name) ;
    printf(",\"event\":\"%s\"", line->what) ;
    if (line->has_end && WIFSIGNALED((int)line->wstat)) printf(",\"signal\":\"SIG%s\"", sig_name(WTERMSIG((int)line->wstat))) ;
    else if (line->has_end) printf(",\"exit\":%d", WEXITSTATUS((int)line->wstat)) ;
    if (*line->remark) printf(",\"reason\":") ;
    if (*line->remark) json_print(line->remark) ;
    puts("}") ;
  }
  else
  {
    printf("%s.%03ld  ", text, when.tv_nsec / 1000000) ;
    page_print_padded(line->name, 0) ;
    printf("  %s%s%s%s", line->what, *end ? ", " : "", end, *line->remark ? ": " : "") ;
    page_print_padded(line->remark, 0) ;
    putchar('\n') ;
  }
}

/* Many services may become held at once. Learning what all services need takes long if there are many, so
   it is not done anew for each. */
void event_describe_held (char const *name, char remark[EVENT_REMARK_MAX])
{
  static struct graph graph ;
  static uint64_t until_ms ;
  static int known ;
  uint64_t now = clock_ms() ;
  if (!known || now >= until_ms || !graph_find(&graph, name))
  {
    if (known) graph_free(&graph) ;
    known = dependencies_learn_of_one(&graph, name) ;
    until_ms = clock_ms() + LEARN_PART * (clock_ms() - now) ;
  }
  if (known) dependencies_describe(&graph, name, remark, EVENT_REMARK_MAX) ;
}

void event_describe_reason (struct view const *view, struct event_line *line)
{
  char const *reason = view_reason(view) ;
  if (reason) snprintf(line->remark, sizeof line->remark, "%s", reason) ;
}

void event_of_state (struct event_line *line, char const *name, struct view const *view)
{
  struct state state ;
  *line = (struct event_line) { .when = view->since, .name = name, .what = view_state_name(view->state), .wstat = view->wstat } ;
  switch (view->state)
  {
    case STATE_UP :
      if (!state_read(name, &state, 0) || !(state.status.flags & STATUS_READY)) break ;
      line->what = "ready" ;
      line->when = state.status.ready_since ;
      break ;
    case STATE_STARTING : line->what = "up" ; break ;
    case STATE_HELD : event_describe_held(name, line->remark) ; break ;
    case STATE_FINISHING :
    case STATE_WAITING :
    case STATE_DOWN :
      line->what = view->finished ? "finished" : "down" ;
      if (view->state == STATE_DOWN && !view->has_ended) line->what = "down" ;
      line->has_end = view->has_ended && !view->code_unknown ;
      break ;
    case STATE_FAILED : line->has_end = view->has_ended && !view->code_unknown ; /* fall through */
    case STATE_DISABLED : event_describe_reason(view, line) ; break ;
    default : break ;
  }
}

static int by_time (void const *a, void const *b)
{
  struct event_line const *x = a ;
  struct event_line const *y = b ;
  if (tain_less(&x->when, &y->when)) return -1 ;
  return tain_less(&y->when, &x->when) ? 1 : strcmp(x->name, y->name) ;
}

int event_print_last (struct request const *request)
{
  struct event_line *lines = calloc(request->count + 1, sizeof *lines) ;
  size_t count = 0 ;
  struct view view ;
  if (!lines)
  {
    strerr_warnwu1sys("remember the services") ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; i < request->count ; i++)
    if (view_read(&view, request->names[i])) event_of_state(lines + count++, request->names[i], &view) ;
  qsort(lines, count, sizeof *lines, &by_time) ;
  for (size_t i = 0 ; i < count ; i++) event_print(request, lines + i) ;
  free(lines) ;
  return page_end() ;
}
