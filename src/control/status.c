#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbtime.h>
#include <skalibs/sig.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "base/width.h"
#include "control/backlog.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/log_tail.h"
#include "control/page.h"
#include "control/services.h"
#include "control/status.h"
#include "control/view.h"
#include "control/why.h"
#include "service/name.h"
#include "wire/channels.h"
#include "wire/due.h"
#include "wire/health.h"

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define PLAIN "\033[0m"
#define SINCE_MAX 80
#define REMARKS_MAX 1024
#define SUMMARY_FROM 20 /* services: with more of them a summary is shown */
#define MESSAGE_MAX 512 /* of a last message, in the table */
/* Beside the name: state, its colour's end, pid, since, ready, wanted, exit, restarts. */
#define ROW(restarts) "%-12s%s %-7s %-8s %-5s %-6s %-7s " restarts
#define NAME_WIDTH_MAX (PAGE_WIDTH - 61)

/* One that is shown. */
struct shown
{
  char const *name ;
  struct view view ;
  struct graph const *graph ; /* of one that is held; else 0 */
  char const *node ; /* its name there */
  char *message ; /* of one that has failed: the last that it logged; 0: not known */
  struct health_record check ; /* the last one of its health, if there was any */
  int has_check ;
  uint64_t due ; /* of one that waits for its moment (reeve-exec --cron): seconds since 1970; else 0 */
} ;

static int wall_clock (tain const *stamp, struct timespec *out)
{
  return stamp->sec.x && timespec_sysclock_from_tain(out, stamp) ;
}

/* ---- the table ---- */

static char const *colour_of (struct view const *view)
{
  static char const *const colours[] = { RED, YELLOW, GREEN, "" } ;
  return colours[view_concern(view)] ;
}

static void format_end (struct view const *view, char *out, size_t size)
{
  int wstat = (int)view->wstat ;
  if (!view->has_ended) snprintf(out, size, "-") ;
  else if (view->code_unknown) snprintf(out, size, "?") ;
  else if (WIFSIGNALED(wstat)) snprintf(out, size, "SIG%s", sig_name(WTERMSIG(wstat))) ;
  else snprintf(out, size, "%d", WEXITSTATUS(wstat)) ;
}

/* strftime() would add as much to the program as half of this file. Three letters, not a string. */
static char const *month_of (struct tm const *t)
{
  return &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * (size_t)t->tm_mon] ;
}

/* The time; of another day the day, of another year the year. */
void status_since (struct view const *view, char *out, size_t size)
{
  struct timespec since ;
  struct tm then ;
  struct tm today ;
  time_t now = time(0) ;
  if (!wall_clock(&view->since, &since) || !localtime_r(&since.tv_sec, &then) || !localtime_r(&now, &today)) snprintf(out, size, "-") ;
  else if (then.tm_year != today.tm_year) snprintf(out, size, "%d", then.tm_year + 1900) ;
  else if (then.tm_yday != today.tm_yday) snprintf(out, size, "%.3s %d", month_of(&then), then.tm_mday) ;
  else snprintf(out, size, "%02d:%02d:%02d", then.tm_hour, then.tm_min, then.tm_sec) ;
}

/* Likewise, but with the time of each; "": it does not wait. */
static void format_due (struct shown const *shown, char *out, size_t size)
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

/* Why it is as it is, and what is wrong with its log; "": nothing. */
static char const *remarks (struct shown const *shown, char out[REMARKS_MAX])
{
  struct view const *view = &shown->view ;
  char const *reason = view_reason(view) ;
  char end[24] = "" ;
  char needs[REMARKS_MAX / 2] = "" ;
  char result[HEALTH_RESULT_MAX] ;
  int n ;
  if (view->undo_wstat) view_describe_end(view->undo_wstat, 0, end, sizeof end) ;
  if (shown->graph) dependencies_describe(shown->graph, shown->node, needs, sizeof needs) ;
  if (*needs) snprintf(out, REMARKS_MAX, "waiting for %s", needs) ;
  else snprintf(out, REMARKS_MAX, "%s%s%s", reason ? reason : "", *end ? ": " : "", end) ;
  n = (int)strlen(out) ;
  if (view->unhealthy) n += snprintf(out + n, REMARKS_MAX - (size_t)n, "%sunhealthy%s%s", n ? "; " : "", shown->has_check ? ": its last health check " : "",
    shown->has_check ? health_result_describe(result, &shown->check.result) : "") ;
  if (view->unread) n += snprintf(out + n, REMARKS_MAX - (size_t)n, "%sits log is stuck: the logger takes nothing of %u bytes", n ? "; " : "", view->unread) ;
  if (view->lost) snprintf(out + n, REMARKS_MAX - (size_t)n, "%s%ju bytes of its log are lost", n ? "; " : "", (uintmax_t)view->lost) ;
  return out ;
}

static char const *blocked (struct shown const *shown, char out[REMARKS_MAX])
{
  snprintf(out, REMARKS_MAX, "blocked: %s", strerror(shown->view.blocked)) ;
  return out ;
}

/* Of a task that has failed with its code, which is what it was run for. */
static void format_state (struct view const *view, char *out, size_t size)
{
  char end[16] ;
  format_end(view, end, sizeof end) ;
  if (view->task && view->state == STATE_FAILED && !(view->end & END_LATE)) snprintf(out, size, "%s %s", view_state_name(view->state), end) ;
  else snprintf(out, size, "%s", view_state_name(view->state)) ;
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

static void print_row (struct shown const *shown, int width, int colour)
{
  struct view const *view = &shown->view ;
  char const *paint = colour ? colour_of(view) : "" ;
  char text[SINCE_MAX + REMARKS_MAX + MESSAGE_MAX] ;
  char why[REMARKS_MAX] ;
  char due[SINCE_MAX] ;
  char crashes[40] = "" ;
  size_t len ;
  char pid[16] = "-" ;
  char since[SINCE_MAX] ;
  char end[16] ;
  char state[32] ;
  int at ;
  if (view->pid) snprintf(pid, sizeof pid, "%ld", (long)view->pid) ;
  status_since(view, since, sizeof since) ;
  format_end(view, end, sizeof end) ;
  format_state(view, state, sizeof state) ;
  format_due(shown, due, sizeof due) ;
  remarks(shown, why) ;
  if (view->crashes) snprintf(crashes, sizeof crashes, "%u crash%s%s", view->crashes, view->crashes == 1 ? "" : "es", *due || *why ? "; " : "") ;
  len = (size_t)snprintf(text, sizeof text, "%s%s%s%s", crashes, due, *due && *why ? "; " : "", why) ;
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
  at = width + 2 + printf(ROW("%u"), state, *paint ? PLAIN : "", pid, since, view->ready ? "yes" : "no", view->wanted_up ? "up" : "down", end, view->restarts)
    - (int)strlen(*paint ? PLAIN : "") ;
  if (view->blocked) page_print_after((size_t)at, blocked(shown, why)) ;
  if (*text) page_print_after(view->blocked ? PAGE_WIDTH : (size_t)at, text) ;
  putchar('\n') ;
}

/* ---- the last health check ---- */

/* Below the row, as what a check writes may have several lines. */
static void print_check (struct shown const *shown)
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

/* ---- JSON ---- */

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
  print_utc(wall_clock(stamp, &since) ? &since : 0) ;
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

static void print_object (struct shown const *shown)
{
  struct view const *view = &shown->view ;
  char text[2 * REMARKS_MAX] ;
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
    size_t n = strlen(blocked(shown, text)) ;
    char why[REMARKS_MAX] ;
    if (*remarks(shown, why)) snprintf(text + n, sizeof text - n, "; %s", why) ;
    json_print(text) ;
  }
  else if (*remarks(shown, text)) json_print(text) ;
  else printf("null") ;
  print_waits_for(shown) ;
  print_due(shown) ;
  print_health(shown) ;
  putchar('}') ;
}

/* ---- */

static int widest (struct request const *request)
{
  size_t width = sizeof "NAME" - 1 ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (width_of_string(request->names[i]) > width) width = width_of_string(request->names[i]) ;
  return width > NAME_WIDTH_MAX ? NAME_WIDTH_MAX : (int)width ;
}

static void print_one (struct request const *request, struct shown const *shown, int width, int first, int colour)
{
  if (!request->json)
  {
    print_row(shown, width, colour) ;
    if (!request->listed) print_check(shown) ;
    if (!request->listed && request->count == 1) why_print(shown->name) ;
    return ;
  }
  fputs(first ? "\n" : ",\n", stdout) ;
  print_object(shown) ;
}

static int exit_code_of (struct view const *view)
{
  return (view->wanted_up && !view->ready) || view->state == STATE_FAILED || view->unhealthy || view->unread || view->blocked ? EXIT_NO : EXIT_YES ;
}

/* What is to be known beside the view, but for the graph. shown->message is the caller's. */
static void read_rest (struct shown *shown)
{
  shown->view.blocked = view_blocked(&shown->view, shown->name) ;
  if (shown->view.up) due_read(shown->view.pid, &shown->due) ;
  shown->has_check = shown->view.is_checked && health_record_read(shown->name, &shown->check) ;
  if (shown->view.state == STATE_FAILED) shown->message = log_tail_read(shown->name, 1) ;
  if (shown->message) shown->message[strcspn(shown->message, "\n")] = 0 ;
}

/* ---- on a terminal: what needs a look first ---- */

static void print_count (char const *between, size_t n, enum view_state state, int colour)
{
  struct view const view = { .state = state } ;
  char const *paint = colour ? colour_of(&view) : "" ;
  printf("%s%s%zu %s%s", between, paint, n, view_state_name(state), *paint ? PLAIN : "") ;
}

static void print_summary (struct seen const *seen, int colour)
{
  size_t counts[STATE_UP + 1] = { 0 } ;
  char const *between = ": " ;
  if (seen->count <= SUMMARY_FROM) return ;
  for (size_t i = 0 ; i < seen->count ; i++) counts[seen->views[i].state]++ ;
  printf("%zu", seen->count) ;
  for (enum view_state state = 0 ; state <= STATE_UP ; state++)
  {
    if (!counts[state]) continue ;
    print_count(between, counts[state], state, colour) ;
    between = ", " ;
  }
  putchar('\n') ;
}

/* ---- */

struct status_page
{
  struct request const *request ;
  struct seen seen ;
  unsigned int *unread ; /* by the logger, of each */
  size_t *order ; /* in which they are shown */
  struct graph graph ; /* learnt when somebody is held */
  int code ;
  int unsupervised ;
  int all_disabled ;
  int width ;
  int colour ;
} ;

static int learn (struct status_page *page)
{
  return page->graph.count || dependencies_learn_from(&page->graph, page->request->listed ? &page->seen : 0) ;
}

static void show_each (struct status_page *page)
{
  struct request const *request = page->request ;
  for (size_t i = 0 ; i < request->count ; i++)
  {
    size_t at = page->order[i] ;
    struct shown shown = { .name = request->names[at], .node = request->names[at], .view = page->seen.views[at] } ;
    shown.view.unread = page->unread[at] ;
    read_rest(&shown) ;
    if (shown.view.state == STATE_UNSUPERVISED || shown.view.state == STATE_DISABLED) page->unsupervised = 1 ;
    if (shown.view.state != STATE_DISABLED) page->all_disabled = 0 ;
    if (shown.view.state == STATE_HELD && learn(page)) shown.graph = &page->graph ;
    if (exit_code_of(&shown.view)) page->code = EXIT_NO ;
    print_one(request, &shown, page->width, !i, page->colour) ;
    free(shown.message) ;
  }
}

/* Returns 0 when there is none. */
static int show_command (struct status_page *page)
{
  char after[REMARKS_MAX] ;
  struct shown shown = { .name = "CMD", .node = DEPENDENCIES_COMMAND } ;
  if (!view_read_command(&shown.view, after, sizeof after)) return 0 ;
  if (!page->request->listed || page->request->all) return 1 ;
  if (shown.view.state == STATE_HELD && learn(page) && dependencies_add_command(&page->graph, after)) shown.graph = &page->graph ;
  if (exit_code_of(&shown.view)) page->code = EXIT_NO ;
  print_one(page->request, &shown, page->width, !page->request->count, page->colour) ;
  return 1 ;
}

/* The tool's own, and so no row of the table unless something is wrong with it. */
static void show_collector (struct status_page *page, int comes_first)
{
  struct request const *request = page->request ;
  struct shown shown = { .name = COLLECTOR, .node = COLLECTOR } ;
  if (!request->listed || request->all || !services_collector() || !view_read(&shown.view, COLLECTOR) || shown.view.up || !shown.view.births) return ;
  page->code = EXIT_NO ;
  read_rest(&shown) ;
  print_one(request, &shown, page->width, !request->count && comes_first, page->colour) ;
  free(shown.message) ;
}

static int show (struct status_page *page)
{
  struct request const *request = page->request ;
  int has_command ;
  int for_person = request->listed && !request->json && isatty(1) ;
  if (for_person) view_order(&page->seen, page->order) ;
  if (request->json) putchar('[') ;
  else printf("%-*s  " ROW("%s") "\n", page->width, "NAME", "STATE", "", "PID", "SINCE", "READY", "WANTED", "EXIT", "RESTARTS") ;
  show_each(page) ;
  has_command = show_command(page) ;
  show_collector(page, !has_command) ;
  graph_free(&page->graph) ;
  if (request->json) puts("\n]") ;
  if (for_person) print_summary(&page->seen, page->colour) ;
  if (page_end()) return EXIT_SYSTEM ;
  view_say_closed(&page->seen) ;
  /* Nothing is healthy where nobody supervises, or where there is nothing to supervise. */
  if (page->unsupervised && services_scanner_lives() <= 0) return services_need_scanner(request) ;
  if (page->all_disabled && !has_command)
  {
    strerr_warnw1x("nothing runs: there is no CMD, and every service is disabled by its enable-if (mend the environment, or remove enable-if)") ;
    return EXIT_NO ;
  }
  if (request->count || has_command) return page->code ;
  services_say_none(request) ;
  return EXIT_NO ;
}

int command_status (struct request const *request)
{
  struct status_page page =
  {
    .request = request,
    .unread = calloc(request->count + 1, sizeof *page.unread),
    .order = malloc((request->count + 1) * sizeof *page.order),
    .unsupervised = !request->count,
    .all_disabled = request->listed && request->count,
    .width = widest(request),
    .colour = page_has_colours()
  } ;
  int code = EXIT_SYSTEM ;
  if (!page.unread || !page.order || !backlog_find(request, page.unread)) strerr_warnwu1sys("look at the loggers") ;
  else if (view_read_all(request, &page.seen))
  {
    for (size_t i = 0 ; i < request->count ; i++) page.order[i] = i ;
    code = show(&page) ;
  }
  free(page.seen.views) ;
  free(page.order) ;
  free(page.unread) ;
  return code ;
}
