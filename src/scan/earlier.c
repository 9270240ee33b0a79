#include "scan/earlier.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "scan/directory.h"
#include "scan/inherited.h"
#include "scan/livetree.h"
#include "scan/needs.h"
#include "scan/origin.h"
#include "scan/stopping.h"
#include "scan/takeover.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/state.h"

static void take_over (struct scanner *s, struct unit *unit, pid_t supervisor, int unfinished)
{
  if (supervisor || unfinished) needs_learn(s, unit) ; /* a stop may begin before the supervisor reports, and has to know the order */
  if (supervisor) units_post(&s->units, unit, takeover(s, unit, supervisor)) ;
  else if (unfinished)
  {
    unit->adopt = 1 ;
    inherited_learn(s, unit) ;
    units_post(&s->units, unit, UNIT_KILLED) ;
  }
}

/* Makes a unit of LIVE/NAME if something runs there. Returns 1; 0: it cannot be told; -1: nothing
   runs there. */
static int take (struct scanner *s, char const *identity, char const *name, int foreign)
{
  char logger_identity[NAME_MAX + sizeof LOGGER_SUFFIX] ;
  char logger_name[NAME_MAX + sizeof LOGGER_SUFFIX] ;
  struct unit *unit ;
  struct unit *logger ;
  pid_t supervisor ;
  pid_t logger_supervisor ;
  int unfinished ;
  int logger_unfinished ;
  int has_logger ;
  snprintf(logger_identity, sizeof logger_identity, "%s" LOGGER_SUFFIX, identity) ;
  snprintf(logger_name, sizeof logger_name, "%s" LOGGER_SUFFIX, name) ;
  if ((supervisor = directory_supervisor(name)) == -1 || (logger_supervisor = directory_supervisor(logger_name)) == -1
   || (unfinished = directory_is_unfinished(s, name)) == -1 || (logger_unfinished = directory_is_unfinished(s, logger_name)) == -1)
    return directory_absent(s, name) ;
  has_logger = logger_supervisor || logger_unfinished ;
  if (!has_logger && !supervisor && !unfinished) return -1 ;
  unit = directory_know(s, identity, name) ;
  if (!unit) return 0 ;
  unit->foreign = !!foreign ;
  origin_look(s, unit) ; /* the unit may get a successor before a scan sees its directory */
  logger = has_logger ? units_add(&s->units, logger_identity, logger_name, unit) : 0 ;
  if (logger) take_over(s, logger, logger_supervisor, logger_unfinished) ; /* the logger before its producer */
  take_over(s, unit, supervisor, unfinished) ;
  return 1 ;
}

int earlier_take (struct scanner *s, char const *name)
{
  int taken ;
  if (service_name_fault(name)) return 1 ;
  if (!livetree_is_ours(name)) return directory_absent(s, name) ;
  taken = take(s, name, name, 0) ;
  if (taken < 0 && !livetree_remove(name)) strerr_warnwu4sys("remove what is left of an earlier run, ", s->live, "/", message_about(name)) ;
  return !!taken ;
}

int earlier_take_collector (struct scanner *s)
{
  errno = 0 ;
  return !!take(s, COLLECTOR, COLLECTOR, 0) ;
}

void earlier_take_foreign (struct scanner *s, char const *identity, char const *name)
{
  struct unit *unit ;
  take(s, identity, name, 1) ;
  unit = units_by_identity(&s->units, identity) ;
  if (unit) stopping_let_go(s, unit) ;
}

int earlier_take_all (struct scanner *s)
{
  struct dirent *e ;
  int doubt = 0 ;
  int err ;
  DIR *dir = opendir(".") ;
  if (!dir) return 0 ;
  while ((errno = 0, e = readdir(dir)))
    if (e->d_name[0] != '.' && !units_by_identity(&s->units, e->d_name) && !earlier_take(s, e->d_name)) doubt = errno ? errno : EAGAIN ;
  err = errno ? errno : doubt ;
  closedir(dir) ;
  errno = err ;
  return !err ;
}
