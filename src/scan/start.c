#include "scan/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/message.h"
#include "base/spawn.h"
#include "scan/again.h"
#include "scan/child.h"
#include "scan/collector.h"
#include "scan/condition.h"
#include "scan/console.h"
#include "scan/directory.h"
#include "scan/ending.h"
#include "scan/inherited.h"
#include "scan/livetree.h"
#include "scan/look.h"
#include "scan/needs.h"
#include "scan/reap.h"
#include "scan/stop.h"
#include "scan/takeover.h"
#include "scan/templates.h"
#include "scan/trusted.h"
#include "scan/turns.h"
#include "service/executable.h"
#include "service/instance.h"
#include "wire/channels.h"
#include "wire/order.h"
#include "wire/state.h"

#define EARLY_MS 1000

/* ---- the unit's directory in LIVE ---- */

/* Makes or refreshes LIVE/NAME. If its mark was removed, perhaps with all of its supervise/, it is
   marked again. */
static enum livetree_result make_own (struct scanner *s, struct unit *unit)
{
  struct livetree_found found ;
  struct origin origin ;
  enum livetree_result r ;
  origin_of(unit, &origin) ;
  r = livetree_make(s->scan, unit->name, &origin, &found) ;
  if (r == LIVETREE_TAKEN && unit->directory.made && livetree_mark_again(s->scan, unit->name, &origin))
    r = livetree_make(s->scan, unit->name, &origin, &found) ;
  unit->needs.none = r == LIVETREE_DONE && !found.dependencies ;
  if (r != LIVETREE_DONE) return r ;
  unit->directory.made = 1 ;
  unit->directory.filled = s->look.generation ;
  unit->condition.there = found.condition ;
  unit->console.there = found.console ;
  return r ;
}

static enum unit_event make_tree (struct scanner *s, struct unit *unit)
{
  if (unit->foreign || unit->adopt) return UNIT_STARTED ; /* the successor goes on with what is there: the directory in SCAN may be gone */
  switch (unit->collects ? livetree_make_collector(s->logger) : make_own(s, unit))
  {
    case LIVETREE_DONE :
      if (collector_make_fifos(s, unit)) return UNIT_STARTED ;
      takeover_cannot(unit, "make the fifos for the output of", strerror(errno)) ;
      return UNIT_START_FAILED ;
    case LIVETREE_TAKEN :
      strerr_warnw6x(s->live, "/", message_about(unit->name), " was not made by reeve-scan, so it stays: the service ", unit->name,
        " is not started; remove it or rename the service, then order a rescan") ;
      return UNIT_START_REFUSED ;
    default :
      takeover_cannot(unit, "make the live directory of", strerror(errno)) ;
      return UNIT_START_FAILED ;
  }
}

static enum livetree_result make_logger_tree (struct scanner *s, struct unit const *unit, char const *name)
{
  struct origin origin ;
  struct livetree_found none ;
  origin_of_logger(unit, &origin) ;
  return livetree_make(s->scan, name, &origin, &none) ;
}

/* Makes the unit's logger and starts it before the unit itself, so that the unit has somewhere to
   write to. */
static enum unit_event attend_logger (struct scanner *s, struct unit *unit)
{
  char name[UNIT_PATH_MAX] ;
  char identity[UNIT_PATH_MAX] ;
  struct unit *logger = unit->logger ;
  enum unit_event made = UNIT_STARTED ;
  if (units_is_logger(unit) || unit->phase == UNIT_LEAVING || !directory_has_logger(s, unit)) return UNIT_STARTED ;
  snprintf(name, sizeof name, "%s" LOGGER_SUFFIX, unit->name) ;
  snprintf(identity, sizeof identity, "%s" LOGGER_SUFFIX, unit->identity) ;
  if (!unit->foreign && make_logger_tree(s, unit, name) != LIVETREE_DONE) made = UNIT_START_FAILED ;
  if (made == UNIT_STARTED && !livetree_make_pipe(name)) made = UNIT_START_FAILED ;
  if (made == UNIT_STARTED && !logger)
  {
    logger = units_add(&s->units, identity, name, unit) ;
    if (logger) logger->adopt = directory_is_unfinished(s, name) != 0 ;
    else made = UNIT_START_FAILED ;
  }
  if (made == UNIT_STARTED && !collector_make_fifos(s, logger)) made = UNIT_START_FAILED ;
  if (made == UNIT_START_FAILED)
  {
    takeover_cannot(unit, "make the logger's directory of", strerror(errno)) ;
    return made ;
  }
  units_rename(logger, name) ;
  if (logger->phase == UNIT_INCOMPLETE) units_post(&s->units, logger, start_unit(s, logger)) ;
  return UNIT_STARTED ;
}

/* Makes again what was removed of a directory that the scanner had made: all of it, or the logger's
   part. */
static enum unit_event make_again (struct scanner *s, struct unit *unit)
{
  if (!unit->producer) return make_tree(s, unit) ;
  if (unit->foreign || unit->adopt || livetree_is_ours(unit->name)) return UNIT_STARTED ;
  if (make_logger_tree(s, unit->producer, unit->name) == LIVETREE_DONE && livetree_make_pipe(unit->name) && collector_make_fifos(s, unit))
  {
    if (unit->producer->supervisor.pid)
      strerr_warnw4x("the live directory of ", message_about(unit->name), " was removed, and the pipe to it: what is written there is lost until the service is restarted: reeve restart ", unit->producer->name) ;
    return UNIT_STARTED ;
  }
  takeover_cannot(unit, "make the live directory of", strerror(errno)) ;
  return UNIT_START_FAILED ;
}

/* ---- its supervisor ---- */

/* The live directory of a task was removed, and with it the record that says whether the task is
   done. A task never runs twice unasked, so a `down` file holds it. */
static void hold_task (struct unit const *unit)
{
  char path[UNIT_PATH_MAX] ;
  int fd ;
  if (!unit->supervised || unit->producer || unit->adopt) return ;
  snprintf(path, sizeof path, "%s/" STATE_FILE, unit->name) ;
  if (access(path, F_OK) != -1 || errno != ENOENT) return ;
  snprintf(path, sizeof path, "%s/flag-oneshot", unit->name) ;
  if (access(path, F_OK) == -1) return ;
  snprintf(path, sizeof path, "%s/down", unit->name) ;
  fd = file_open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644) ;
  if (fd == -1) strerr_warnwu2sys("create ", path) ;
  else fd_close(fd) ;
  strerr_warnw5x("whether the task ", message_about(unit->name), " is done is not known any more, as its live directory was removed: it is not run again (`reeve start ", unit->name, "` runs it)") ;
}

/* Puts the names of the service and of its instance into the environment, for the supervisor and
   all that it executes. Returns 1, or 0 with errno. */
static int tell_names (struct unit const *unit)
{
  struct unit const *service = unit->producer ? unit->producer : unit ;
  if (setenv(SERVICE_VARIABLE, unit->name, 1) == -1) return 0 ;
  return !service->instances.is_one || setenv(INSTANCE_VARIABLE, instance_of(service->name), 1) != -1 ;
}

static void forget_names (struct unit const *unit)
{
  struct unit const *service = unit->producer ? unit->producer : unit ;
  unsetenv(SERVICE_VARIABLE) ;
  if (service->instances.is_one) unsetenv(INSTANCE_VARIABLE) ;
}

static enum unit_event start_supervisor (struct scanner *s, struct unit *unit)
{
  char const *option = unit->adopt || unit->had_left ? "-a" : needs_are_met(s, unit) ? "-g" : 0 ;
  char const *argv[4] = { SUPERVISE_PROGRAM, option ? option : unit->name, option ? unit->name : 0, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  int told ;
  pid_t pid = 0 ;
  if (!s->supervise[0] && !child_find_supervise(s))
  {
    takeover_cannot(unit, "start a supervisor for", "there is no " SUPERVISE_PROGRAM) ;
    return UNIT_START_FAILED ;
  }
  hold_task(unit) ;
  request.path = s->supervise ;
  request.argv = argv ;
  request.ours = 1 ;
  told = tell_names(unit) ;
  request.envp = (char const *const *)environ ;
  if (told && (console_is_for(s, unit) || child_stdin(s, &request))) pid = spawn(&request, &executing) ;
  forget_names(unit) ;
  if (!pid)
  {
    char why[SCAN_PATH_MAX + 64] ;
    snprintf(why, sizeof why, "%s: %s", s->supervise, strerror(errno)) ;
    takeover_cannot(unit, "start a supervisor for", why) ;
    return UNIT_START_FAILED ;
  }
  if (!units_set_supervisor(&s->units, unit, pid))
  {
    /* Nobody would know to which unit it belongs. */
    kill(pid, SIGTERM) ;
    takeover_cannot(unit, "remember the supervisor of", strerror(ENOMEM)) ;
    unit->adopt = 1 ;
    return UNIT_START_FAILED ; /* the next try comes when that one has ended */
  }
  unit->supervisor.is_child = 1 ;
  unit->supervised = 1 ;
  unit->warned = 0 ;
  return UNIT_STARTED ;
}

/* Ends an inherited process that no supervisor can adopt, before a supervisor could start a second
   one beside it. Returns 1 when it has ended, or 0 with the event that follows. A unit that leaves
   does not wait for a process that the scanner cannot end. */
static int has_ended (struct scanner *s, struct unit *unit, enum unit_event *event)
{
  enum ending ending = ending_go_on(s, unit) ;
  if (ending == ENDING_DONE) return 1 ;
  *event = ending == ENDING_NOT_OURS && units_is_leaving(unit) ? UNIT_OVER : UNIT_START_FAILED ;
  return 0 ;
}

/* Is there a directory to start a supervisor in? If not, returns 0 with the event that follows. A
   successor can adopt only a recorded process, and the record may be lost. */
static int may_start (struct scanner *s, struct unit *unit, enum unit_event *event)
{
  int there = unit->foreign || unit->adopt ? directory_find(unit) : 1 ;
  if (unit->adopt && inherited_state_is_lost(unit))
  {
    if (!has_ended(s, unit, event)) return 0 ;
    unit->adopt = 0 ;
  }
  if (!unit->adopt && units_is_leaving(unit)) return (*event = UNIT_OVER, 0) ;
  if (there || !unit->foreign || unit->adopt) return 1 ;
  strerr_warnw4x("the directory of ", message_about(unit->name), " is gone from ", s->live) ;
  return (*event = UNIT_OVER, 0) ;
}

/* Is the foreign directory not to be trusted? For a logger this was answered with its producer:
   trusted_directory() looks at log/, too. */
static int is_refused (struct scanner const *s, struct unit *unit)
{
  if (!unit->foreign || unit->producer || trusted_directory(s, unit->name, !unit->warned)) return 0 ;
  unit->warned = 1 ;
  return 1 ;
}

/* Did the last supervisor live for less than a second? Then the next one has to wait. */
static int is_early (struct unit const *unit)
{
  return unit->supervisor.started_ms && clock_ms() - unit->supervisor.started_ms < EARLY_MS ;
}

static enum unit_event take_over_or_start (struct scanner *s, struct unit *unit)
{
  enum unit_event event ;
  pid_t living = directory_supervisor(unit->name) ;
  if (living > 0) return takeover(s, unit, living) ;
  if (living < 0)
  {
    takeover_cannot(unit, "look for a supervisor of", strerror(errno)) ;
    return takeover_in_doubt(unit) ;
  }
  if (unit->adopt && !process_can_prove() && !has_ended(s, unit, &event)) return event ;
  return start_supervisor(s, unit) ;
}

/* Makes the unit's directory, and reads what the unit needs. UNIT_START_FAILED: the unit has to
   wait. */
static enum unit_event prepare (struct scanner *s, struct unit *unit)
{
  enum unit_event event ;
  int unknown = look_under_way(s) || templates_under_way(s) ; /* not all services are known yet */
  if (unit->needs.postponed)
  {
    if (unknown && !s->stop.on) return UNIT_START_FAILED ; /* its turn comes when the scan has ended, however long that takes */
    unit->needs.postponed = 0 ;
    return UNIT_STARTED ; /* the unit was prepared when it was postponed */
  }
  event = make_again(s, unit) ;
  if (event != UNIT_STARTED) return event ;
  if (condition_disables(s, unit)) return (needs_disabled(s, unit), UNIT_DISABLED) ;
  needs_learn(s, unit) ;
  return unknown && turns_postpone(s, unit) ? UNIT_START_FAILED : UNIT_STARTED ;
}

enum unit_event start_unit (struct scanner *s, struct unit *unit)
{
  enum unit_event event = UNIT_STARTED ;
  if (unit->supervisor.pid || !may_start(s, unit, &event)) return event ; /* the unit has a supervisor already, and the retry was for something else */
  if (is_early(unit)) return UNIT_START_FAILED ;
  if (stop_gives_up(s, unit)) return UNIT_OVER ;
  if (is_refused(s, unit)) return unit->adopt && !has_ended(s, unit, &event) ? event : takeover_refuse(unit) ;
  event = prepare(s, unit) ;
  if (event == UNIT_STARTED) event = attend_logger(s, unit) ;
  if (event == UNIT_STARTED) event = take_over_or_start(s, unit) ;
  if (event == UNIT_START_REFUSED) needs_forget(s, unit) ;
  return event ;
}

/* ---- a unit that runs, or is incomplete ---- */

enum unit_event start_refresh (struct scanner *s, struct unit *unit)
{
  struct order const report = { .letter = ORDER_REPORT } ;
  if (units_is_logger(unit) || s->stop.on) return UNIT_NOTHING ;
  if (units_is_unwatched(unit) && !directory_supervisor(unit->name))
  {
    reap_other(s, unit) ;
    return UNIT_NOTHING ;
  }
  if (needs_renamed(s, unit)) directory_order(unit, &report) ;
  if (!unit->foreign && (make_own(s, unit) == LIVETREE_FAILED || !collector_make_fifos(s, unit)))
    strerr_warnwu4sys("refresh the live directory of ", message_about(unit->name), " in ", s->live) ;
  if (condition_ends(s, unit)) return UNIT_UNWANTED ;
  if (attend_logger(s, unit) != UNIT_STARTED) again_later(s, AGAIN_SCAN) ;
  return UNIT_NOTHING ;
}

void start_say_incomplete (struct scanner *s, struct unit *unit)
{
  char why[EXECUTABLE_WHY_MAX] ;
  char template[SERVICE_NAME_MAX + 1] ;
  templates_miss(s, unit) ;
  if (unit->warned) return ;
  unit->warned = 1 ;
  if (!unit->instances.is_one && instance_template(unit->name, template, 0) && !directory_has(s, unit, "run"))
  {
    strerr_warnw6x(s->scan, "/", message_about(unit->name), " is not started: it has no ./run, and there is no template ", template, " with one (it starts as soon as that is fixed)") ;
    return ;
  }
  strerr_warnw6x(s->scan, "/", message_about(unit->name), " is not started: ./run: ", directory_why_incomplete(s, unit, why, sizeof why),
    " (it starts as soon as that is fixed)") ;
}
