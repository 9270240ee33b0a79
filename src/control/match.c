#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/match.h"
#include "control/services.h"
#include "control/view.h"
#include "service/instance.h"
#include "wire/channels.h"

struct chosen
{
  char **names ;
  size_t count ;
} ;

static int is_pattern (char const *name)
{
  return !!strpbrk(name, "*?[") ;
}

static int has (struct chosen const *chosen, char const *name)
{
  for (size_t i = 0 ; i < chosen->count ; i++)
    if (!strcmp(chosen->names[i], name)) return 1 ;
  return 0 ;
}

static int out_of_memory (void)
{
  strerr_warnwu1sys("remember the services") ;
  return EXIT_SYSTEM ;
}

static int add (struct chosen *chosen, char const *name)
{
  char **more = realloc(chosen->names, (chosen->count + 1) * sizeof *more) ;
  char *copy = more ? strdup(name) : 0 ;
  if (more) chosen->names = more ;
  if (!copy) return out_of_memory() ;
  chosen->names[chosen->count++] = copy ;
  return EXIT_YES ;
}

static int is_disabled (char const *name)
{
  struct view view ;
  return view_read(&view, name) && view.state == STATE_DISABLED ;
}

/* Adds the names of the list that match, without those that were added before. The list has each name
   once. */
static int add_matches (struct chosen *chosen, char const *pattern, char *const *list, size_t count, size_t *found, int with_disabled)
{
  struct chosen before = *chosen ;
  *found = 0 ;
  for (size_t i = 0 ; i < count ; i++)
  {
    int code ;
    if (fnmatch(pattern, list[i], FNM_PATHNAME)) continue ;
    ++*found ;
    if (!with_disabled && is_disabled(list[i])) continue ;
    before.names = chosen->names ;
    code = has(&before, list[i]) ? EXIT_YES : add(chosen, list[i]) ;
    if (code) return code ;
  }
  return EXIT_YES ;
}

static void cut_slashes (char *name)
{
  size_t len = strlen(name) ;
  while (len > 1 && name[len - 1] == '/') name[--len] = 0 ;
}

static void take (struct request *request, struct chosen const *chosen)
{
  request->names = chosen->names ;
  request->count = chosen->count ;
  request->owned = 1 ;
}

/* ---- services ---- */

static int add_pattern (struct request const *request, struct chosen *chosen, char const *pattern)
{
  size_t before = chosen->count ;
  size_t count ;
  size_t found ;
  int code ;
  char **list = services_list(1, &count) ;
  if (!list)
  {
    strerr_warnwu3sys("list the services in ", request->live, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  code = add_matches(chosen, pattern, list, count, &found, !request->acts) ;
  if (!code && found && chosen->count == before) code = add_matches(chosen, pattern, list, count, &found, 1) ; /* disabled services count if no other matches */
  services_free(list, count) ;
  if (code || found) return code ;
  services_say_unknown(request, pattern, 1) ;
  return EXIT_NO ; /* a pattern that matches nothing is no mistake of the user */
}

/* The collector can be shown, but takes no commands. */
static int add_collector (struct request const *request, struct chosen *chosen)
{
  if (!request->acts) return has(chosen, COLLECTOR) ? EXIT_YES : add(chosen, COLLECTOR) ;
  strerr_warnw1x(COLLECTOR " is the collector, which reads what all services write (REEVE_LOG), and no service of yours: it ends last, with the tree") ;
  return EXIT_NO ;
}

static int add_name (struct request const *request, struct chosen *chosen, char const *name)
{
  if (!strcmp(name, COLLECTOR) && services_collector()) return add_collector(request, chosen) ;
  if (services_has(name)) return has(chosen, name) ? EXIT_YES : add(chosen, name) ;
  if (is_pattern(name)) return add_pattern(request, chosen, name) ;
  if (!services_has_template(name)) return services_say_unknown(request, name, 0) ;
  strerr_warnw4x(name, " is a template, no service: name its instances, or all of them: '", name, "*'") ;
  return EXIT_USAGE ;
}

int match_names (struct request *request)
{
  struct chosen chosen = { .names = 0 } ;
  int code = EXIT_YES ;
  for (size_t i = 0 ; !code && i < request->count ; i++)
  {
    cut_slashes(request->names[i]) ;
    code = add_name(request, &chosen, request->names[i]) ;
  }
  take(request, &chosen) ;
  return code ;
}

/* ---- templates ---- */

static int add_templates (struct request const *request, struct chosen *chosen, char const *pattern)
{
  size_t count ;
  size_t found = 0 ;
  int code = EXIT_YES ;
  char **list = services_list_templates(&count) ;
  if (!list && errno != ENOENT)
  {
    strerr_warnwu3sys("list the templates of the scanner on ", request->live, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (list) code = add_matches(chosen, pattern, list, count, &found, 1) ;
  if (list) services_free(list, count) ;
  if (code || found) return code ;
  if (!services_scanner_lives()) return services_need_scanner(request) ;
  strerr_warnw4x("there is no template ", pattern, " for ", request->live) ;
  return EXIT_NO ;
}

int match_templates (struct request *request)
{
  struct chosen chosen = { .names = 0 } ;
  int code = EXIT_YES ;
  for (size_t i = 0 ; !code && i < request->count ; i++)
  {
    cut_slashes(request->names[i]) ;
    code = add_templates(request, &chosen, request->names[i]) ;
  }
  take(request, &chosen) ;
  return code ;
}
