#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "service/name.h"

#define EDGE_PATH_MAX (sizeof "/dependencies.d/" + 2 * (size_t)NAME_MAX)

/* A service needs others: edges from it to them, in one array, those of one
   service beside each other. */
struct graph
{
  char *const *services ;
  size_t count ;
  size_t *first ; /* of each service's edges; one more at the end */
  size_t *edges ;
  size_t edge_count ;
} ;

static int by_name (void const *a, void const *b)
{
  return strcmp(a, *(char *const *)b) ;
}

static int find (struct graph const *graph, char const *name, size_t *index)
{
  char *const *found = bsearch(name, graph->services, graph->count, sizeof *graph->services, &by_name) ;
  if (found) *index = (size_t)(found - graph->services) ;
  return !!found ;
}

static int is_entry (struct dirent const *entry)
{
  return entry->d_name[0] != '.' ;
}

static void tell_unknown (struct check *check, struct graph const *graph, char const *file, char const *name)
{
  struct closest closest = { name, 0, 0 } ;
  char mend[NAME_MAX + 32] = "create it, or remove this file" ;
  size_t len = strlen(name) ;
  for (size_t i = 0 ; i < graph->count ; i++) closest_try(&closest, graph->services[i]) ;
  if (closest.word) snprintf(mend, sizeof mend, "did you mean %s?", closest.word) ;
  else if (len > 4 && !strcmp(name + len - 4, "-log")) snprintf(mend, sizeof mend, "remove it: a logger is always there") ;
  finding(check, LEVEL_ERROR, file, 1, mend, "there is no service %s", name) ;
}

/* Adds what a service needs. */
static int add_edges (struct check *check, struct graph *graph, size_t index, int tells)
{
  char path[EDGE_PATH_MAX] ;
  struct dirent **entries ;
  size_t *more ;
  int n ;
  snprintf(path, sizeof path, "%s/dependencies.d", graph->services[index]) ;
  n = scandir(path, &entries, &is_entry, &alphasort) ;
  if (n == -1) return errno != ENOMEM ;
  more = realloc(graph->edges, (graph->edge_count + (size_t)n + 1) * sizeof *more) ;
  if (more) graph->edges = more ;
  for (int i = 0 ; i < n ; i++)
  {
    char const *name = entries[i]->d_name ;
    size_t to ;
    if (more && find(graph, name, &to)) graph->edges[graph->edge_count++] = to ;
    else if (more && tells)
    {
      snprintf(path, sizeof path, "%s/dependencies.d/%s", graph->services[index], name) ;
      tell_unknown(check, graph, path, name) ;
    }
    free(entries[i]) ;
  }
  free(entries) ;
  return !!more ;
}

static void tell_cycle (struct check *check, struct graph const *graph, size_t const *stack, size_t from, size_t depth)
{
  char path[EDGE_PATH_MAX] ;
  char text[512] ;
  size_t used = 0 ;
  char const *first = graph->services[stack[from]] ;
  for (size_t i = from ; i < depth && used < sizeof text ; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s needs ", graph->services[stack[i]]) ;
  snprintf(path, sizeof path, "%s/dependencies.d/%s", graph->services[stack[depth - 1]], first) ;
  finding(check, LEVEL_ERROR, path, 1, "remove one of these", "a cycle, none of which can ever start: %s%s", text, first) ;
}

/* Follows the edges from `start`, and tells each cycle that it closes.
     stack, next  room for as many as there are services
     seen         1: on the stack, 2: done */
static void follow (struct check *check, struct graph const *graph, size_t start, size_t *stack, size_t *next, char *seen, char const *only)
{
  size_t depth = 1 ;
  stack[0] = start ;
  next[0] = graph->first[start] ;
  seen[start] = 1 ;
  while (depth)
  {
    size_t at = stack[depth - 1] ;
    size_t to ;
    if (next[depth - 1] == graph->first[at + 1])
    {
      seen[at] = 2 ;
      depth-- ;
      continue ;
    }
    to = graph->edges[next[depth - 1]++] ;
    if (seen[to] == 1)
    {
      size_t from = depth ;
      while (stack[--from] != to) ;
      if (!only || !from) tell_cycle(check, graph, stack, from, depth) ;
    }
    else if (!seen[to])
    {
      seen[to] = 1 ;
      stack[depth] = to ;
      next[depth++] = graph->first[to] ;
    }
  }
}

static int build (struct check *check, struct graph *graph, char const *only)
{
  for (size_t i = 0 ; i < graph->count ; i++)
  {
    graph->first[i] = graph->edge_count ;
    if (!add_edges(check, graph, i, !only || !strcmp(only, graph->services[i]))) return 0 ;
  }
  graph->first[graph->count] = graph->edge_count ;
  return 1 ;
}

int check_needs (struct check *check, char *const *services, size_t count, char const *only)
{
  struct graph graph = { .services = services, .count = count } ;
  size_t *stack = calloc(2 * (count + 1), sizeof *stack) ;
  char *seen = calloc(count + 1, 1) ;
  int ok ;
  graph.first = calloc(count + 1, sizeof *graph.first) ;
  ok = stack && seen && graph.first && build(check, &graph, only) ;
  for (size_t i = 0 ; ok && i < count ; i++)
    if (!seen[i] && (!only || !strcmp(only, services[i]))) follow(check, &graph, i, stack, stack + count + 1, seen, only) ;
  free(graph.edges) ;
  free(graph.first) ;
  free(seen) ;
  free(stack) ;
  return ok ;
}
