#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/clock.h"
#include "control/services.h"
#include "control/top.h"

#define MEASURED_MAX 300 /* processes: of more, only an upper bound of the memory of each is read */

static void measure (struct process *process, int depth, char const *mark, void *data)
{
  struct top_row *row = data ;
  (void)depth ;
  (void)mark ;
  if (row->permille) processes_measure(process) ; /* look_at() has said so */
  processes_add(&row->sum, &process->sum) ;
}

static int compare_row (void const *a, void const *b)
{
  return strcmp(((struct top_row const *)a)->name, ((struct top_row const *)b)->name) ;
}

static struct top_row const *find (struct top_row const *rows, size_t count, char const *name)
{
  struct top_row key = { .name = name } ;
  return count ? bsearch(&key, rows, count, sizeof key, &compare_row) : 0 ;
}

static void look_at (struct top *top, struct top_row *row, struct top_row const *before, uint64_t ms)
{
  char path[SERVICE_NAME_MAX + sizeof "/log/supervise"] ;
  row->permille = top->processes.count <= MEASURED_MAX ;
  processes_of_service(&top->processes, row->name, &row->view, &measure, row) ;
  row->permille = -1 ;
  if (before && ms) row->permille = row->sum.cpu_ms > before->sum.cpu_ms ? (int)((row->sum.cpu_ms - before->sum.cpu_ms) * 1000 / ms) : 0 ;
  if (before || top->events == -1) return ;
  snprintf(path, sizeof path, "%s/supervise", row->name) ;
  inotify_add_watch(top->events, path, IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW) ; /* another user may not do this, and sees a change only at the next look */
}

static int compare_names (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

/* The services that the user named, sorted; without names all that there are now. The caller frees
   the list with services_free(). Returns 0 when it cannot be made. */
static char **list_names (struct request const *named, size_t *count)
{
  char **names ;
  if (named->listed) return services_list(!named->all, count) ;
  names = calloc(named->count + 1, sizeof *names) ;
  for (*count = 0 ; names && *count < named->count ; ++*count)
  {
    names[*count] = strdup(named->names[*count]) ;
    if (names[*count]) continue ;
    services_free(names, *count) ;
    return 0 ;
  }
  if (names) qsort(names, *count, sizeof *names, &compare_names) ;
  return names ;
}

/* Returns 0 when there is nothing to look at any more. */
int top_look (struct top *top)
{
  struct request request = { .live = top->request->live, .listed = top->request->listed } ;
  uint64_t now = clock_ms() ;
  struct seen seen ;
  struct top_row *rows ;
  size_t *order ;
  if (services_scanner_lives() <= 0) return 0 ;
  request.names = list_names(top->request, &request.count) ;
  if (!request.names || !view_read_all(&request, &seen) || !processes_look(&top->processes)) return 0 ;
  rows = calloc(seen.count + 1, sizeof *rows) ;
  order = realloc(top->order, (seen.count + 1) * sizeof *order) ;
  if (order) top->order = order ;
  if (!rows || !order)
  {
    free(rows) ;
    return 0 ;
  }
  for (size_t i = 0 ; i < seen.count ; i++)
  {
    rows[i] = (struct top_row) { .name = request.names[i], .view = seen.views[i] } ;
    look_at(top, rows + i, find(top->rows, top->count, rows[i].name), now - top->looked_ms) ;
  }
  view_order(&seen, order) ;
  free(seen.views) ;
  free(top->rows) ;
  services_free(top->names, top->count) ;
  top->names = request.names ;
  top->rows = rows ;
  top->count = seen.count ;
  top->looked_ms = now ;
  return 1 ;
}
