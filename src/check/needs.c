#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "service/dependencies.h"
#include "service/executable.h"
#include "service/graph.h"
#include "service/instance.h"

#define NEED_PATH_MAX (sizeof "//" DEPENDENCIES + 2 * (size_t)NAME_MAX)
#define CIRCLE_MAX 1000

struct needs
{
  struct check *check ;
  struct graph graph ;
  char *const *services ;
  size_t count ;
  char const *only ; /* report only this service's findings; 0: all */
  char const *of ; /* the service whose dependencies.d is being read */
} ;

static void need_path (char out[NEED_PATH_MAX], char const *of, char const *on)
{
  snprintf(out, NEED_PATH_MAX, "%s/" DEPENDENCIES "%s%s", of, on ? "/" : "", on ? on : "") ;
}

static int is_told_of (struct needs const *needs, char const *service)
{
  return !needs->only || !strcmp(needs->only, service) ;
}

/* ---- faults of a single dependency ---- */

static void tell_fault (char const *name, char const *why, void *data)
{
  struct needs *needs = data ;
  char path[NEED_PATH_MAX] ;
  need_path(path, needs->of, name) ;
  if (is_told_of(needs, needs->of)) finding(needs->check, LEVEL_ERROR, path, 1, 0, "%s", why) ;
}

/* The template has a count that does not make this instance. Somebody may scale the template later,
   so this is no error. Returns 1 if that is so. */
static int check_uncounted (struct needs const *needs, struct graph_need const *need)
{
  char path[NEED_PATH_MAX] ;
  uint32_t count ;
  check_may_be_counted(need->on->name, &count) ;
  if (!count) return 0 ;
  need_path(path, need->of->name, need->on->name) ;
  finding(needs->check, need->optional ? LEVEL_HINT : LEVEL_WARNING, path, 1, "write another count, or remove this file", "its template has a count of %u: there is no such instance unless it is scaled",
    (unsigned int)count) ;
  return 1 ;
}

/* An optional dependency may be missing; but a name close to a service's is probably misspelt. */
static void check_unknown (struct needs const *needs, struct graph_need const *need)
{
  char path[NEED_PATH_MAX] ;
  char mend[NAME_MAX + 32] = "create it, or remove this file" ;
  char const *name = need->on->name ;
  size_t len = strlen(name) ;
  struct closest closest = { name, 0, 0 } ;
  for (size_t i = 0 ; i < needs->count ; i++) closest_try(&closest, needs->services[i]) ;
  if (check_uncounted(needs, need)) return ;
  if (need->optional && !closest.word) return ;
  if (closest.word) snprintf(mend, sizeof mend, "did you mean %s?", closest.word) ;
  else if (len > 4 && !strcmp(name + len - 4, "-log")) snprintf(mend, sizeof mend, "remove it: a logger is always there") ;
  need_path(path, need->of->name, name) ;
  finding(needs->check, need->optional ? LEVEL_HINT : LEVEL_ERROR, path, 1, mend, "there is no service %s", name) ;
}

/* The directory with the files of a service: for an instance, its template's. */
static char const *files_of (char const *name, char template[SERVICE_NAME_MAX + 1])
{
  enum role role = check_role(name) ;
  return role != ROLE_SERVICE && role != ROLE_TEMPLATE && instance_template(name, template, 0) ? template : name ;
}

/* Reports a dependency that will never be ready by itself: the service would wait for ever. */
static void check_startable (struct needs const *needs, struct graph_need const *need)
{
  char path[NEED_PATH_MAX] ;
  char file[NAME_MAX + sizeof "/down"] ;
  char why[EXECUTABLE_WHY_MAX] ;
  char template[SERVICE_NAME_MAX + 1] ;
  need_path(path, need->of->name, need->on->name) ;
  snprintf(file, sizeof file, "%s/down", files_of(need->on->name, template)) ;
  if (!access(file, F_OK))
    finding(needs->check, LEVEL_WARNING, path, 1, "remove one of these two, or write optional into this one",
      "%s waits until somebody starts %s, which has a file `down`", need->of->name, need->on->name) ;
  snprintf(file, sizeof file, "%s/run", files_of(need->on->name, template)) ;
  if (access(file, X_OK) == -1)
    finding(needs->check, LEVEL_ERROR, path, 1, "fix that", "%s can never start, as it needs %s, whose run cannot be executed (%s)",
      need->of->name, need->on->name, executable_why_not(file, errno, why, sizeof why)) ;
}

static void check_service_needs (struct needs const *needs, struct graph_node const *node)
{
  char path[NAME_MAX + sizeof "/log/" DEPENDENCIES] ;
  for (size_t i = 0 ; i < node->need_count ; i++)
  {
    if (!node->needs[i].on->owner) check_unknown(needs, node->needs + i) ;
    else if (!node->needs[i].optional) check_startable(needs, node->needs + i) ;
  }
  snprintf(path, sizeof path, "%s/log/" DEPENDENCIES, node->name) ;
  if (!access(path, F_OK)) finding(needs->check, LEVEL_WARNING, path, 1, "remove it", "without effect: a logger belongs to its service") ;
}

static int is_among (struct graph_node const *first, char const *service)
{
  while (first && strcmp(first->name, service) != 0) first = first->member ;
  return !!first ;
}

static void tell_circle (struct graph_node const *first, void *data)
{
  struct needs *needs = data ;
  char path[NEED_PATH_MAX] = "" ;
  char text[CIRCLE_MAX] ;
  if (needs->only && !is_among(first, needs->only)) return ;
  for (struct graph_node const *member = first ; member ; member = member->member)
    for (size_t i = 0 ; i < member->need_count ; i++)
      if (member->needs[i].inner && !instance_is_of(member->needs[i].on->name, member->name)) need_path(path, member->name, member->needs[i].on->name) ;
  graph_describe_circle(first, text, sizeof text) ;
  finding(needs->check, LEVEL_ERROR, path, 1, "remove one of these", "a circle, which has no order, so that none of these has an effect: %s", text) ;
}

/* ---- the graph ---- */

/* A template also needs each of its instances that has a directory: they may have dependencies that
   the template does not have. */
static int add_own_instances (struct needs const *needs, struct dependencies *dependencies, char const *service)
{
  int ok = 1 ;
  for (size_t i = 0 ; ok && i < needs->count ; i++)
    if (instance_is_of(needs->services[i], service)) ok = dependencies_append(dependencies, needs->services[i], 0) ;
  return ok ;
}

/* Does it have dependencies of its own? Those of its template are reported with the template. */
static int has_own_needs (char const *service)
{
  char path[NEED_PATH_MAX] ;
  enum role role = check_role(service) ;
  need_path(path, service, 0) ;
  return role == ROLE_SERVICE || role == ROLE_TEMPLATE || (role == ROLE_INSTANCE && !access(path, F_OK)) ;
}

/* Adds the dependencies of `service`, borrowed, to the graph. */
static int read_needs (struct needs *needs, char const *service)
{
  struct dependencies dependencies ;
  char template[SERVICE_NAME_MAX + 1] ;
  char path[NEED_PATH_MAX] ;
  struct graph_node *node = graph_add(&needs->graph, service) ;
  int is_own = has_own_needs(service) ;
  int ok ;
  if (!node) return 0 ;
  node->owner = (void *)service ;
  needs->of = service ;
  need_path(path, is_own ? service : files_of(service, template), 0) ;
  if (!dependencies_read(&dependencies, AT_FDCWD, path, is_own ? &tell_fault : 0, needs))
  {
    if (errno == ENOMEM) return 0 ;
    if (errno != ENOTDIR && is_own && is_told_of(needs, service)) /* has been reported already */
      finding(needs->check, LEVEL_WARNING, path, 1, "check as a user who may", "it cannot be read (%s)", strerror(errno)) ;
    return 1 ;
  }
  ok = add_own_instances(needs, &dependencies, service) && graph_set_needs(&needs->graph, node, dependencies.wishes, dependencies.count) ;
  dependencies_free(&dependencies) ;
  return ok ;
}

/* Adds the instances that somebody needs by name and that only a count makes. */
static int add_counted (struct needs *needs)
{
  uint32_t count ;
  int ok = 1 ;
  for (struct graph_node *node = needs->graph.first ; ok && node ; node = node->later)
    if (!node->owner && check_may_be_counted(node->name, &count)) ok = read_needs(needs, node->name) ;
  return ok ;
}

int check_needs (struct check *check, char *const *services, size_t count, char const *only)
{
  struct needs needs = { .check = check, .services = services, .count = count, .only = only } ;
  int ok = !only || graph_add(&needs.graph, only) ; /* a circle's description begins with this service */
  for (size_t i = 0 ; ok && i < count ; i++) ok = read_needs(&needs, services[i]) ;
  if (ok) ok = add_counted(&needs) ;
  for (size_t i = 0 ; ok && i < count ; i++)
    if (is_told_of(&needs, services[i]) && has_own_needs(services[i])) check_service_needs(&needs, graph_find(&needs.graph, services[i])) ;
  if (ok) graph_find_circles(&needs.graph, &tell_circle, &needs) ;
  graph_free(&needs.graph) ;
  return ok ;
}
