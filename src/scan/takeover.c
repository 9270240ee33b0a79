#include "scan/takeover.h"

#include <errno.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/message.h"
#include "base/process.h"
#include "scan/console.h"
#include "scan/directory.h"
#include "scan/inherited.h"
#include "scan/pidfds.h"
#include "scan/upgrade.h"
#include "wire/order.h"

/* Says it once, until it works: a retry is not worth another message. */
void takeover_cannot (struct unit *unit, char const *what, char const *why)
{
  if (!unit->warned) strerr_warnwu6x(what, " ", message_about(unit->name), ": ", why, " (trying again every second)") ;
  unit->warned = 1 ;
}

/* There may be a supervisor, or one that was killed meanwhile. So whatever starts next must go on
   from the recorded state. */
enum unit_event takeover_in_doubt (struct unit *unit)
{
  unit->adopt = 1 ;
  return UNIT_START_FAILED ;
}

enum unit_event takeover_refuse (struct unit *unit)
{
  unit->adopt = 0 ;
  return units_is_leaving(unit) ? UNIT_OVER : UNIT_START_REFUSED ;
}

/* Do two service directories share one `supervise`, by a link or a mount? Then they share its lock,
   and one supervisor. */
static int shares_supervisor (struct scanner *s, struct unit *unit, pid_t supervisor)
{
  struct unit const *other = units_by_supervisor(&s->units, supervisor) ;
  if (!other || other == unit) return 0 ;
  if (!unit->warned)
    strerr_warnw5x("the services ", other->name, " and ", message_about(unit->name),
      " have one and the same supervise directory: only the first is supervised; give each its own, then order a rescan") ;
  unit->warned = 1 ;
  return 1 ;
}

enum unit_event takeover (struct scanner *s, struct unit *unit, pid_t supervisor)
{
  struct order order = { .letter = ORDER_REPORT } ;
  if (shares_supervisor(s, unit, supervisor)) return takeover_refuse(unit) ;
  if (!units_set_supervisor(&s->units, unit, supervisor))
  {
    takeover_cannot(unit, "remember the supervisor of", strerror(ENOMEM)) ;
    return takeover_in_doubt(unit) ;
  }
  unit->supervisor.is_child = process_is_child(supervisor) ;
  unit->warned = 0 ;
  if (!unit->supervisor.is_child && !pidfds_watch(s, unit))
  {
    units_set_supervisor(&s->units, unit, 0) ;
    return takeover_in_doubt(unit) ;
  }
  inherited_learn(s, unit) ;
  console_taken_over(s, unit) ;
  directory_order(unit, &order) ; /* s6-supervise has no such fifo */
  if (s->upgrade.done && !s->look.acted_on && !s->stop.on) upgrade_pass_on(s, unit) ;
  return UNIT_STARTED ;
}
