#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>

#include "base/path.h"
#include "base/trust.h"
#include "control/dependencies.h"
#include "control/services.h"
#include "control/view.h"
#include "service/dependencies.h"
#include "service/instance.h"
#include "wire/dependents.h"
#include "wire/scan_state.h"

#define PATH_SIZE 4096

static int open_in (int at, char const *name)
{
  char path[PATH_SIZE] ;
  return path_join(path, sizeof path, name, DEPENDENCIES) ? trust_anyones_directory(at, path, 0) : -1 ;
}

/* Opens the dependencies.d of a service: in SCAN, its own or its template's, or in LIVE, of a service that
   others have put there. Returns -1 with errno. */
static int open_dependencies (int scan, char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  int fd = scan >= 0 ? open_in(scan, name) : -1 ;
  if (fd == -1 && scan >= 0 && services_is_instance(name) && instance_template(name, template, 0)) fd = open_in(scan, template) ;
  return fd == -1 ? open_in(AT_FDCWD, name) : fd ;
}

struct learning
{
  struct graph *graph ;
  char *const *leaving ; /* instances that nobody needs because of their template */
  size_t leaving_count ;
  int scan ; /* a descriptor of SCAN; -1: not known */
  char **names ; /* the names of all services; 0: not listed yet */
  size_t count ;
} ;

static int is_leaving (struct learning const *learning, char const *name)
{
  for (size_t i = 0 ; i < learning->leaving_count ; i++)
    if (!strcmp(learning->leaving[i], name)) return 1 ;
  return 0 ;
}

static int list_all (struct learning *learning)
{
  if (!learning->names) learning->names = services_list(0, &learning->count) ;
  return !!learning->names ;
}

/* A service that needs a template needs each instance. */
static int add_instances (struct learning *learning, struct dependencies *dependencies)
{
  if (!dependencies_has_template(dependencies)) return 1 ;
  if (!list_all(learning)) return 0 ;
  for (size_t i = 0 ; i < learning->count ; i++)
    if (!is_leaving(learning, learning->names[i]) && !dependencies_add_instance(dependencies, learning->names[i])) return 0 ;
  return 1 ;
}

/* A dependency that cannot be read is left out: the scanner has said why. */
static int read_needs (struct learning *learning, struct graph_node *node)
{
  struct dependencies dependencies ;
  int ok = 1 ;
  int fd = open_dependencies(learning->scan, node->name) ;
  if (fd == -1) return 1 ;
  if (dependencies_read(&dependencies, fd, ".", 0, 0))
  {
    ok = add_instances(learning, &dependencies) && graph_set_needs(learning->graph, node, dependencies.wishes, dependencies.count) ;
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

static char known ;
static struct seen const *seen ; /* services that were read already; 0: none */

static int read_view (struct view *view, char const *name)
{
  size_t from = 0 ;
  size_t to = seen ? seen->count : 0 ;
  while (from < to)
  {
    size_t middle = from + (to - from) / 2 ;
    int order = strcmp(name, seen->names[middle]) ;
    if (!order) return (*view = seen->views[middle], 1) ;
    if (order < 0) to = middle ;
    else from = middle + 1 ;
  }
  return view_read(view, name) ;
}

static int add_one (struct learning *learning, char const *name)
{
  struct view view ;
  struct graph_node *node = graph_add(learning->graph, name) ;
  if (!node) return 0 ;
  if (node->owner) return 1 ;
  node->owner = &known ;
  if (read_view(&view, node->name)) graph_set_facts(learning->graph, node, facts_of(&view)) ;
  return node->facts & GRAPH_DISABLED || read_needs(learning, node) ;
}

static int add_all (struct learning *learning)
{
  if (!list_all(learning)) return 0 ;
  for (size_t i = 0 ; i < learning->count ; i++)
    if (!add_one(learning, learning->names[i])) return 0 ;
  return 1 ;
}

/* Adds the services that have dependencies, those in request->names, and those that any of these needs.
     with  the names of those that have dependencies */
static int add_linked (struct learning *learning, struct request const *request, stralloc const *with)
{
  for (size_t at = 0 ; at < with->len ; at += strlen(with->s + at) + 1)
    if (services_has(with->s + at) && !add_one(learning, with->s + at)) return 0 ;
  for (size_t i = 0 ; i < request->count ; i++)
    if (!strchr(request->names[i], '/') && services_has(request->names[i]) && !add_one(learning, request->names[i])) return 0 ;
  for (struct graph_node *node = learning->graph->first ; node ; node = node->later)
    if (!node->owner && services_has(node->name) && !add_one(learning, node->name)) return 0 ;
  return 1 ;
}

/* A template itself counts as ready: it holds no service. */
static void add_templates (struct graph *graph)
{
  for (struct graph_node *node = graph->first ; node ; node = node->later)
  {
    if (node->owner || !services_has_template(node->name)) continue ;
    node->owner = &known ;
    graph_set_facts(graph, node, GRAPH_EXISTS | GRAPH_WANTED | GRAPH_READY | GRAPH_SETTLED) ;
  }
}

/* request: 0 for a graph of all services. It is one also where nobody has written who has dependencies. */
static int learn (struct graph *graph, struct request const *request, struct seen const *what)
{
  struct learning learning = { .graph = graph, .leaving = request ? request->leaving : 0, .leaving_count = request ? request->leaving_count : 0 } ;
  struct scan_state state ;
  stralloc with = STRALLOC_ZERO ;
  int ok ;
  seen = what ;
  learning.scan = scan_state_read(&state) ? trust_anyones_directory(AT_FDCWD, state.scan, 0) : -1 ;
  *graph = (struct graph) { .complete = 1 } ;
  ok = request && dependents_read(&with) ? add_linked(&learning, request, &with) : add_all(&learning) ;
  stralloc_free(&with) ;
  services_free(learning.names, learning.count) ;
  if (learning.scan >= 0) fd_close(learning.scan) ;
  if (!ok)
  {
    strerr_warnwu1sys("learn what the services depend on") ;
    graph_free(graph) ;
    return 0 ;
  }
  add_templates(graph) ;
  graph_find_circles(graph, &no_message, 0) ;
  return 1 ;
}

int dependencies_learn_all (struct graph *graph, struct seen const *what)
{
  return learn(graph, 0, what) ;
}

int dependencies_learn_of (struct graph *graph, struct request const *request)
{
  return learn(graph, request, 0) ;
}

int dependencies_learn_of_one (struct graph *graph, char const *name)
{
  struct request const one = { .names = (char **)&name, .count = 1 } ;
  return learn(graph, &one, 0) ;
}

/* Lists the service that the word names; if it names a template, its instances as well. */
static size_t list_word (struct graph const *graph, char const *word, struct graph_wish *wishes, size_t room)
{
  size_t count = 0 ;
  if (room) wishes[count++] = (struct graph_wish) { .name = word } ;
  for (struct graph_node *node = instance_is_template(word) ? graph->first : 0 ; node && count < room ; node = node->later)
    if (node->owner && instance_is_of(node->name, word)) wishes[count++] = (struct graph_wish) { .name = node->name } ;
  return count ;
}

int dependencies_add_command (struct graph *graph, char *after)
{
  size_t room = graph->count + strlen(after) + 1 ;
  struct graph_wish *wishes = calloc(room, sizeof *wishes) ;
  struct graph_node *node = graph_add(graph, DEPENDENCIES_COMMAND) ;
  char *at = after ;
  char *word = strtok_r(at, " \t\n", &at) ;
  int all = word && !strcmp(word, "all") ;
  size_t count = 0 ;
  int ok ;
  for (struct graph_node *each = graph->first ; wishes && all && each ; each = each->later)
    if (each->owner) wishes[count++] = (struct graph_wish) { .name = each->name } ;
  for ( ; wishes && !all && word ; word = strtok_r(0, " \t\n", &at)) count += list_word(graph, word, wishes + count, room - count) ;
  ok = wishes && node && graph_set_needs(graph, node, wishes, count) ;
  add_templates(graph) ;
  for (size_t i = 0 ; ok && i < node->need_count ; i++) node->needs[i].if_wanted = !!all ;
  free(wishes) ;
  return ok ;
}

void dependencies_state (struct graph_node const *node, char *out, size_t size)
{
  struct view view ;
  char end[24] ;
  if (!*node->name) snprintf(out, size, "held") ; /* CMD */
  else if (!node->owner) snprintf(out, size, "missing") ;
  else if (instance_is_template(node->name) && services_has_template(node->name)) snprintf(out, size, "template") ;
  else if (!read_view(&view, node->name)) snprintf(out, size, "unknown") ;
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
    dependencies_state(need->on, out->state, sizeof out->state) ;
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
