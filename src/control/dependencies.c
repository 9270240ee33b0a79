#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/path.h"
#include "base/trust.h"
#include "control/control.h"
#include "service/dependencies.h"
#include "wire/scan_state.h"

#define PATH_SIZE 4096

/* In SCAN, or what others have put into LIVE. -1 with errno. */
static int open_dependencies (char const *scan, char const *name)
{
  char path[2 * PATH_SIZE] ;
  int fd = -1 ;
  if (!path_join(path, sizeof path, name, DEPENDENCIES)) return (errno = ENAMETOOLONG, -1) ;
  if (*scan && path_join(path, sizeof path, scan, name) && path_join(path, sizeof path, path, DEPENDENCIES))
    fd = trust_anyones_directory(AT_FDCWD, path, 0) ;
  if (fd >= 0 || !path_join(path, sizeof path, name, DEPENDENCIES)) return fd ;
  return trust_anyones_directory(AT_FDCWD, path, 0) ;
}

/* What cannot be read is not known to be needed: the scanner has said why. */
static int read_needs (struct graph *graph, struct graph_node *node, char const *scan)
{
  struct dependencies dependencies ;
  int ok = 1 ;
  int fd = open_dependencies(scan, node->name) ;
  if (fd == -1) return 1 ;
  if (dependencies_read(&dependencies, fd, ".", 0, 0))
  {
    ok = graph_set_needs(graph, node, dependencies.wishes, dependencies.count) ;
    dependencies_free(&dependencies) ;
  }
  fd_close(fd) ;
  return ok ;
}

static unsigned int facts_of (struct view const *view)
{
  unsigned int facts = GRAPH_EXISTS ;
  if (view->wanted_up || view->done) facts |= GRAPH_WANTED ;
  if (view->ready) facts |= GRAPH_READY ;
  if (view->ready || view->has_ended) facts |= GRAPH_SETTLED ;
  if (view->task) facts |= GRAPH_TASK ;
  if (view->state == STATE_FAILED) facts |= GRAPH_FAILED ;
  if (view->state == STATE_DISABLED) facts |= GRAPH_DISABLED ;
  return facts ;
}

static void no_message (struct graph_node const *first, void *data)
{
  (void)first ;
  (void)data ;
}

static int add_all (struct graph *graph, char **names, size_t count, char const *scan)
{
  static char known ;
  for (size_t i = 0 ; i < count ; i++)
  {
    struct view view ;
    struct graph_node *node = graph_add(graph, names[i]) ;
    if (!node) return 0 ;
    node->owner = &known ;
    if (view_read(&view, names[i])) graph_set_facts(graph, node, facts_of(&view)) ;
    if (!(node->facts & GRAPH_DISABLED) && !read_needs(graph, node, scan)) return 0 ;
  }
  return 1 ;
}

int dependencies_learn (struct graph *graph)
{
  struct scan_state state ;
  size_t count ;
  char **names = services_list(0, &count) ;
  int ok ;
  *graph = (struct graph) { .complete = 1 } ;
  ok = names && add_all(graph, names, count, scan_state_read(&state) ? state.scan : "") ;
  services_free(names, count) ;
  if (!ok)
  {
    strerr_warnwu1sys("learn what the services depend on") ;
    graph_free(graph) ;
    return 0 ;
  }
  graph_find_circles(graph, &no_message, 0) ;
  return 1 ;
}

int dependencies_add_command (struct graph *graph, char *after)
{
  struct graph_wish *wishes = calloc(graph->count + strlen(after) + 1, sizeof *wishes) ;
  struct graph_node *node = graph_add(graph, DEPENDENCIES_COMMAND) ;
  char *word = strtok(after, " \t\n") ;
  int all = word && !strcmp(word, "all") ;
  size_t count = 0 ;
  int ok ;
  for (struct graph_node *each = graph->first ; wishes && all && each ; each = each->later)
    if (each->owner) wishes[count++] = (struct graph_wish) { .name = each->name } ;
  for ( ; wishes && !all && word ; word = strtok(0, " \t\n")) wishes[count++] = (struct graph_wish) { .name = word } ;
  ok = wishes && node && graph_set_needs(graph, node, wishes, count) ;
  for (size_t i = 0 ; ok && i < node->need_count ; i++) node->needs[i].if_wanted = !!all ;
  free(wishes) ;
  return ok ;
}

static void describe_state (struct graph_node const *node, char *out, size_t size)
{
  struct view view ;
  char end[24] ;
  if (!node->owner) snprintf(out, size, "missing") ;
  else if (!view_read(&view, node->name)) snprintf(out, size, "unknown") ;
  else if (view.state == STATE_FAILED && view.has_ended)
  {
    view_describe_failure(&view, end, sizeof end) ;
    snprintf(out, size, "failed, %s", end) ;
  }
  else snprintf(out, size, "%s", view_state_name(view.state)) ;
}

int dependencies_next (struct graph const *graph, char const *name, size_t *i, struct waits_for *out)
{
  struct graph_node const *node = graph_find(graph, name) ;
  for ( ; node && *i < node->need_count ; ++*i)
  {
    struct graph_need const *need = node->needs + *i ;
    if (!graph_holds(graph, need)) continue ;
    out->name = need->on->name ;
    describe_state(need->on, out->state, sizeof out->state) ;
    ++*i ;
    return 1 ;
  }
  return 0 ;
}

void dependencies_describe (struct graph const *graph, char const *name, char *out, size_t size)
{
  struct waits_for waits_for ;
  size_t used = 0 ;
  *out = 0 ;
  for (size_t i = 0 ; used < size && dependencies_next(graph, name, &i, &waits_for) ; )
    used += (size_t)snprintf(out + used, size - used, "%s%s (%s)", used ? ", " : "", waits_for.name, waits_for.state) ;
}
