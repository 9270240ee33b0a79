#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "control/backlog.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/log_tail.h"
#include "control/page.h"
#include "control/services.h"
#include "control/status.h"
#include "control/view.h"
#include "control/why.h"
#include "wire/channels.h"
#include "wire/due.h"
#include "wire/health.h"

#define SUMMARY_FROM 20 /* services: with more of them a summary is shown */

static void print_one (struct request const *request, struct shown const *shown, int width, int first, int colour)
{
  if (!request->json)
  {
    status_print_row(shown, width, colour) ;
    if (!request->listed) status_print_check(shown) ;
    if (!request->listed && request->count == 1) why_print(shown->name) ;
    return ;
  }
  fputs(first ? "\n" : ",\n", stdout) ;
  status_print_object(shown) ;
}

static int exit_code_of (struct view const *view)
{
  return (view->wanted_up && !view->ready) || view->state == STATE_FAILED || view->unhealthy || view->unread || view->blocked ? EXIT_NO : EXIT_YES ;
}

/* Reads the rest of what is shown, except the graph. The caller frees shown->message. */
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
  char const *paint = colour ? status_colour(&view) : "" ;
  printf("%s%s%zu %s%s", between, paint, n, view_state_name(state), *paint ? STATUS_PLAIN : "") ;
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
  unsigned int *unread ; /* bytes that the logger of each service does not take */
  size_t *order ; /* the indices of the services as they are shown */
  struct graph graph ; /* learnt when the first held service is shown */
  int code ;
  int unsupervised ;
  int all_disabled ;
  int scanner_starts ; /* a scanner runs, and gives services supervisors */
  int width ;
  int colour ;
} ;

static int learn (struct status_page *page)
{
  return page->graph.count || dependencies_learn_all(&page->graph, page->request->listed ? &page->seen : 0) ;
}

/* Does the service wait for others? Also before its first start, when it has no supervisor yet. */
static int may_wait (struct status_page *page, struct view const *view)
{
  if (view->state == STATE_HELD) return 1 ;
  return view->state == STATE_UNSUPERVISED && !view->births && page->scanner_starts ;
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
    if (may_wait(page, &shown.view) && learn(page)) shown.graph = &page->graph ;
    if (exit_code_of(&shown.view)) page->code = EXIT_NO ;
    print_one(request, &shown, page->width, !i, page->colour) ;
    free(shown.message) ;
  }
}

/* Shows CMD. Returns 0 when there is no CMD. */
static int show_command (struct status_page *page)
{
  char after[STATUS_REMARKS_MAX] ;
  struct shown shown = { .name = "CMD", .node = DEPENDENCIES_COMMAND } ;
  if (!view_read_command(&shown.view, after, sizeof after)) return 0 ;
  if (!page->request->listed || page->request->all) return 1 ;
  if (shown.view.state == STATE_HELD && learn(page) && dependencies_add_command(&page->graph, after)) shown.graph = &page->graph ;
  if (exit_code_of(&shown.view)) page->code = EXIT_NO ;
  print_one(page->request, &shown, page->width, !page->request->count, page->colour) ;
  return 1 ;
}

/* Before its first start all is well: that start's birth is recorded before the state says "up". */
static int collector_fails (struct view const *view)
{
  return !view->up && view->births && (view->has_ended || view->state != STATE_WAITING) ;
}

/* Shows the collector only if something is wrong with it: it is no service of the user. */
static void show_collector (struct status_page *page, int comes_first)
{
  struct request const *request = page->request ;
  struct shown shown = { .name = COLLECTOR, .node = COLLECTOR } ;
  if (!request->listed || request->all || !services_collector() || !view_read(&shown.view, COLLECTOR) || !collector_fails(&shown.view)) return ;
  if (!services_scanner_lives()) return ; /* it has ended with the tree */
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
  else status_print_header(page->width) ;
  show_each(page) ;
  has_command = show_command(page) ;
  show_collector(page, !has_command) ;
  graph_free(&page->graph) ;
  if (request->json) puts("\n]") ;
  if (for_person) print_summary(&page->seen, page->colour) ;
  if (page_end()) return EXIT_SYSTEM ;
  view_say_closed(&page->seen) ;
  /* Exit code 0 would say that all is well. That is wrong without a scanner, and without any service. */
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
    .scanner_starts = services_scanner_lives() > 0 && !services_scanner_stops(),
    .width = status_name_width(request->names, request->count),
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
