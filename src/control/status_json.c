#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <skalibs/djbtime.h>
#include <skalibs/sig.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "control/dependencies.h"
#include "control/status.h"

static void print_health (struct shown const *shown)
{
  struct view const *view = &shown->view ;
  char text[HEALTH_OUTPUT_MAX + 1] ;
  char result[HEALTH_RESULT_MAX] ;
  printf(",\"healthy\":%s,\"health_check\":", view->healthy ? "true" : view->unhealthy || !view->up || !view->is_checked ? "false" : "null") ;
  if (!shown->has_check)
  {
    printf("null") ;
    return ;
  }
  memcpy(text, shown->check.output, shown->check.len) ;
  text[shown->check.len] = 0 ;
  printf("{\"result\":") ;
  json_print(health_result_describe(result, &shown->check.result)) ;
  printf(",\"output\":") ;
  json_print(text) ;
  putchar('}') ;
}

static void print_utc (struct timespec const *when)
{
  struct tm utc ;
  char text[DATE_MAX] ;
  if (!when || !gmtime_r(&when->tv_sec, &utc))
  {
    printf("null") ;
    return ;
  }
  date_format(text, &utc, 'T') ;
  printf("\"%s.%03ldZ\"", text, when->tv_nsec / 1000000) ;
}

static void print_since (tain const *stamp)
{
  struct timespec since ;
  print_utc(stamp->sec.x && timespec_sysclock_from_tain(&since, stamp) ? &since : 0) ;
}

static void print_times (struct view const *view)
{
  static tain const never ;
  uint64_t ms = clock_ms_since(&view->since) ;
  printf(",\"since\":") ;
  print_since(&view->since) ;
  printf(",\"ready_since\":") ;
  print_since(view->ready ? &view->ready_since : &never) ;
  if (view->up) printf(",\"uptime\":%ju.%03u", (uintmax_t)(ms / 1000), (unsigned int)(ms % 1000)) ;
  else printf(",\"uptime\":null") ;
}

static void print_due (struct shown const *shown)
{
  struct timespec due = { .tv_sec = (time_t)shown->due } ;
  printf(",\"due\":") ;
  print_utc(shown->due ? &due : 0) ;
}

static void print_waits_for (struct shown const *shown)
{
  struct waits_for waits_for ;
  char const *between = "" ;
  printf(",\"waits_for\":[") ;
  for (size_t i = 0 ; shown->graph && dependencies_next(shown->graph, shown->node, &i, &waits_for) ; between = ",")
  {
    fputs(between, stdout) ;
    json_print(waits_for.name) ;
  }
  putchar(']') ;
}

void status_print_object (struct shown const *shown)
{
  struct view const *view = &shown->view ;
  char text[2 * STATUS_REMARKS_MAX] ;
  int wstat = (int)view->wstat ;
  printf("{\"name\":") ;
  json_print(shown->name) ;
  printf(",\"state\":\"%s\",\"pid\":", view_state_name(view->state)) ;
  if (view->pid) printf("%ld", (long)view->pid) ;
  else printf("null") ;
  print_times(view) ;
  printf(",\"ready\":%s,\"wanted\":\"%s\",\"exit\":", view->ready ? "true" : "false", view->wanted_up ? "up" : "down") ;
  if (view->has_ended && !view->code_unknown && WIFEXITED(wstat)) printf("%d", WEXITSTATUS(wstat)) ;
  else printf("null") ;
  printf(",\"signal\":") ;
  if (view->has_ended && WIFSIGNALED(wstat)) printf("\"SIG%s\"", sig_name(WTERMSIG(wstat))) ;
  else printf("null") ;
  printf(",\"restarts\":%u,\"crashes\":%u,\"message\":", view->restarts, view->crashes) ;
  if (shown->message) json_print(shown->message) ;
  else printf("null") ;
  printf(",\"reason\":") ;
  if (view->blocked)
  {
    size_t n = strlen(status_blocked(shown, text)) ;
    char why[STATUS_REMARKS_MAX] ;
    if (*status_remarks(shown, why)) snprintf(text + n, sizeof text - n, "; %s", why) ;
    json_print(text) ;
  }
  else if (*status_remarks(shown, text)) json_print(text) ;
  else printf("null") ;
  print_waits_for(shown) ;
  print_due(shown) ;
  print_health(shown) ;
  putchar('}') ;
}
