#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/width.h"
#include "control/page.h"
#include "control/status.h"
#include "control/terminal.h"
#include "control/top.h"

#define OTHER_COLUMNS 54
#define NAME_MIN 8
#define HELP "c m n S: sort  r restart  s stop  u start  l log  w why  q quit"

static char const *const sort_names[] = { "state", "CPU", "memory", "name" } ;

static struct top *sorted ; /* for qsort() */

static int compare_order (void const *a, void const *b)
{
  size_t i = *(size_t const *)a ;
  size_t j = *(size_t const *)b ;
  struct top_row const *x = sorted->rows + i ;
  struct top_row const *y = sorted->rows + j ;
  if (sorted->sort == SORT_CPU && x->permille != y->permille) return x->permille < y->permille ? 1 : -1 ;
  if (sorted->sort == SORT_MEMORY && x->sum.bytes != y->sum.bytes) return x->sum.bytes < y->sum.bytes ? 1 : -1 ;
  return (i > j) - (i < j) ;
}

static void sort (struct top *top)
{
  if (top->sort == SORT_STATE) return ; /* top_look() has sorted them so */
  sorted = top ;
  qsort(top->order, top->count, sizeof *top->order, &compare_order) ;
}

/* Returns the line of the selected service. If that service is gone, the first is selected. */
static size_t selection (struct top *top)
{
  for (size_t i = 0 ; i < top->count ; i++)
    if (!strcmp(top->rows[top->order[i]].name, top->selected)) return i ;
  snprintf(top->selected, sizeof top->selected, "%s", top->count ? top->rows[top->order[0]].name : "") ;
  return 0 ;
}

void top_move (struct top *top, int by)
{
  long to = (long)selection(top) + by ;
  if (!top->count) return ;
  if (to < 0) to = 0 ;
  if (to >= (long)top->count) to = (long)top->count - 1 ;
  snprintf(top->selected, sizeof top->selected, "%s", top->rows[top->order[to]].name) ;
}

/* Writes as much of the text as `columns` have room for. */
static void put_cut (FILE *out, char const *text, int columns)
{
  if (columns > 0) fwrite(text, 1, width_fit(text, (size_t)columns), out) ;
}

static void put_row (FILE *out, struct top_row const *row, int width, int columns, int selected, int colour)
{
  static char const *const colours[] = { "\033[31m", "\033[33m", "\033[32m", "" } ;
  char memory[PROCESSES_MEMORY_MAX] ;
  char cpu[16] = "-" ;
  char pid[16] = "-" ;
  char since[32] ;
  char line[512] ;
  if (row->permille >= 0) snprintf(cpu, sizeof cpu, "%d.%d", row->permille / 10, row->permille % 10) ;
  if (row->view.pid) snprintf(pid, sizeof pid, "%ld", (long)row->view.pid) ;
  status_since(&row->view, since, sizeof since) ;
  snprintf(line, sizeof line, " %-12s %6s %11s %5u %-8s %7s",
    view_state_name(row->view.state), cpu, processes_memory(&row->sum, memory), row->view.restarts, since, pid) ;
  if (selected) fputs("\033[7m", out) ;
  else if (colour) fputs(colours[view_concern(&row->view)], out) ;
  page_put_cell(out, row->name, (size_t)(width < columns ? width : columns)) ;
  put_cut(out, line, columns - width) ;
  fputc('\n', out) ;
}

static int name_width (struct top const *top, int columns)
{
  int width = NAME_MIN ;
  for (size_t i = 0 ; i < top->count ; i++)
    if ((int)width_of_string(top->names[i]) > width) width = (int)width_of_string(top->names[i]) ;
  if (width > columns - OTHER_COLUMNS) width = columns - OTHER_COLUMNS ;
  return width < NAME_MIN ? NAME_MIN : width ;
}

static void put_list (FILE *out, struct top *top, int rows, int columns)
{
  char line[512] ;
  char memory[PROCESSES_MEMORY_MAX] ;
  struct sum sum = { .bytes = 0 } ;
  int permille = 0 ;
  int width = name_width(top, columns) ;
  int at ;
  int colour = page_has_colours() ;
  sort(top) ;
  at = (int)selection(top) ;
  for (size_t i = 0 ; i < top->count ; i++)
  {
    processes_add(&sum, &top->rows[i].sum) ;
    if (top->rows[i].permille > 0) permille += top->rows[i].permille ;
  }
  snprintf(line, sizeof line, "%zu services, CPU %d.%d %%, %s; sorted by %s", top->count, permille / 10, permille % 10, processes_memory(&sum, memory), sort_names[top->sort]) ;
  put_cut(out, line, columns) ;
  snprintf(line, sizeof line, "%-*s %-12s %6s %11s %5s %-8s %7s", width, "NAME", "STATE", "CPU %", "MEMORY", "RST", "SINCE", "PID") ;
  fputs("\n\033[1m", out) ;
  put_cut(out, line, columns) ;
  fputc('\n', out) ;
  if (at < top->first) top->first = at ;
  if (at >= top->first + rows) top->first = at - rows + 1 ;
  if (top->first > (int)top->count - rows) top->first = (int)top->count > rows ? (int)top->count - rows : 0 ;
  for (int i = top->first ; i < top->first + rows ; i++)
    if (i < (int)top->count) put_row(out, top->rows + top->order[i], width, columns, i == at, colour) ;
    else fputs(" \n", out) ;
}

static void put_pane (FILE *out, struct top *top, int rows, int columns)
{
  int lines = 0 ;
  char const *text = top->pane ;
  for (char const *at = text ; *at ; at++) lines += *at == '\n' ;
  if (top->first > lines - rows) top->first = lines - rows ;
  if (top->first < 0) top->first = 0 ;
  fputs("\033[1m", out) ;
  put_cut(out, top->title, columns) ;
  fputc('\n', out) ;
  for (int i = 0 ; i < top->first ; i++) text += strcspn(text, "\n") + 1 ; /* as many as there are */
  for (int i = 0 ; i < rows ; i++)
  {
    int len = (int)strcspn(text, "\n") ;
    char line[1024] ;
    snprintf(line, sizeof line, "%.*s", len, text) ;
    put_cut(out, *line ? line : " ", columns) ;
    fputc('\n', out) ;
    text += len + (text[len] == '\n') ;
  }
}

void top_draw (struct top *top)
{
  char *text = 0 ;
  size_t size = 0 ;
  FILE *out = open_memstream(&text, &size) ;
  int rows ;
  int columns ;
  if (!out) return ;
  terminal_size(&rows, &columns) ;
  if (top->pane) put_pane(out, top, rows > 2 ? rows - 2 : 1, columns) ;
  else put_list(out, top, rows > 3 ? rows - 3 : 1, columns) ;
  put_cut(out, *top->message ? top->message : top->pane ? "j k: scroll  q back" : HELP, columns) ;
  if (!fclose(out)) terminal_draw(text) ;
  free(text) ;
}
