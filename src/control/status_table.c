#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/width.h"
#include "control/dependencies.h"
#include "control/page.h"
#include "control/status.h"
#include "service/name.h"

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define SINCE_MAX 80
#define MESSAGE_MAX 512 /* of a last message */
/* Beside the name: state, its colour's end, pid, since, ready, wanted, exit, restarts. */
#define ROW(restarts) "%-12s%s %-7s %-8s %-5s %-6s %-7s " restarts
#define NAME_WIDTH_MAX (PAGE_WIDTH - 61)

char const *status_colour (struct view const *view)
{
  static char const *const colours[] = { RED, YELLOW, GREEN, "" } ;
  return colours[view_concern(view)] ;
}

int status_name_width (char *const *names, size_t count)
{
  size_t width = sizeof "NAME" - 1 ;
  for (size_t i = 0 ; i < count ; i++)
    if (width_of_string(names[i]) > width) width = width_of_string(names[i]) ;
  return width > NAME_WIDTH_MAX ? NAME_WIDTH_MAX : (int)width ;
}

void status_print_header (int name_width)
{
  printf("%-*s  " ROW("%s") "\n", name_width, "NAME", "STATE", "", "PID", "SINCE", "READY", "WANTED", "EXIT", "RESTARTS") ;
}

/* A name that its column has no room for has a line of its own; one that has none there either is cut. */
static void print_name (char const *name, int width)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  size_t columns = width_of_string(service_name_printable(printable, sizeof printable, name)) ;
  size_t end = columns > PAGE_WIDTH ? width_fit(printable, columns - PAGE_WIDTH / 2 + 3) : 0 ;
  if (columns <= (size_t)width) page_print_padded(printable, (size_t)width) ;
  else if (columns <= PAGE_WIDTH) printf("%s\n%*s", printable, width, "") ;
  else printf("%.*s..%s\n%*s", (int)width_fit(printable, PAGE_WIDTH / 2), printable, printable + end, width, "") ;
}

/* Do its remarks begin with what it waits for? */
static int is_waiting (struct shown const *shown)
{
  struct waits_for waits_for ;
  size_t i = 0 ;
  return shown->graph && dependencies_next(shown->graph, shown->node, &i, &waits_for) ;
}

void status_print_row (struct shown const *shown, int width, int colour)
{
  struct view const *view = &shown->view ;
  char const *paint = colour ? status_colour(view) : "" ;
  char text[SINCE_MAX + STATUS_REMARKS_MAX + MESSAGE_MAX] ;
  char why[STATUS_REMARKS_MAX] ;
  char due[SINCE_MAX] ;
  char const *waiting ;
  char crashes[40] = "" ;
  size_t len ;
  char pid[16] = "-" ;
  char since[SINCE_MAX] ;
  char end[16] ;
  char state[32] ;
  int at ;
  if (view->pid) snprintf(pid, sizeof pid, "%ld", (long)view->pid) ;
  status_since(view, since, sizeof since) ;
  status_end(view, end, sizeof end) ;
  status_state(view, state, sizeof state) ;
  status_due(shown, due, sizeof due) ;
  status_remarks(shown, why) ;
  waiting = is_waiting(shown) ? "waiting for " : "" ;
  if (view->crashes) snprintf(crashes, sizeof crashes, "%u crash%s%s", view->crashes, view->crashes == 1 ? "" : "es", *due || *why ? "; " : "") ;
  len = (size_t)snprintf(text, sizeof text, "%s%s%s%s%s", crashes, due, *due && *why ? "; " : "", waiting, why) ;
  if (shown->message) snprintf(text + len, MESSAGE_MAX, "%sits last message: %s", len ? "; " : "", shown->message) ;
  print_name(shown->name, width) ;
  printf("  %s", paint) ;
  if (view->state == STATE_DISABLED) /* all else would be empty */
  {
    at = width + 2 + printf("%-12s", state) ;
    page_print_after((size_t)at, text) ;
    putchar('\n') ;
    return ;
  }
  at = width + 2 + printf(ROW("%u"), state, *paint ? STATUS_PLAIN : "", pid, since, view->ready ? "yes" : "no", view->wanted_up ? "up" : "down", end, view->restarts)
    - (int)strlen(*paint ? STATUS_PLAIN : "") ;
  if (view->blocked) page_print_after((size_t)at, status_blocked(shown, why)) ;
  if (*text) page_print_after(view->blocked ? PAGE_WIDTH : (size_t)at, text) ;
  putchar('\n') ;
}

void status_print_check (struct shown const *shown)
{
  char output[HEALTH_OUTPUT_MAX] ;
  char result[HEALTH_RESULT_MAX] ;
  int begins = 1 ;
  if (!shown->has_check) return ;
  memcpy(output, shown->check.output, shown->check.len) ;
  text_make_printable(output, shown->check.len) ;
  printf("  last health check: %s\n", health_result_describe(result, &shown->check.result)) ;
  for (size_t i = 0 ; i < shown->check.len ; i++)
  {
    if (begins) printf("    ") ;
    begins = output[i] == '\n' ;
    putchar(output[i]) ;
  }
  if (!begins) putchar('\n') ;
}
