#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "control/await.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/scale.h"
#include "control/services.h"
#include "control/try_lock.h"
#include "control/view.h"
#include "service/instance.h"
#include "service/settings.h"
#include "wire/channels.h"
#include "wire/scale.h"
#include "wire/scan_state.h"

#define ASK_AGAIN_MS 10 /* how often to look whether the scanner has come to an instance, as no event tells that */
#define SAY_AFTER_MS 3000

struct scaling
{
  struct request const *request ;
  char const *template ;
  uint32_t number ;
  char **services ; /* all services that there were before */
  size_t count ;
  char const **leaving ; /* the instances among them that are to go */
  size_t leaving_count ;
  uint32_t before ; /* how many numbered instances there were before */
} ;

/* ---- the arguments ---- */

static void say_no_template (char const *name, char const *number)
{
  char template[SERVICE_NAME_MAX + 1] ;
  int is_instance = instance_template(name, template, 0) ;
  strerr_warnw6x(name, " is no template's name: that ends with @: reeve scale ", is_instance ? template : name, is_instance ? "" : "@", " ", number) ;
}

int scale_take (struct request *request, char **arguments)
{
  uint32_t number ;
  while (arguments[request->count]) request->count++ ;
  request->names = arguments ;
  if (request->count < 2)
  {
    strerr_warnw1x("scale needs the name of a template and how many instances there are to be: reeve scale worker@ 4") ;
    return EXIT_USAGE ;
  }
  request->word = arguments[--request->count] ;
  if (!setting_parse_uint(request->word, 0, COUNT_MAX, &number))
  {
    strerr_warnw3x("invalid number of instances ", request->word, ": allowed: 0 to 10000, behind the name: reeve scale worker@ 4") ;
    return EXIT_USAGE ;
  }
  for (size_t i = 0 ; i < request->count ; i++)
  {
    size_t len = strlen(arguments[i]) ;
    if (strpbrk(arguments[i], "*?[") || (len && (arguments[i][len - 1] == '@' || arguments[i][len - 1] == '/'))) continue ;
    say_no_template(arguments[i], request->word) ;
    return EXIT_USAGE ;
  }
  return EXIT_YES ;
}

/* ---- who goes ---- */

static int list (struct scaling *scaling)
{
  scaling->services = services_list(0, &scaling->count) ;
  scaling->leaving = calloc(scaling->count + 1, sizeof *scaling->leaving) ;
  for (size_t i = 0 ; scaling->services && scaling->leaving && i < scaling->count ; i++)
  {
    char const *name = scaling->services[i] ;
    uint32_t number = instance_is_of(name, scaling->template) ? instance_number(name) : 0 ;
    if (!number || services_has_directory(name)) continue ;
    scaling->before++ ;
    if (number > scaling->number) scaling->leaving[scaling->leaving_count++] = name ;
  }
  if (scaling->services && scaling->leaving) return 1 ;
  strerr_warnwu1sys("list the services") ;
  return 0 ;
}

/* An instance that a `reeve try` runs must not go: EXIT_NO after a message. */
static int refuse_tried (struct scaling const *scaling)
{
  struct request leaving = { .names = (char **)scaling->leaving, .count = scaling->leaving_count } ;
  return try_refuses(&leaving) ;
}

static int is_leaving (struct scaling const *scaling, char const *name)
{
  for (size_t i = 0 ; i < scaling->leaving_count ; i++)
    if (!strcmp(scaling->leaving[i], name)) return 1 ;
  return 0 ;
}

static int has_dependents (struct scaling const *scaling, struct graph const *graph, char const *name)
{
  struct graph_node const *node = graph_find(graph, name) ;
  for (struct graph_need const *need = node ? node->dependents : 0 ; need ; need = need->next)
    if (!need->inner && !need->optional && need->of->owner && !is_leaving(scaling, need->of->name)) return 1 ;
  return 0 ;
}

/* Stops services that need a leaving instance by its name, before that instance; they are held then. A
   service that needs the template only needs the other instances. */
static int stop_dependents (struct scaling const *scaling)
{
  struct request stop = *scaling->request ;
  struct graph graph ;
  int code = EXIT_YES ;
  if (!scaling->leaving_count || stop.only) return EXIT_YES ;
  stop.leaving = (char *const *)scaling->leaving ;
  stop.leaving_count = scaling->leaving_count ;
  stop.no_wait = 1 ;
  stop.count = 0 ;
  stop.names = calloc(scaling->leaving_count, sizeof *stop.names) ;
  if (!stop.names || !dependencies_learn_of(&graph, &stop))
  {
    free(stop.names) ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; i < scaling->leaving_count ; i++)
    if (has_dependents(scaling, &graph, scaling->leaving[i])) stop.names[stop.count++] = (char *)scaling->leaving[i] ;
  graph_free(&graph) ;
  if (stop.count) code = command_stop(&stop) ;
  free(stop.names) ;
  return code ;
}

/* ---- waiting ---- */

/* Has another command set another number meanwhile? Then says so. */
static int is_overruled (char const *template, uint32_t number)
{
  uint32_t now ;
  char text[UINT32_FMT] ;
  if (scale_read(template, &now) != 1 || now == number) return 0 ;
  text[uint32_fmt(text, now)] = 0 ;
  strerr_warnw4x(template, " was scaled to ", text, " meanwhile") ;
  return 1 ;
}

static int is_late (struct request const *request)
{
  tain now ;
  tain_now(&now) ;
  return request->has_deadline && !tain_less(&now, &request->deadline) ;
}

/* Waits until the instance has a supervisor. */
static int await_begun (struct scaling const *scaling, char const *name, struct view *view)
{
  uint64_t say_ms = clock_ms() + SAY_AFTER_MS ;
  for (;;)
  {
    if (!view_read(view, name))
    {
      strerr_warnwu5sys("read the state of ", name, " in ", scaling->request->live, services_who_may()) ;
      return EXIT_SYSTEM ;
    }
    if (view->state != STATE_UNSUPERVISED) return EXIT_YES ;
    if (is_overruled(scaling->template, scaling->number)) return EXIT_NO ;
    if (services_scanner_lives() <= 0) return services_need_scanner(scaling->request) ;
    if (services_scanner_stops())
    {
      strerr_warnw2x(name, " is not started: everything is stopped") ;
      return EXIT_NO ;
    }
    if (is_late(scaling->request))
    {
      strerr_warnw3x("timed out while waiting for ", name, " (it has no supervisor yet)") ;
      return EXIT_TIMED_OUT ;
    }
    if (say_ms && clock_ms() >= say_ms)
    {
      say_ms = 0 ;
      strerr_warni3x("waiting for ", name, " (it has no supervisor yet)") ;
    }
    poll(0, 0, ASK_AGAIN_MS) ;
  }
}

static int await_these (struct scaling const *scaling)
{
  int code = EXIT_YES ;
  for (uint32_t i = 1 ; i <= scaling->number ; i++)
  {
    char name[SERVICE_NAME_MAX + 1] ;
    struct view view ;
    int r ;
    instance_name(name, scaling->template, i) ;
    r = await_begun(scaling, name, &view) ;
    if (r) return code ? code : r ; /* the other instances would have the same result */
    r = await(scaling->request, name, 0, &view, &await_ready_if_wanted) ;
    if (!code) code = r ;
    if (r == EXIT_TIMED_OUT || r == EXIT_SYSTEM) break ;
  }
  return code ;
}

/* Is the instance gone? The scanner removes its directory in LIVE when it lets the instance go; but not while
   everything is being stopped. */
static int await_gone (struct view const *view, char const *name, struct view const *before)
{
  char template[SERVICE_NAME_MAX + 1] ;
  uint32_t number ;
  (void)before ;
  if (view->state == STATE_UNSUPERVISED && (!services_has(name) || services_scanner_lives() <= 0 || services_scanner_stops())) return 1 ;
  if (!instance_template(name, template, 0) || scale_read(template, &number) != 1 || number < instance_number(name)) return 0 ;
  is_overruled(template, number + 1) ; /* writes the message */
  return -1 ;
}

static int await_leaving (struct scaling const *scaling)
{
  struct request request = *scaling->request ;
  int code = EXIT_YES ;
  request.of_scanner = 1 ;
  for (size_t i = 0 ; i < scaling->leaving_count ; i++)
  {
    struct view view ;
    int r = view_read(&view, scaling->leaving[i]) ? await(&request, scaling->leaving[i], "d", &view, &await_gone) : EXIT_YES ;
    if (!code) code = r ;
    if (r) break ;
  }
  return code ;
}

/* ---- the command ---- */

static int order (struct scaling const *scaling)
{
  if (!scale_write(scaling->template, scaling->number))
  {
    strerr_warnwu7sys("write ", scaling->request->live, "/", SCALE_DIRECTORY, "/", scaling->template, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (fifo_send(SCAN_CONTROL_FIFO, "c", 1)) return EXIT_YES ;
  if (errno == ENXIO || errno == ENOENT) return services_need_scanner(scaling->request) ;
  strerr_warnwu3sys("tell the scanner on ", scaling->request->live, services_who_may()) ;
  return EXIT_SYSTEM ;
}

static void say_done (struct scaling const *scaling)
{
  char more[UINT32_FMT + 16] ;
  char number[UINT32_FMT] ;
  number[uint32_fmt(number, scaling->number)] = 0 ;
  if (scaling->number == scaling->before) snprintf(more, sizeof more, "as before") ;
  else if (scaling->number > scaling->before) snprintf(more, sizeof more, "%u more", (unsigned int)(scaling->number - scaling->before)) ;
  else snprintf(more, sizeof more, "%u fewer", (unsigned int)(scaling->before - scaling->number)) ;
  strerr_warni6x(scaling->template, scaling->request->no_wait ? " is to have " : " has ", number,
    scaling->number == 1 ? " instance: " : " instances: ", more, "") ;
}

/* Is the name of the last instance a valid name of a service? */
static int can_be (char const *template, uint32_t number)
{
  char name[SERVICE_NAME_MAX + 1] ;
  if (instance_name(name, template, number)) return 1 ;
  strerr_warnw3x("no instance of ", template, " can have that number: its name would be longer than 251 bytes") ;
  return 0 ;
}

static int scale (struct request const *request, char const *template, uint32_t number)
{
  struct scaling scaling = { .request = request, .template = template, .number = number } ;
  int code ;
  if (number && !can_be(template, number)) return EXIT_USAGE ;
  code = list(&scaling) ? EXIT_YES : EXIT_SYSTEM ;
  if (!code) code = refuse_tried(&scaling) ;
  if (!code) code = stop_dependents(&scaling) ;
  if (!code) code = order(&scaling) ;
  if (!code && !request->no_wait) code = await_these(&scaling) ;
  if (!code && !request->no_wait) code = await_leaving(&scaling) ;
  if (!code) say_done(&scaling) ;
  free(scaling.leaving) ;
  services_free(scaling.services, scaling.count) ;
  return code ;
}

int command_scale (struct request const *request)
{
  uint32_t number ;
  int code = services_need_scanner(request) ;
  if (!setting_parse_uint(request->word, 0, COUNT_MAX, &number)) return EXIT_USAGE ;
  for (size_t i = 0 ; !code && i < request->count ; i++) code = scale(request, request->names[i], number) ;
  return code ;
}
