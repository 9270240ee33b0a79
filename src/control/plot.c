#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/text.h"
#include "base/width.h"
#include "control/control.h"
#include "control/page.h"
#include "control/services.h"
#include "control/timeline.h"
#include "control/view.h"
#include "service/name.h"

/* In pixels. */
#define CHARACTER 7.3 /* the width of a character of a monospaced font of 12 */
#define ROW 20
#define TOP 80
#define MARGIN 16
#define CHART 900
#define TEXT_ROOM 290 /* for the text right of the bars */

#define NAME_COLUMNS_MAX 40
#define TICKS_MAX 10

struct plot
{
  struct timeline line ;
  struct timing const **rows ;
  size_t count ;
  uint64_t until_ms ; /* the end of the time axis, counted from line.begin_ms */
  double left ; /* where the time axis begins, in pixels */
} ;

/* XML cannot hold a control character, a byte that is not UTF-8, U+FFFE or U+FFFF. */
static void print_text (char const *name, size_t columns_max)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  char const *text = service_name_printable(printable, sizeof printable, name) ;
  char const *end = text + width_fit(text, columns_max) ;
  while (text < end)
  {
    size_t len = text_utf8(text, (size_t)(end - text)) ;
    if (!len || !strncmp(text, "\xef\xbf\xbe", 3) || !strncmp(text, "\xef\xbf\xbf", 3)) putchar('?') ;
    else if (strchr("<>&\"'", *text)) printf("&#%d;", *text) ;
    else printf("%.*s", (int)len, text) ;
    text += len ? len : 1 ;
  }
  if (*text) fputs("..", stdout) ;
}

static size_t columns_of (char const *text)
{
  size_t n = width_of_string(text) ;
  return n < NAME_COLUMNS_MAX ? n : NAME_COLUMNS_MAX + 2 ;
}

static double x_of (struct plot const *plot, uint64_t ms)
{
  uint64_t begin = plot->line.begin_ms ;
  uint64_t at = ms > begin ? ms - begin : 0 ;
  if (at > plot->until_ms) at = plot->until_ms ;
  return plot->left + CHART * (double)at / (double)plot->until_ms ;
}

/* ---- what is shown ---- */

static uint64_t first_ms (struct timing const *timing)
{
  return timing->runs ? timing->start_ms : timing->begin_ms ;
}

/* Services that started later (timing.later) come last: they have no bar, as the axis shows the start of the
   tree. */
static int by_start (void const *a, void const *b)
{
  struct timing const *x = *(struct timing *const *)a ;
  struct timing const *y = *(struct timing *const *)b ;
  if (x->later != y->later) return x->later ? 1 : -1 ;
  if (first_ms(x) != first_ms(y)) return first_ms(x) < first_ms(y) ? -1 : 1 ;
  return strcmp(x->name, y->name) ;
}

static uint64_t end_of (struct plot const *plot, struct timing const *timing)
{
  return timing->ready_ms ? timing->ready_ms : plot->line.now_ms ;
}

static int choose (struct plot *plot)
{
  size_t columns = sizeof "SERVICE" - 1 ;
  uint64_t const begin = plot->line.begin_ms ;
  uint64_t end = begin ;
  int waits = 0 ;
  plot->rows = calloc(plot->line.count + 1, sizeof(void *)) ;
  if (!plot->rows) return 0 ;
  for (size_t i = 0 ; i < plot->line.count ; i++)
  {
    struct timing const *timing = plot->line.all + i ;
    if (!timing->runs && timing->state != STATE_HELD) continue ;
    plot->rows[plot->count++] = timing ;
    if (columns_of(timing->name) > columns) columns = columns_of(timing->name) ;
    if (!timing->later && timing->ready_ms > end) end = timing->ready_ms ;
    if (!timing->ready_ms) waits = 1 ;
  }
  if (waits && end > begin && plot->line.now_ms > end + (end - begin)) end += end - begin ; /* a service that waits for ever must not squeeze the other bars */
  else if (waits) end = plot->line.now_ms ;
  qsort(plot->rows, plot->count, sizeof(void *), &by_start) ;
  plot->until_ms = end - begin ;
  plot->until_ms += plot->until_ms / 20 + 1 ; /* so that the bar of the service that was ready last is seen */
  plot->left = MARGIN + CHARACTER * (double)columns + 8 ;
  return 1 ;
}

/* ---- drawing ---- */

static void print_bar (char const *class, double from, double to, double y)
{
  if (to > from) printf("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n", class, from, y, to - from, ROW - 6) ;
}

static void describe (struct plot const *plot, struct timing const *timing)
{
  char held[PAGE_DURATION_MAX] ;
  char took[PAGE_DURATION_MAX] ;
  char const *between = "" ;
  if (timing->later && timing->runs)
  {
    printf("started%s %s later", timing->again ? " again" : "", page_duration(held, timing->start_ms - plot->line.begin_ms)) ;
    between = ", " ;
  }
  else if (timing->held_ms)
  {
    printf("held %s", page_precise(held, timing->held_ms)) ;
    between = ", " ;
  }
  if (!timing->runs) return ;
  if (!timing->told) printf("%sexecuted", between) ;
  else printf(timing->ready_ms ? "%sready in %s" : "%snot ready for %s", between, page_precise(took, timing->took_ms)) ;
}

static void print_row (struct plot const *plot, struct timing const *timing, size_t row)
{
  double y = TOP + ROW * (double)row ;
  double right = plot->left + CHART ;
  double from = x_of(plot, timing->start_ms) ;
  double ready = x_of(plot, end_of(plot, timing)) ;
  printf("<g><title>") ;
  print_text(timing->name, (size_t)-1) ;
  printf("</title>\n<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", plot->left - 8, y + 12) ;
  print_text(timing->name, NAME_COLUMNS_MAX) ;
  puts("</text>") ;
  if (!timing->later)
  {
    if (timing->held_ms) print_bar("held", x_of(plot, timing->begin_ms), x_of(plot, timing->begin_ms + timing->held_ms), y + 1) ;
    if (timing->runs) print_bar("starting", from, ready, y + 1) ;
    if (timing->ready_ms) print_bar(timing->state == STATE_DONE ? "done" : "up", ready, timing->state == STATE_DONE && ready + 3 < right ? ready + 3 : right, y + 1) ;
  }
  printf("<text x=\"%.1f\" y=\"%.1f\">", (timing->later ? plot->left : right) + 6, y + 12) ;
  describe(plot, timing) ;
  puts("</text></g>") ;
}

/* Returns the distance of the marks on the axis: 1, 2 or 5 with zeros, and at most TICKS_MAX marks. */
static uint64_t tick_of (uint64_t until_ms)
{
  uint64_t tick = 1 ;
  for (unsigned int i = 0 ; until_ms / tick > TICKS_MAX ; i++) tick = i % 3 == 1 ? tick / 2 * 5 : tick * 2 ;
  return tick ;
}

static void print_axis (struct plot const *plot)
{
  double bottom = TOP + ROW * (double)plot->count + 4 ;
  uint64_t tick = tick_of(plot->until_ms) ;
  for (uint64_t ms = 0 ; ms <= plot->until_ms ; ms += tick)
  {
    double x = x_of(plot, plot->line.begin_ms + ms) ;
    char label[PAGE_DURATION_MAX] ;
    if (tick >= 1000) snprintf(label, sizeof label, "%ju s", (uintmax_t)(ms / 1000)) ;
    else snprintf(label, sizeof label, plot->until_ms < 1000 ? "%ju ms" : "%ju.%ju s", (uintmax_t)(plot->until_ms < 1000 ? ms : ms / 1000), (uintmax_t)(ms / 100 % 10)) ;
    printf("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x, TOP - 6, x, bottom) ;
    printf("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, TOP - 10, label) ;
    if (plot->count > 20) printf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", x, bottom + 14, label) ;
  }
}

static void print_legend (double x)
{
  static struct { char const *class ; char const *text ; } const entries[] = { { "held", "held" }, { "starting", "starting" }, { "up", "ready" }, { "done", "done" } } ;
  for (size_t i = 0 ; i < sizeof entries / sizeof *entries ; i++)
  {
    print_bar(entries[i].class, x, x + 14, 32) ;
    printf("<text x=\"%.1f\" y=\"43\">%s</text>\n", x + 20, entries[i].text) ;
    x += 110 ;
  }
}

static void print_plot (struct plot const *plot)
{
  double width = plot->left + CHART + TEXT_ROOM + MARGIN ;
  double height = TOP + ROW * (double)plot->count + 40 ;
  size_t services = 0 ;
  for (size_t i = 0 ; i < plot->count ; i++) services += !!*plot->rows[i]->node->name ; /* CMD's name is empty */
  printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n", width, height, width, height) ;
  puts("<style>text{font:12px monospace;fill:#222}line{stroke:#ccc}.held{fill:#bbb}.starting{fill:#e08a00}.up{fill:#8cc98c}.done{fill:#3b76b5}</style>") ;
  printf("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%d\" y=\"22\">%zu service%s%s, from the start of the scanner on</text>\n",
    MARGIN, services, services == 1 ? "" : "s", services < plot->count ? " and CMD" : "") ;
  print_legend(MARGIN) ;
  print_axis(plot) ;
  for (size_t i = 0 ; i < plot->count ; i++) print_row(plot, plot->rows[i], i) ;
  puts("</svg>") ;
}

int command_plot (struct request const *request)
{
  struct plot plot = { .count = 0 } ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!timeline_learn(&plot.line)) return EXIT_SYSTEM ;
  if (choose(&plot)) print_plot(&plot) ;
  else
  {
    strerr_warnwu1sys("remember the services") ;
    code = EXIT_SYSTEM ;
  }
  free(plot.rows) ;
  timeline_free(&plot.line) ;
  return code ? code : page_end() ;
}
