#include "scan/cmd_after.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/exit.h"
#include "scan/cmd.h"
#include "scan/held.h"
#include "scan/needs.h"
#include "scan/stopping.h"
#include "service/instance.h"
#include "wire/channels.h"
#include "wire/status.h"

#define BLANKS " \t\n"
#define NODE "" /* no service's name */

struct list
{
  struct graph_wish *wishes ;
  size_t count ;
  unsigned int all : 1 ;
} ;

static struct unit const *find_service (struct scanner const *s, char const *name)
{
  struct unit const *unit = s->units.all ;
  while (unit && (units_is_logger(unit) || strcmp(unit->name, name) != 0)) unit = unit->next ;
  return unit ;
}

/* ---- what is to be ready ---- */

static void say_unknown (struct scanner const *s, char const *name)
{
  stralloc names = STRALLOC_ZERO ;
  int ok = 1 ;
  for (struct unit const *unit = s->units.all ; unit && ok ; unit = unit->next)
    if (!units_is_logger(unit)) ok = stralloc_cats(&names, names.len ? ", " : "; there are: ") && stralloc_cats(&names, unit->name) ;
  strerr_warnw7x("REEVE_CMD_AFTER: there is no service ", name, " in ", s->scan, ok && stralloc_0(&names) ? names.s : "", ": stopping everything",
    " (write names of services, separated by spaces, or `all`)") ;
  stralloc_free(&names) ;
}

static size_t count_words (char const *text)
{
  size_t n = 0 ;
  for (text += strspn(text, BLANKS) ; *text ; text += strspn(text, BLANKS), n++) text += strcspn(text, BLANKS) ;
  return n ;
}

static int is_listed (struct list const *list, char const *name)
{
  for (size_t i = 0 ; i < list->count ; i++)
    if (!strcmp(list->wishes[i].name, name)) return 1 ;
  return 0 ;
}

static void list_instances (struct scanner const *s, struct list *list, char const *template)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->instances.is_member && instance_is_of(unit->name, template)) list->wishes[list->count++] = (struct graph_wish) { .name = unit->name } ;
}

/* Adds the services in `names`, which is cut into words. A template stands for its instances.
   Returns 0 when a name is unknown; then a message was written. */
static int list_named (struct scanner const *s, struct list *list, char *names)
{
  char *at = names ;
  for (char *name = strtok_r(names, BLANKS, &at) ; name ; name = strtok_r(0, BLANKS, &at))
  {
    struct unit const *unit = find_service(s, name) ;
    if (!unit) return (say_unknown(s, name), 0) ;
    if (unit->instances.is_template && !is_listed(list, name)) list_instances(s, list, name) ; /* once: the array has room for each unit once */
    list->wishes[list->count++] = (struct graph_wish) { .name = name } ;
  }
  return 1 ;
}

static void list_all (struct scanner const *s, struct list *list)
{
  list->all = 1 ;
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (!units_is_logger(unit)) list->wishes[list->count++] = (struct graph_wish) { .name = unit->name } ;
}

/* ---- waiting ---- */

/* Writes the status of a CMD that waits, followed by the names that it waits for. */
static void publish (char const *names)
{
  struct status status = { .flags = STATUS_WANT_UP } ;
  char packed[STATUS_SIZE + BIRTH_SIZE] = { 0 } ;
  stralloc file = STRALLOC_ZERO ;
  tain_wallclock_read(&status.since) ;
  status_pack(packed, &status) ;
  if (!stralloc_catb(&file, packed, sizeof packed) || !stralloc_cats(&file, names) || !openwritenclose_suffix(COMMAND_STATUS_FILE, file.s, file.len, ".new"))
    strerr_warnwu1sys("write " COMMAND_STATUS_FILE) ;
  stralloc_free(&file) ;
}

/* Returns 0 when there is no memory. */
static int wait_for (struct scanner *s, struct list const *list, char const *names)
{
  static char name[] = "the command" ;
  struct unit *after = &s->cmd.after ;
  struct graph_node *node = graph_add(&s->needs.graph, NODE) ;
  if (!node || !graph_set_needs(&s->needs.graph, node, list->wishes, list->count)) return 0 ;
  for (size_t i = 0 ; i < node->need_count ; i++) node->needs[i].if_wanted = list->all ;
  node->owner = after ;
  after->name = name ;
  after->needs.node = node ;
  held_begin(s, after) ;
  s->cmd.look = 1 ; /* a service that CMD waits for may have failed already */
  publish(names) ;
  graph_set_facts(&s->needs.graph, node, GRAPH_EXISTS | GRAPH_WANTED | GRAPH_HELD) ;
  return 1 ;
}

void cmd_after_end (struct scanner *s)
{
  if (!s->cmd.after.needs.node) return ;
  needs_forget(s, &s->cmd.after) ;
  s->cmd.after.needs.held_ms = 0 ;
  unlink(COMMAND_STATUS_FILE) ;
}

static int is_named (struct scanner *s, char const *value)
{
  struct list list = { .count = 0 } ;
  char *names = strdup(value) ;
  char *at = names ;
  int ok ;
  list.wishes = calloc(s->units.count + count_words(value) + 1, sizeof *list.wishes) ;
  ok = names && list.wishes ;
  if (ok && count_words(value) == 1 && !strcmp(strtok_r(names, BLANKS, &at), "all")) list_all(s, &list) ;
  else if (ok && !list_named(s, &list, names))
  {
    s->own_code = EXIT_USAGE ;
    stopping_ask(s, 0) ;
  }
  if (ok && !s->stop.asked) ok = wait_for(s, &list, value) ;
  if (!ok) strerr_warnwu1sys("remember what the command is to follow (" CMD_AFTER_VARIABLE "): starting it at once") ;
  free(list.wishes) ;
  free(names) ;
  return ok ;
}

void cmd_after_begin (struct scanner *s)
{
  char const *value = s->cmd.argv && !s->cmd.pid && !s->stop.on ? getenv(CMD_AFTER_VARIABLE) : 0 ;
  if (!value || !count_words(value) || !is_named(s, value)) cmd_start(s) ;
}

void cmd_after_progress (struct scanner *s)
{
  struct graph_node const *obstacle = 0 ;
  if (!s->cmd.after.needs.node || s->stop.on) return ;
  if (s->cmd.look && !s->cmd.may_start) obstacle = graph_find_obstacle(&s->needs.graph, s->cmd.after.needs.node) ;
  s->cmd.look = 0 ;
  if (obstacle)
  {
    s->cmd.may_start = isatty(0) ;
    stopping_cmd_cannot_start(s, obstacle->name, ((struct unit *)obstacle->owner)->needs.wstat, s->cmd.may_start) ;
  }
  if (!s->cmd.may_start) return ;
  cmd_after_end(s) ;
  cmd_start(s) ;
}
