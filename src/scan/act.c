#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include "base/process.h"
#include "base/program.h"
#include "base/spawn.h"
#include "scan/scanner.h"
#include "service/executable.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/order.h"

#define SUPERVISE "reeve-supervise"

/* ---- starting ---- */

/* Once until it works: the next try is not worth another message. */
static void cannot (struct unit *unit, char const *what, char const *why)
{
  if (!unit->warned) strerr_warnwu6x(what, " ", unit->name, ": ", why, " (trying again every second)") ;
  unit->warned = 1 ;
}

/* Its mark may have been removed, with all of its supervise/. */
static enum livetree_result make_own (struct scanner *s, struct unit *unit)
{
  enum livetree_result r = livetree_make(s->scan, unit->name) ;
  if (r == LIVETREE_TAKEN && unit->made && livetree_mark_again(s->scan, unit->name)) r = livetree_make(s->scan, unit->name) ;
  if (r == LIVETREE_DONE) unit->made = 1 ;
  return r ;
}

static enum unit_event make_tree (struct scanner *s, struct unit *unit)
{
  if (unit->foreign || unit->adopt) return UNIT_STARTED ; /* the original may be gone */
  switch (make_own(s, unit))
  {
    case LIVETREE_DONE : return UNIT_STARTED ;
    case LIVETREE_TAKEN :
      strerr_warnw6x(s->live, "/", unit->name, " is not ours and stays: the service ", unit->name,
        " is not started; remove it or rename the service, then order a rescan") ;
      return UNIT_START_REFUSED ;
    default :
      cannot(unit, "make the live directory of", strerror(errno)) ;
      return UNIT_START_FAILED ;
  }
}

static enum livetree_result make_logger_tree (struct scanner *s, struct unit const *unit, char const *name)
{
  return default_logger_wanted(s, unit) ? livetree_make_logger(name, s->logger) : livetree_make(s->scan, name) ;
}

/* The logger comes before its producer, so that there is somewhere to write to. */
static enum unit_event attend_logger (struct scanner *s, struct unit *unit)
{
  char name[UNIT_PATH_MAX] ;
  char identity[UNIT_PATH_MAX] ;
  struct unit *logger = unit->logger ;
  enum unit_event made = UNIT_STARTED ;
  if (unit->producer || unit->phase == UNIT_LEAVING || !look_has_logger(s, unit)) return UNIT_STARTED ;
  snprintf(name, sizeof name, "%s" LOGGER_SUFFIX, unit->name) ;
  snprintf(identity, sizeof identity, "%s" LOGGER_SUFFIX, unit->identity) ;
  if (!unit->foreign && make_logger_tree(s, unit, name) != LIVETREE_DONE) made = UNIT_START_FAILED ;
  if (made == UNIT_STARTED && !livetree_make_pipe(name)) made = UNIT_START_FAILED ;
  if (made == UNIT_STARTED && !logger)
  {
    logger = units_add(&s->units, identity, name, unit) ;
    if (logger) logger->adopt = leftovers_in(s, name) != 0 ;
    else made = UNIT_START_FAILED ;
  }
  if (made == UNIT_START_FAILED)
  {
    cannot(unit, "make the logger's directory of", strerror(errno)) ;
    return made ;
  }
  units_rename(logger, name) ;
  if (logger->phase == UNIT_INCOMPLETE) act(s, logger, UNIT_SEEN_COMPLETE) ;
  return UNIT_STARTED ;
}

int act_stdin (struct scanner *s, struct spawn *request)
{
  if (s->in_place) return 1 ;
  if (s->nothing == -1) s->nothing = spawn_nothing_to_read() ;
  if (s->nothing == -1) return 0 ;
  request->fd[request->nfds++] = (struct spawn_fd) { .from = s->nothing, .to = 0 } ;
  return 1 ;
}

int act_find_supervise (struct scanner *s)
{
  if (program_beside(s->supervise, SUPERVISE)) return 1 ;
  s->supervise[0] = 0 ;
  return 0 ;
}

static enum unit_event start_supervisor (struct scanner *s, struct unit *unit)
{
  char const *argv[4] = { SUPERVISE, unit->adopt ? "-a" : unit->name, unit->adopt ? unit->name : 0, 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  pid_t pid = 0 ;
  if (!s->supervise[0] && !act_find_supervise(s))
  {
    cannot(unit, "start a supervisor for", "there is no reeve-supervise") ;
    return UNIT_START_FAILED ;
  }
  request.path = s->supervise ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.signals_blocked = 1 ;
  if (act_stdin(s, &request)) pid = spawn(&request, &executing) ;
  if (!pid)
  {
    char why[SCAN_PATH_MAX + 64] ;
    snprintf(why, sizeof why, "%s: %s", s->supervise, strerror(errno)) ;
    cannot(unit, "start a supervisor for", why) ;
    return UNIT_START_FAILED ;
  }
  unit->child = 1 ;
  tain_now(&unit->started) ;
  if (!units_set_supervisor(&s->units, unit, pid))
  {
    /* Nobody would know whose it is. */
    kill(pid, SIGTERM) ;
    cannot(unit, "remember the supervisor of", strerror(ENOMEM)) ;
    unit->adopt = 1 ;
    return UNIT_MAY_HAVE_ONE ; /* until it has left */
  }
  unit->warned = 0 ;
  return UNIT_STARTED ;
}

/* Or one that was killed meanwhile: what starts next goes on from what is there. */
static void may_have_one (struct scanner *s, struct unit *unit)
{
  unit->adopt = 1 ;
  act(s, unit, UNIT_MAY_HAVE_ONE) ;
}

static int is_leaving (struct unit const *unit)
{
  return unit->phase == UNIT_LEAVING || unit->phase == UNIT_RETURNING ;
}

/* Looks again in a second; who is let go of does not wait for what is left alone. */
static int wait_for_end (struct scanner *s, struct unit *unit)
{
  enum ending ending = process_can_prove() ? ENDING_DONE : ending_go_on(s, unit) ;
  if (ending == ENDING_DONE) return 0 ;
  act(s, unit, ending == ENDING_NOT_OURS && is_leaving(unit) ? UNIT_NOTHING_LEFT : UNIT_MAY_HAVE_ONE) ;
  return 1 ;
}

/* What its supervisor has left can be gone on with only where that has noted it. If not,
   it is ended first. Returns whether there is something to start a supervisor for, or else
   with the event that follows. */
static int may_start (struct scanner *s, struct unit *unit, enum unit_event *event)
{
  int there = unit->foreign || unit->adopt ? look_find(unit) : 1 ;
  if (unit->adopt && inherited_state_is_lost(unit))
  {
    if (ending_go_on(s, unit) != ENDING_DONE) return (*event = UNIT_MAY_HAVE_ONE, 0) ;
    unit->adopt = 0 ;
  }
  if (!unit->adopt && is_leaving(unit)) return (*event = UNIT_NOTHING_LEFT, 0) ;
  if (there || !unit->foreign || unit->adopt) return 1 ;
  strerr_warnw4x("the directory of ", unit->name, " is gone from ", s->live) ;
  return (*event = UNIT_LOST, 0) ;
}

/* In a directory of the scanner's that was taken away, or of which the logger's part was. */
static enum unit_event make_again (struct scanner *s, struct unit *unit)
{
  if (!unit->producer) return make_tree(s, unit) ;
  if (unit->foreign || unit->adopt || livetree_is_ours(unit->name)) return UNIT_STARTED ;
  if (make_logger_tree(s, unit->producer, unit->name) == LIVETREE_DONE && livetree_make_pipe(unit->name))
  {
    if (unit->producer->supervisor)
      strerr_warnw4x("the live directory of ", unit->name, " was removed, and the pipe to it: what is written there is lost until the service is restarted: reeve restart ", unit->producer->name) ;
    return UNIT_STARTED ;
  }
  cannot(unit, "make the live directory of", strerror(errno)) ;
  return UNIT_START_FAILED ;
}

/* It is not to be started as it is. One that is about to leave has nothing to end. */
static void refuse (struct scanner *s, struct unit *unit)
{
  int leaves = is_leaving(unit) || unit->phase == UNIT_MISSING ;
  unit->adopt = 0 ;
  act(s, unit, leaves ? UNIT_DIED : UNIT_START_REFUSED) ;
}

/* Two service directories with one `supervise`, by a link or a mount: the lock is one. */
static int shares_supervisor (struct scanner *s, struct unit *unit, pid_t supervisor)
{
  struct unit const *other = units_by_supervisor(&s->units, supervisor) ;
  if (!other || other == unit) return 0 ;
  if (!unit->warned)
    strerr_warnw5x("the services ", other->name, " and ", unit->name,
      " have one and the same supervise directory: only the first is supervised; give each its own, then order a rescan") ;
  unit->warned = 1 ;
  refuse(s, unit) ;
  return 1 ;
}

static void start (struct scanner *s, struct unit *unit)
{
  enum unit_event event = UNIT_STARTED ;
  pid_t living ;
  if (unit->supervisor || !may_start(s, unit, &event)) /* it has one, which could not be told something */
  {
    act(s, unit, event) ;
    return ;
  }
  if (stop_gives_up(s, unit)) return ;
  if (unit->foreign && !unit->producer && !trusted_directory(s, unit->name, !unit->warned))
  {
    unit->warned = 1 ;
    refuse(s, unit) ;
    return ;
  }
  event = make_again(s, unit) ;
  if (event == UNIT_STARTED) event = attend_logger(s, unit) ;
  if (event == UNIT_STARTED)
  {
    living = found_supervisor(unit->name) ;
    if (living > 0)
    {
      act_found(s, unit, living) ;
      return ;
    }
    if (living < 0)
    {
      cannot(unit, "look for a supervisor of", strerror(errno)) ;
      may_have_one(s, unit) ;
      return ;
    }
    if (unit->adopt && wait_for_end(s, unit)) return ;
    event = start_supervisor(s, unit) ;
  }
  act(s, unit, event == UNIT_START_FAILED && unit->adopt ? UNIT_MAY_HAVE_ONE : event) ;
}

static void refresh (struct scanner *s, struct unit *unit)
{
  if (unit->producer || s->stop.on) return ;
  if (unit->supervisor && !unit->child && unit->supervisor_fd == -1 && !found_supervisor(unit->name))
  {
    reap_found(s, unit) ; /* nobody has told */
    return ;
  }
  if (!unit->foreign && make_own(s, unit) == LIVETREE_FAILED)
    strerr_warnwu4sys("refresh the live directory of ", unit->name, " in ", s->live) ;
  attend_logger(s, unit) ;
}

/* ---- ending ---- */

/* A supervisor that is stopped would not act on it. */
static int signal_child (pid_t pid, int sig)
{
  if (kill(pid, sig) == -1) return 0 ;
  kill(pid, SIGCONT) ;
  return 1 ;
}

/* Returns 0 with errno when it could not be told. */
static int order_leave (struct unit *unit, int dry)
{
  char path[UNIT_PATH_MAX] ;
  struct order order = { .letter = ORDER_RUN_DRY } ;
  int sig = dry ? SIGHUP : SIGTERM ;
  if (unit->child && signal_child(unit->supervisor, sig)) return 1 ;
  if (unit->supervisor_fd >= 0 && process_signal_watched(unit->supervisor_fd, sig, 0)) return 1 ;
  /* Not ours to signal: its pid may have become another's. */
  if (unit->foreign && !look_find(unit)) return (errno = ENOENT, 0) ;
  snprintf(path, sizeof path, "%s/" CONTROL_FIFO, unit->name) ;
  return dry ? look_send(unit, &order) : fifo_send(path, "xd", 2) ;
}

/* Nobody tells when it ends. */
static int is_unwatched (struct unit const *unit)
{
  return !unit->child && unit->supervisor_fd == -1 ;
}

static void tell_leave (struct scanner *s, struct unit *unit)
{
  int err ;
  if (!unit->supervisor || unit->dead) return ;
  stop_too_late(s, unit) ;
  if (unit->told_to_leave && is_unwatched(unit))
  {
    if (found_supervisor(unit->name)) units_arm(&s->units, unit, DEADLINE_RETRY) ;
    else reap_found(s, unit) ;
    return ;
  }
  if (order_leave(unit, unit->producer && !unit->terminate))
  {
    unit->told_to_leave = 1 ;
    if (is_unwatched(unit)) units_arm(&s->units, unit, DEADLINE_RETRY) ; /* to look at it */
    return ;
  }
  if (!unit->child && (errno == ENXIO || errno == ENOENT))
  {
    reap_found(s, unit) ;
    return ;
  }
  err = errno ;
  if (stop_gives_up(s, unit)) return ;
  units_arm(&s->units, unit, DEADLINE_RETRY) ;
  errno = err ;
  strerr_warnwu3sys("tell the supervisor of ", unit->name, " to leave (next try in 1 second)") ;
}

static void release (struct scanner *s, struct unit *unit)
{
  struct unit *producer = unit->producer ;
  units_release(&s->units, unit) ;
  if (producer && !producer->supervisor && !producer->adopt && (producer->phase == UNIT_LEAVING || producer->phase == UNIT_RETURNING))
    act(s, producer, UNIT_LOGGER_GONE) ;
}

static void end_logger (struct scanner *s, struct unit *unit)
{
  if (unit->logger) act(s, unit->logger, UNIT_LET_GO) ;
  else act(s, unit, UNIT_LOGGER_GONE) ;
}

static void clean (struct scanner *s, struct unit *unit)
{
  if (s->stop.on) return ; /* the next start removes it: an end is not the time for it */
  if (unit->foreign || unit->producer || (!livetree_is_ours(unit->name) && errno == ENOENT)) return ;
  if (livetree_is_ours(unit->name) && livetree_remove(unit->name)) return ;
  strerr_warnwu5sys("remove the live directory ", s->live, "/", unit->name, " (next try in 1 second)") ;
  look_again(s) ;
}

static void say_incomplete (struct scanner *s, struct unit *unit)
{
  char why[EXECUTABLE_WHY_MAX] ;
  if (unit->warned) return ;
  unit->warned = 1 ;
  strerr_warnw6x(s->scan, "/", unit->name, " is not started: ./run: ", look_why_incomplete(s, unit, why, sizeof why),
    " (it starts as soon as that is mended)") ;
}

/* ---- steps ---- */

void act (struct scanner *s, struct unit *unit, enum unit_event event)
{
  struct plan_step step = plan_step(unit->phase, event) ;
  if (step.todo & PLAN_IMPOSSIBLE)
  {
    strerr_warnw2x("impossible event for ", unit->name) ;
    return ;
  }
  unit->phase = step.next ;
  if (step.todo & PLAN_DISARM)
  {
    units_disarm(&s->units, unit) ;
    watch_no_unit(s, unit) ;
  }
  if (step.todo & PLAN_CLEAN) clean(s, unit) ;
  if (step.todo & PLAN_AWAIT_QUIET)
  {
    units_arm(&s->units, unit, DEADLINE_QUIET) ;
    watch_unit(s, unit) ;
  }
  if (step.todo & PLAN_AWAIT_RETURN && !unit->foreign) units_arm(&s->units, unit, DEADLINE_RETURN) ;
  if (step.todo & PLAN_AWAIT_RETRY) units_arm(&s->units, unit, DEADLINE_RETRY) ;
  if (step.todo & PLAN_SAY_INCOMPLETE) say_incomplete(s, unit) ;
  if (step.todo & PLAN_EXAMINE) act(s, unit, look_examine(s, unit)) ;
  if (step.todo & PLAN_REFRESH) refresh(s, unit) ;
  if (step.todo & PLAN_START) start(s, unit) ;
  if (step.todo & PLAN_TELL_LEAVE) tell_leave(s, unit) ;
  if (step.todo & PLAN_END_LOGGER) end_logger(s, unit) ;
  if (step.todo & PLAN_RELEASE) release(s, unit) ;
}

void act_found (struct scanner *s, struct unit *unit, pid_t supervisor)
{
  struct order order = { .letter = ORDER_REPORT } ;
  if (shares_supervisor(s, unit, supervisor)) return ;
  unit->child = process_is_child(supervisor) ;
  tain_now(&unit->started) ;
  if (!units_set_supervisor(&s->units, unit, supervisor))
  {
    cannot(unit, "remember the supervisor of", strerror(ENOMEM)) ;
    may_have_one(s, unit) ;
    return ;
  }
  unit->any_name = 1 ;
  unit->warned = 0 ;
  if (!unit->child && !found_watch(s, unit))
  {
    units_set_supervisor(&s->units, unit, 0) ;
    may_have_one(s, unit) ;
    return ;
  }
  inherited_learn(s, unit) ;
  look_send(unit, &order) ; /* one of s6's has no such fifo */
  if (s->upgrade.done && !s->look.ended_once && !s->stop.on) upgrade_pass_on(unit) ;
  act(s, unit, UNIT_STARTED) ;
}
