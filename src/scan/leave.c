#include "scan/leave.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/process.h"
#include "scan/again.h"
#include "scan/directory.h"
#include "scan/livetree.h"
#include "scan/needs.h"
#include "scan/reap.h"
#include "scan/stop.h"
#include "wire/channels.h"
#include "wire/order.h"

/* A stopped supervisor (SIGSTOP) would not act on the signal. */
static int signal_child (pid_t pid, int sig)
{
  if (kill(pid, sig) == -1) return 0 ;
  kill(pid, SIGCONT) ;
  return 1 ;
}

/* `dry`: a logger that first has to read its input to the end. Returns 0 with errno when the
   supervisor could not be told. */
static int order_leave (struct unit *unit, int dry)
{
  char path[UNIT_PATH_MAX] ;
  struct order order = { .letter = ORDER_RUN_DRY } ;
  int sig = dry ? SIGHUP : SIGTERM ;
  if (unit->supervisor.is_child && signal_child(unit->supervisor.pid, sig)) return 1 ;
  if (unit->supervisor.fd >= 0 && process_signal_watched(unit->supervisor.fd, sig, 0)) return 1 ;
  /* No child, and no pidfd: its pid may belong to another process by now, so it is told by a fifo. */
  if (unit->foreign && !directory_find(unit)) return (errno = ENOENT, 0) ;
  snprintf(path, sizeof path, "%s/" CONTROL_FIFO, unit->name) ;
  return dry ? directory_order(unit, &order) : fifo_send(path, "xd", 2) ;
}

enum unit_event leave_tell (struct scanner *s, struct unit *unit)
{
  int err ;
  if (!unit->supervisor.pid || unit->supervisor.has_ended) return UNIT_NOTHING ;
  stop_too_late(s, unit) ;
  if (unit->supervisor.told_to_leave && units_is_unwatched(unit))
  {
    if (directory_supervisor(unit->name)) units_arm(&s->units, unit, DEADLINE_RETRY) ;
    else reap_other(s, unit) ;
    return UNIT_NOTHING ;
  }
  if (order_leave(unit, unit->producer && !unit->stop.terminate))
  {
    unit->supervisor.told_to_leave = 1 ;
    if (units_is_unwatched(unit)) units_arm(&s->units, unit, DEADLINE_RETRY) ; /* nobody reports its end: look whether it still holds its lock */
    return UNIT_NOTHING ;
  }
  if (!unit->supervisor.is_child && (errno == ENXIO || errno == ENOENT))
  {
    reap_other(s, unit) ;
    return UNIT_NOTHING ;
  }
  err = errno ;
  if (stop_gives_up(s, unit)) return UNIT_OVER ;
  units_arm(&s->units, unit, DEADLINE_RETRY) ;
  errno = err ;
  strerr_warnwu3sys("tell the supervisor of ", message_about(unit->name), " to leave (next try in 1 second)") ;
  return UNIT_NOTHING ;
}

enum unit_event leave_end_logger (struct scanner *s, struct unit *unit)
{
  needs_forget(s, unit) ;
  if (!unit->logger) return UNIT_LOGGER_GONE ;
  units_post(&s->units, unit->logger, UNIT_LET_GO) ;
  return UNIT_NOTHING ;
}

void leave_clean (struct scanner *s, struct unit *unit)
{
  if (s->stop.on) return ; /* a stop should not spend time on this: the next start removes it */
  unit->supervised = unit->had_left = 0 ; /* a new service of this name starts from nothing */
  if (unit->foreign || units_is_logger(unit) || (!livetree_is_ours(unit->name) && errno == ENOENT)) return ;
  if (livetree_is_ours(unit->name) && livetree_remove(unit->name)) return ;
  strerr_warnwu5sys("remove the live directory ", s->live, "/", message_about(unit->name), " (next try in 1 second)") ;
  again_later(s, AGAIN_SCAN) ;
}

void leave_release (struct scanner *s, struct unit *unit)
{
  struct unit *producer = unit->producer ;
  if (s->console == unit) s->console = 0 ;
  if (s->collector == unit) s->collector = 0 ;
  needs_forget(s, unit) ; /* its logger may have ended while it waited for its own next try */
  units_release(&s->units, unit) ;
  if (producer && !units_may_run(producer) && units_is_leaving(producer))
    units_post(&s->units, producer, UNIT_LOGGER_GONE) ;
}
