#include "scan/inherited.h"

#include <errno.h>

#include "scan/directory.h"
#include "wire/order.h"
#include "wire/state.h"

int inherited_last_run (struct unit const *unit, struct state *state)
{
  struct birth birth ;
  int r = state_recover(unit->name, state, &birth) ;
  if (!r || !birth.process.pid || birth.number <= state->births) return r ;
  state->process = birth.process ; /* its birth is newer than the record: the supervisor was killed before it could record it */
  state->phase = birth.what == 'r' ? PHASE_UP : PHASE_FINISHING ;
  if (birth.what == 'r') state->group = birth.process.pid ;
  state->flags &= ~(unsigned int)STATE_END_NOTED ;
  return r ;
}

int inherited_state_is_lost (struct unit const *unit)
{
  struct state state ;
  return !state_recover(unit->name, &state, 0) && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) ;
}

int inherited_take (struct scanner *s, struct unit *unit, struct state const *state)
{
  pid_t runs = unit->supervisor.runs ;
  if (!state && !unit->supervisor.has_reported && unit->inherited) return 1 ; /* it was killed before it could go on with that process */
  return units_inherit(&s->units, unit, state ? state->process.pid : runs, state ? state->group : runs) ;
}

int inherited_learn (struct scanner *s, struct unit *unit)
{
  struct state state ;
  return inherited_take(s, unit, inherited_last_run(unit, &state) ? &state : 0) ;
}

static void tell (struct unit *unit)
{
  struct order order = { .letter = ORDER_ENDED, .pid = unit->inherited->pid, .wstat = (unsigned int)unit->inherited->wstat & 0xffff } ;
  if (unit->supervisor.pid && !unit->supervisor.has_ended) directory_order(unit, &order) ; /* else it is told when it reports */
}

void inherited_ended (struct scanner *s, struct unit *unit, int wstat)
{
  unit->inherited->ended = 1 ;
  unit->inherited->wstat = wstat ;
  tell(unit) ;
  /* The scanner was ending this process, and the unit waits for the next try: try at once. */
  if (!unit->inherited->told_ms || unit->wait.kind != DEADLINE_RETRY) return ;
  units_disarm(&s->units, unit) ;
  units_post(&s->units, unit, UNIT_DEADLINE) ;
}

void inherited_reported (struct scanner *s, struct unit *unit, pid_t process)
{
  if (!unit->inherited) return ;
  if (process != unit->inherited->pid) units_inherit(&s->units, unit, 0, 0) ;
  else if (unit->inherited->ended) tell(unit) ;
}

int inherited_in_the_air (struct scanner const *s)
{
  for (struct unit const *unit = s->units.all ; unit ; unit = unit->next)
    if (unit->inherited && unit->inherited->ended) return 1 ;
  return 0 ;
}
