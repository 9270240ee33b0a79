#include "scan/templates.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "base/message.h"
#include "scan/directory.h"
#include "scan/environment.h"
#include "scan/look.h"
#include "scan/needs.h"
#include "scan/origin.h"
#include "service/instance.h"
#include "wire/scale.h"

#define PORTION 64 /* instances that are told before commands and signals are answered */

/* ---- how many ---- */

/* The count to go on with when the present one is invalid: a mistake never ends instances that run. */
static uint32_t in_doubt (struct unit const *unit, uint32_t otherwise)
{
  return unit->instances.is_known ? unit->instances.count : otherwise ;
}

static uint32_t say_invalid (struct scanner const *s, struct unit const *unit, char const *path, char const *variable, char const *value, uint32_t otherwise)
{
  char first[64] ;
  char printable[64] ;
  char number[UINT32_FMT] ;
  uint32_t count = in_doubt(unit, otherwise) ;
  if (s->look.quiet) return count ;
  snprintf(first, sizeof first, "%.*s", value ? (int)strcspn(value, "\r\n") : 0, value ? value : "") ;
  service_name_printable(printable, sizeof printable, first) ;
  number[uint32_fmt(number, count)] = 0 ;
  message_about(unit->name) ;
  if (!*variable) strerr_warnw9x("invalid ", path, ": \"", printable, "\": allowed: ", COUNT_ALLOWED, " (going on with ", number, ")") ;
  else if (!value || !*value) strerr_warnw7x("invalid ", path, ": ", variable, " is not set: set it, or write a default: $VARIABLE:DEFAULT (going on with ", number, ")") ;
  else strerr_warnw9x("invalid ", variable, ", which ", path, " names: \"", printable, "\": allowed: 0 to 10000 (going on with ", number, ")") ;
  return count ;
}

static uint32_t count_in_file (struct scanner const *s, struct unit *unit)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  char text[COUNT_TEXT_MAX + 1] ;
  static struct environment environment ; /* large */
  struct instance_count count ;
  uint32_t number ;
  snprintf(path, sizeof path, "%s/%s/" COUNT_FILE, s->scan, unit->name) ;
  unit->instances.has_count = 1 ;
  if (file_read(AT_FDCWD, path, text, COUNT_TEXT_MAX) == -1)
  {
    if (errno == ENOENT) return unit->instances.has_count = 0 ;
    if (s->look.quiet) return in_doubt(unit, COUNT_DEFAULT) ;
    message_about(unit->name) ;
    strerr_warnwu5sys("read ", path, " (allowed: ", COUNT_ALLOWED, ")") ;
    return in_doubt(unit, COUNT_DEFAULT) ;
  }
  if (!instance_count_parse(&count, text)) return say_invalid(s, unit, path, "", text, COUNT_DEFAULT) ;
  if (!*count.variable) return count.number ;
  environment_open(s, &environment) ;
  if (!instance_count_resolve(&count, environment_value(&environment, count.variable), &number))
    number = say_invalid(s, unit, path, count.variable, environment_value(&environment, count.variable), number) ;
  environment_close(&environment) ;
  return number ;
}

/* The wanted number of instances. A number that `reeve scale` has given comes before the file's. */
static uint32_t wanted (struct scanner const *s, struct unit *unit)
{
  uint32_t number ;
  int r = scale_read(unit->name, &number) ;
  if (r < 0 && !s->look.quiet) strerr_warnwu7sys("read ", s->live, "/", SCALE_DIRECTORY, "/", message_about(unit->name), " (its count is what counts)") ;
  unit->instances.has_count = 1 ;
  return r == 1 && number <= COUNT_MAX ? number : count_in_file(s, unit) ;
}

/* ---- which ---- */

/* The instance is not counted any more. If it has a directory in SCAN, it stays. */
static void uncount (struct scanner *s, struct unit *unit)
{
  unit->instances.is_counted = 0 ;
  if (directory_examine(s, unit) != UNIT_UNSEEN) return ;
  units_post(&s->units, unit, UNIT_UNSEEN) ;
  units_post(&s->units, unit, UNIT_PRUNE) ; /* at once: a counted instance does not come back by itself */
}

static struct unit *numbered (struct scanner *s, struct unit const *template, uint32_t number)
{
  char name[SERVICE_NAME_MAX + 1] ;
  return instance_name(name, template->name, number) ? units_by_identity(&s->units, name) : 0 ;
}

enum unit_event templates_count (struct scanner *s, struct unit *unit)
{
  uint32_t before = unit->instances.count ;
  uint32_t count ;
  if (mkdir(SCALE_DIRECTORY, 0700) == -1 && errno != EEXIST && !s->look.quiet) strerr_warnwu5sys("make ", s->live, "/", SCALE_DIRECTORY, " (reeve scale cannot work)") ;
  count = wanted(s, unit) ;
  for (uint32_t i = before ; i > count ; i--)
  {
    struct unit *instance = numbered(s, unit, i) ;
    if (instance && instance->instances.is_counted) uncount(s, instance) ;
  }
  unit->instances.count = count ;
  if (unit->instances.told > count) unit->instances.told = count ;
  if (unit->instances.told < count) s->templates.under_way = 1 ;
  if (unit->instances.is_missed || (!unit->instances.is_known && s->look.ended_once && !look_under_way(s))) look_order(s, 1) ; /* directories in SCAN may be instances of it */
  unit->instances.is_known = 1 ;
  unit->instances.is_missed = 0 ;
  s->templates.to_name = 1 ;
  needs_learn_template(s, unit) ;
  return UNIT_IS_TEMPLATE ;
}

void templates_forget (struct scanner *s, struct unit *unit)
{
  if (!unit->instances.is_known || s->stop.on) return ;
  for (struct unit *instance = s->units.all ; instance ; instance = instance->next)
  {
    if (!instance->instances.is_one || !instance_is_of(instance->name, unit->name)) continue ;
    instance->instances.is_counted = 0 ;
    if (!instance->instances.has_own) units_post(&s->units, instance, UNIT_UNSEEN) ;
  }
}

void templates_miss (struct scanner *s, struct unit *unit)
{
  char name[SERVICE_NAME_MAX + 1] ;
  struct unit *template = instance_template(unit->name, name, 0) ? units_by_identity(&s->units, name) : unit ;
  if (!template || !template->instances.is_known) return ;
  if (template != unit && !unit->instances.is_one && directory_has(s, unit, "run")) return ; /* the unit is an ordinary service */
  template->instances.is_missed = 1 ;
  if (template != unit) units_post(&s->units, template, UNIT_SEEN_CHANGING) ; /* so that the template's directory is watched */
}

void templates_count_again (struct scanner *s)
{
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->instances.is_known && unit->instances.is_template && unit->phase == UNIT_INCOMPLETE) units_post(&s->units, unit, UNIT_SEEN_COMPLETE) ;
}

/* ---- telling them ---- */

static int tell (struct scanner *s, struct unit *template, uint32_t number)
{
  char name[SERVICE_NAME_MAX + 1] ;
  struct unit *unit ;
  if (!instance_name(name, template->name, number))
  {
    strerr_warnw3x("no further instance of ", message_about(template->name), ": its name would be longer than 251 bytes") ;
    return 0 ;
  }
  unit = directory_know(s, name, name) ;
  if (!unit) return 1 ; /* the scan that was ordered tells it */
  unit->instances.is_counted = 1 ;
  unit->directory.seen = s->look.generation ;
  origin_look(s, unit) ;
  units_post(&s->units, unit, directory_has(s, unit, "run") ? UNIT_SEEN_COMPLETE : UNIT_SEEN_INCOMPLETE) ; /* what a scan would post */
  return 1 ;
}

int templates_under_way (struct scanner const *s)
{
  return s->templates.under_way ;
}

void templates_continue (struct scanner *s)
{
  unsigned int left = PORTION ;
  for (struct unit *unit = s->stop.on ? 0 : s->units.all ; unit ; unit = unit->next)
    while (unit->instances.is_template && unit->instances.told < unit->instances.count)
    {
      if (!left--) return ;
      if (!tell(s, unit, ++unit->instances.told)) unit->instances.told = unit->instances.count ;
    }
  s->templates.under_way = 0 ;
}

/* ---- messages ---- */

static int has_instance (struct scanner const *s, struct unit const *template)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->instances.is_one && instance_is_of(unit->name, template->name)) return 1 ;
  return 0 ;
}

void templates_say_unused (struct scanner *s)
{
  if (!s->templates.to_name || look_under_way(s) || templates_under_way(s)) return ;
  s->templates.to_name = 0 ;
  for (struct unit *unit = s->units.all ; unit ; unit = unit->next)
  {
    if (!unit->instances.is_known || unit->instances.has_count || unit->warned || has_instance(s, unit)) continue ;
    unit->warned = 1 ;
    strerr_warnw9x("the template ", message_about(unit->name), " has neither a count nor an instance: nothing of it runs (write a number to ", s->scan, "/", unit->name,
      "/", COUNT_FILE, ")") ;
  }
}
