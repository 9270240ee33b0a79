#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/width.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/page.h"
#include "control/services.h"
#include "control/timeline.h"
#include "control/view.h"
#include "service/name.h"

#define NAME_WIDTH_MAX 24
#define REMARK_MAX 4096
#define NEEDS_MAX 2048

/* ---- blame ---- */

static int by_time (void const *a, void const *b)
{
  struct timing const *x = *(struct timing *const *)a ;
  struct timing const *y = *(struct timing *const *)b ;
  if (x->took_ms != y->took_ms) return x->took_ms < y->took_ms ? 1 : -1 ;
  if (x->held_ms != y->held_ms) return x->held_ms < y->held_ms ? 1 : -1 ;
  return strcmp(x->name, y->name) ;
}

static void add (char *remark, char const *what, char const *more)
{
  size_t used = strlen(remark) ;
  snprintf(remark + used, REMARK_MAX - used, "%s%s%s", used ? "; " : "", what, more) ;
}

static void describe (struct timeline const *line, struct timing const *timing, char remark[REMARK_MAX])
{
  char held[PAGE_DURATION_MAX] ;
  char more[NEEDS_MAX + 128] ;
  char needs[NEEDS_MAX] ;
  *remark = 0 ;
  if (timing->state == STATE_HELD)
  {
    dependencies_describe(&line->graph, timing->node->name, needs, sizeof needs) ;
    snprintf(more, sizeof more, "%s so far%s%s", page_precise(held, timing->held_ms), *needs ? ", by " : "", needs) ;
    add(remark, "held for ", more) ;
    return ;
  }
  if (!timing->ready_ms) add(remark, "not ready yet", "") ;
  if (!timing->told) add(remark, "does not tell when it is ready", "") ;
  if (timing->held_ms)
  {
    snprintf(more, sizeof more, "%s before, by %s", page_precise(held, timing->held_ms), timing->by->name) ;
    add(remark, "held for ", more) ;
  }
  if (timing->again) add(remark, "since its last start", "") ;
}

/* CMD is no service: no name means CMD. */
static int is_meant (struct request const *request, struct timing const *timing)
{
  if (request->listed) return 1 ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (!strcmp(request->names[i], timing->node->name)) return 1 ;
  return 0 ;
}

static int learn (struct request const *request, struct timeline *line)
{
  int code = services_need_scanner(request) ;
  if (code) return code ;
  return timeline_learn(line) ? EXIT_YES : EXIT_SYSTEM ;
}

int command_blame (struct request const *request)
{
  struct timeline line ;
  struct timing const **list ;
  size_t count = 0 ;
  int width = sizeof "SERVICE" - 1 ;
  int code = learn(request, &line) ;
  if (code) return code ;
  list = calloc(line.count + 1, sizeof(void *)) ;
  if (!list)
  {
    strerr_warnwu1sys("remember the services") ;
    timeline_free(&line) ;
    return EXIT_SYSTEM ;
  }
  for (size_t i = 0 ; i < line.count ; i++)
  {
    struct timing const *timing = line.all + i ;
    if (!is_meant(request, timing) || !(timing->runs || timing->state == STATE_HELD)) continue ;
    if ((int)width_of_string(timing->name) > width) width = (int)width_of_string(timing->name) ;
    list[count++] = timing ;
  }
  if (width > NAME_WIDTH_MAX) width = NAME_WIDTH_MAX ;
  qsort(list, count, sizeof(void *), &by_time) ;
  printf("%12s  SERVICE\n", "UNTIL READY") ;
  for (size_t i = 0 ; i < count ; i++)
  {
    char took[PAGE_DURATION_MAX] ;
    char remark[REMARK_MAX] ;
    size_t at ;
    describe(&line, list[i], remark) ;
    at = (size_t)printf("%12s  ", list[i]->runs ? page_precise(took, list[i]->took_ms) : "-") ;
    at += page_print_padded(list[i]->name, *remark ? (size_t)width : 0) ;
    if (*remark) page_print_after(at, remark) ;
    putchar('\n') ;
  }
  free(list) ;
  timeline_free(&line) ;
  return page_end() ;
}

/* ---- critical-chain ---- */

static void print_chain (struct timeline const *line, struct timing const *timing)
{
  char at[PAGE_DURATION_MAX] ;
  char took[PAGE_DURATION_MAX] ;
  char name[SERVICE_NAME_MAX + 5] ;
  puts("@: from the start of the scanner until the service was executed; +: from there\nuntil it was ready.\n") ;
  for (int depth = 0 ; timing ; timing = timing->by, depth++)
  {
    if (depth) printf("%*s`-", 2 * (depth - 1), "") ;
    printf("%s @%s", service_name_printable(name, sizeof name, timing->name), page_precise(at, timing->start_ms - line->begin_ms)) ;
    if (!timing->told) printf(", does not tell when it is ready") ;
    else printf(timing->ready_ms ? " +%s" : ", not ready for %s", page_precise(took, timing->took_ms)) ;
    puts(timing->again ? " (its last start)" : "") ;
    if (timing->lost) printf("%*s(something that %s needs was started again since)\n", 2 * depth, "", name) ;
  }
}

int command_critical_chain (struct request const *request)
{
  struct timeline line ;
  struct graph_node const *node ;
  struct timing const *timing ;
  int code = learn(request, &line) ;
  if (code) return code ;
  node = request->listed ? 0 : graph_find(&line.graph, request->names[0]) ;
  timing = node ? node->owner : request->listed ? timeline_last(&line) : 0 ;
  if (timing && timing->runs) print_chain(&line, timing) ;
  else
  {
    code = EXIT_NO ;
    if (request->listed) strerr_warnw1x("no service is ready yet") ;
    else if (!node) strerr_warnw2x(request->names[0], " is a logger: it waits for nobody") ;
    else strerr_warnw5x(request->names[0], " does not run: `reeve why ", request->names[0], "` says why", "") ;
  }
  timeline_free(&line) ;
  return code ? code : page_end() ;
}
