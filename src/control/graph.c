#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/width.h"
#include "control/control.h"
#include "control/dependencies.h"
#include "control/page.h"
#include "control/services.h"
#include "control/view.h"
#include "service/name.h"

#define LINE_MAX_OF_NEEDS 4096
#define NAME_WIDTH_MAX 24
#define STATE_MAX 32

/* ---- which ---- */

static int is_named (struct request const *request, struct graph_node const *node)
{
  if (request->listed) return 1 ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (!strcmp(request->names[i], node->name)) return 1 ;
  return 0 ;
}

/* Is the service named, or does a named service need it, or does it need a named one? */
static int is_shown (struct request const *request, struct graph_node const *node)
{
  if (is_named(request, node)) return 1 ;
  for (struct graph_need const *need = node->dependents ; need ; need = need->next)
    if (is_named(request, need->of)) return 1 ;
  for (size_t i = 0 ; i < node->need_count ; i++)
    if (is_named(request, node->needs[i].on)) return 1 ;
  return 0 ;
}

static char const *name_of (struct graph_node const *node)
{
  return *node->name ? node->name : "CMD" ;
}

/* ---- text ---- */

static void print_text (struct request const *request, struct graph const *graph)
{
  int width = sizeof "NAME" - 1 ;
  for (struct graph_node const *node = graph->first ; node ; node = node->later)
    if (is_shown(request, node) && (int)width_of_string(name_of(node)) > width) width = (int)width_of_string(name_of(node)) ;
  if (width > NAME_WIDTH_MAX) width = NAME_WIDTH_MAX ;
  printf("%-*s  %-12s  NEEDS\n", width, "NAME", "STATE") ;
  for (struct graph_node const *node = graph->first ; node ; node = node->later)
  {
    char needs[LINE_MAX_OF_NEEDS] = "" ;
    char state[STATE_MAX] ;
    size_t used = 0 ;
    size_t at ;
    if (!is_shown(request, node)) continue ;
    for (size_t i = 0 ; i < node->need_count && used < sizeof needs ; i++)
      used += (size_t)snprintf(needs + used, sizeof needs - used, "%s%s%s", used ? ", " : "", node->needs[i].on->name,
        node->needs[i].inner ? " (in a circle: ignored)" : node->needs[i].optional ? " (optional)" : "") ;
    dependencies_state(node, state, sizeof state) ;
    at = page_print_padded(name_of(node), (size_t)width) ;
    at += (size_t)printf(*needs ? "  %-12s" : "  %s", state) ;
    if (*needs) page_print_after(at, needs) ;
    putchar('\n') ;
  }
}

/* ---- for other programs ---- */

static char const *colour_of (char const *state)
{
  static char const *const good[] = { "up", "done" } ;
  static char const *const bad[] = { "missing", "failed", "unhealthy", "unsupervised" } ;
  for (size_t i = 0 ; i < sizeof good / sizeof *good ; i++)
    if (!strcmp(state, good[i])) return "palegreen" ;
  for (size_t i = 0 ; i < sizeof bad / sizeof *bad ; i++)
    if (!strncmp(state, bad[i], strlen(bad[i]))) return "salmon" ;
  return !strcmp(state, "down") || !strcmp(state, "disabled") || !strcmp(state, "template") ? "lightgrey" : "khaki" ;
}

/* Prints a name. Characters that would end the text in DOT or Mermaid are escaped. */
static void print_quoted (struct request const *request, char const *name)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  char const *text = service_name_printable(printable, sizeof printable, name) ;
  for ( ; *text ; text++)
    if (request->mermaid && strchr("\"#<>&;", *text)) printf("#%d;", *text) ;
    else if (!request->mermaid && strchr("\"\\", *text)) printf("\\%c", *text) ;
    else putchar(*text) ;
}

static void print_node (struct request const *request, struct graph_node const *node)
{
  char state[STATE_MAX] ;
  dependencies_state(node, state, sizeof state) ;
  printf("  n%zu[%s\"", node->number, request->dot ? "label=" : "") ;
  print_quoted(request, name_of(node)) ;
  if (request->dot) printf("\\n%s\" fillcolor=%s]\n", state, colour_of(state)) ;
  else printf("<br/>%s\"]\n  style n%zu fill:%s\n", state, node->number, colour_of(state)) ;
}

static void print_need (struct request const *request, struct graph_need const *need)
{
  char const *style = need->inner ? " [color=red style=dotted]" : need->optional ? " [style=dashed]" : "" ;
  if (request->dot) printf("  n%zu -> n%zu%s\n", need->of->number, need->on->number, style) ;
  else printf("  n%zu %s n%zu\n", need->of->number, need->inner ? "-. ignored .->" : need->optional ? "-.->" : "-->", need->on->number) ;
}

static void print_for_programs (struct request const *request, struct graph const *graph)
{
  size_t number = 0 ;
  puts(request->dot ? "digraph reeve {\n  rankdir=LR\n  node [shape=box style=filled]" : "graph LR") ;
  for (struct graph_node *node = graph->first ; node ; node = node->later)
  {
    node->number = number++ ;
    if (is_shown(request, node)) print_node(request, node) ;
  }
  for (struct graph_node const *node = graph->first ; node ; node = node->later)
    for (size_t i = 0 ; i < node->need_count ; i++)
      if (is_named(request, node) || is_named(request, node->needs[i].on)) print_need(request, node->needs + i) ;
  if (request->dot) puts("}") ;
}

int command_graph (struct request const *request)
{
  struct graph graph ;
  struct view view ;
  struct seen seen ;
  struct request all = { .live = request->live, .names = request->names, .count = request->count, .listed = 1 } ;
  char after[LINE_MAX_OF_NEEDS] ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!request->listed) all.count = 0 ; /* dependencies_learn_all() reads all services */
  if (!view_read_all(&all, &seen) || !dependencies_learn_all(&graph, &seen)) return EXIT_SYSTEM ;
  if (view_read_command(&view, after, sizeof after) && view.state == STATE_HELD) dependencies_add_command(&graph, after) ;
  if (request->dot || request->mermaid) print_for_programs(request, &graph) ;
  else print_text(request, &graph) ;
  graph_free(&graph) ;
  view_say_closed(&seen) ;
  free(seen.views) ;
  return page_end() ;
}
