#include "scan/origin.h"

#include <errno.h>
#include <stdio.h>

#include "base/path.h"
#include "service/instance.h"

static int look_at (struct scanner const *s, char const *name, char const *file, struct stat *st)
{
  char path[SCAN_PATH_MAX + UNIT_PATH_MAX] ;
  path_join(path, sizeof path, s->scan, name) ;
  path_join(path, sizeof path, path, file) ;
  return *file ? lstat(path, st) : stat(path, st) ;
}

static int is_missing (struct scanner const *s, char const *name, char const *file)
{
  struct stat st ;
  return look_at(s, name, file, &st) == -1 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) ;
}

/* NAME@ with a `run`. If it has `instances` in it, s6-instance-maker made it, and it is an ordinary
   service. */
static int is_template (struct scanner const *s, char const *name)
{
  return instance_is_template(name) && !is_missing(s, name, "run") && is_missing(s, name, "instances") ;
}

void origin_look (struct scanner const *s, struct unit *unit)
{
  char template[SERVICE_NAME_MAX + 1] ;
  struct stat own ;
  struct stat of_template ;
  unsigned int has_own ;
  if (unit->foreign || units_is_logger(unit)) return ;
  unit->instances.is_template = !units_may_run(unit) && is_template(s, unit->name) ;
  unit->instances.is_one = unit->instances.has_own = 0 ;
  if (!instance_template(unit->name, template, 0) || !is_template(s, template)) return ;
  has_own = look_at(s, unit->name, "", &own) != -1 && S_ISDIR(own.st_mode) ;
  if (has_own && look_at(s, template, "", &of_template) != -1 && own.st_dev == of_template.st_dev && own.st_ino == of_template.st_ino) has_own = 0 ; /* a link to the template */
  if (has_own && !is_missing(s, unit->name, "run")) return ;
  unit->instances.is_one = 1 ;
  unit->instances.has_own = has_own ;
}

static void describe (struct unit const *service, char const *suffix, struct origin *origin)
{
  char template[SERVICE_NAME_MAX + 1] ;
  origin->count = 0 ;
  if (!service->instances.is_one || service->instances.has_own) snprintf(origin->name[origin->count++], UNIT_PATH_MAX, "%s%s", service->name, suffix) ;
  if (service->instances.is_one && instance_template(service->name, template, 0))
    snprintf(origin->name[origin->count++], UNIT_PATH_MAX, "%s%s", template, suffix) ;
}

void origin_of_logger (struct unit const *producer, struct origin *origin)
{
  describe(producer, LOGGER_SUFFIX, origin) ;
}

void origin_of (struct unit const *unit, struct origin *origin)
{
  if (unit->producer) origin_of_logger(unit->producer, origin) ;
  else describe(unit, "", origin) ;
}

int origin_find (struct scanner const *s, struct unit const *unit, char const *file, char *out, size_t size, struct stat *st)
{
  struct origin origin ;
  if (unit->foreign)
  {
    path_join(out, size, unit->name, file) ;
    return lstat(out, st) != -1 ;
  }
  origin_of(unit, &origin) ;
  for (unsigned int i = 0 ; i < origin.count ; i++)
  {
    path_join(out, size, s->scan, origin.name[i]) ;
    path_join(out, size, out, file) ;
    if (lstat(out, st) != -1) return 1 ;
    if (errno != ENOENT && errno != ENOTDIR) return 0 ;
  }
  return 0 ;
}
