/* What is no main service after all: the script went on when it had ended (server; sleep infinity), or waited for
   the others then (worker & server; wait). */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* server || exit; sleep infinity, or the same with set -e */
static int ended_by_failure (struct analysis const *a)
{
  return a->failure_ends || (a->ends_waiting && !a->end_is_forgiven) ;
}

/* The script went on only when that had ended without a failure. */
static int goes_on_without_failure (struct analysis *a, struct claim *claim)
{
  if (!ended_by_failure(a)) return 0 ;
  claim->what = pool_printf(a->pool, "%s; the script kept the container alive when that had ended without a failure: now also such an end is the container's", claim->what) ;
  return 1 ;
}

/* Did another branch wait for one of them, too? */
static int is_waited_elsewhere (struct analysis *a, char const *where)
{
  for (struct text const *one = a->ended_with.first ; one ; one = one->next)
    for (struct text const *other = plan_find(a->plan, one->text) ? plan_find(a->plan, one->text)->ended_where.first : 0 ; other ; other = other->next)
      if (strcmp(other->text, where) != 0) return 1 ;
  return 0 ;
}

/* wait -n; sleep infinity: the script went on when they had ended. */
static void went_on (struct analysis *a)
{
  char const *names = texts_join(a->pool, &a->ended_with, ", ") ;
  char const *where = texts_join(a->pool, &a->conditions, " && ") ;
  if (!a->ended_with.first) return ;
  if (strcmp(a->ended_where, where) != 0)
  {
    if (!*where) texts_add(a->pool, &a->ended_claim->todo, pool_printf(a->pool, "the script waited for the end of %s only if %s, and kept the container alive otherwise; now the container ends with it in any case: take flag-main off, if it shall go on", names, a->ended_where)) ;
    return ;
  }
  if (goes_on_without_failure(a, a->ended_claim)) return ;
  if (a->ended_in_exit)
  {
    texts_add(a->pool, &a->ended_claim->todo, pool_printf(a->pool, "where the script did not exit behind this, it kept the container alive; now the container ends with %s: take flag-main off, if it shall go on", names)) ;
    return ;
  }
  if (is_waited_elsewhere(a, where))
  {
    texts_add(a->pool, &a->ended_claim->todo, pool_printf(a->pool, "the script kept the container alive where it came behind this, only if %s; now the container ends with %s in any case: take flag-main off, if it shall go on", where, names)) ;
    return ;
  }
  for (struct text const *one = a->ended_with.first ; one ; one = one->next)
    if (plan_find(a->plan, one->text)) plan_find(a->plan, one->text)->is_main = 0 ;
  a->end_is_told = 1 ;
  a->ended_claim->what = pool_printf(a->pool, "waited for the end of %s, and kept the container alive then: none is main, each is restarted", names) ;
  a->ended_claim->todo = (struct texts){ 0 } ;
  a->ended_with = (struct texts){ 0 } ;
}

void main_is_none (struct analysis *a)
{
  went_on(a) ;
  if (!a->foreground_line || a->foreground_line != a->waited_line) return ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && one->line == a->foreground_line && !goes_on_without_failure(a, one->claim))
    {
      one->is_main = 0 ;
      one->claim->what = pool_printf(a->pool, "service %s, in the foreground; not main: the script kept the container alive behind it", one->name) ;
    }
}

int fails_at_once (struct analysis *a, struct statement const *wait)
{
  return !strcmp(statement_word(wait, 1), "-n") && may_be_dash(a) ;
}

struct service *server_ahead (struct analysis *a)
{
  struct service *one = a->plan->services ;
  if (!a->foreground_line || a->foreground_line != a->waited_line) return 0 ;
  while (one && !(one->is_main && one->line == a->foreground_line)) one = one->next ;
  return one ;
}

static int is_started_here (struct analysis const *a, struct service const *service)
{
  struct text const *one = service->conditions.first ;
  while (one && texts_has(&a->conditions, one->text)) one = one->next ;
  return !one ;
}

/* Is it the other branch of one that is started? Behind an else one of them runs. */
static int is_of_else (struct analysis *a, struct service const *service)
{
  char const *last = service->conditions.first ? texts_join(a->pool, &service->conditions, " && ") : "" ;
  if (!strstr(last, "! {") && !strstr(last, "*) true")) return 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one != service && is_beside_here(a, one) && are_exclusive(a, one, service)) return 1 ;
  return 0 ;
}

/* wait; sleep infinity, or a loop */
static int stays_behind (struct analysis *a, struct frame const *frame)
{
  if (starts_later(a, frame)) return 1 ;
  for (; frame ; frame = frame->up)
    for (struct statement const *one = frame->rest ; one ; one = one->next)
      if (one->kind == STATEMENT_LOOP || keeps_alive(one)) return 1 ;
  return 0 ;
}

/* [ -n "$BROKER" ] && worker & server; wait: where nothing had been started, it came back at once. */
static void mark_may_be_alone (struct analysis *a, struct statement const *wait, struct frame const *frame, struct service *server, struct claim *claim)
{
  struct texts names = { 0 } ;
  if (stays_behind(a, frame)) return ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
  {
    if (!is_beside_here(a, one)) continue ;
    if (is_started_here(a, one) || is_of_else(a, one)) return ;
    texts_add(a->pool, &names, one->name) ;
  }
  if (names.first) plan_todo(a->plan, server, claim, line_of(a, wait), pool_printf(a->pool, "where %s%s, the end of %s was the container's, as nothing was left to wait for; here it is restarted: set flag-main, if the container shall end with it",
    texts_join(a->pool, &names, ", "), names.first->next ? " were not started" : " was not started", server->name)) ;
}

void wait_behind_server (struct analysis *a, struct statement *statement, struct frame const *frame, struct service *server)
{
  if (fails_at_once(a, statement))
  {
    claim_statement(a, statement, "dropped", pool_printf(a->pool, "with dash as sh it failed, and the script ended when %s had ended: that is main", server->name)) ;
    return ;
  }
  if (ended_by_failure(a))
  {
    claim_statement(a, statement, "dropped", pool_printf(a->pool, "the scanner waits for all; the script came here only when %s had ended without a failure: now also such an end is the container's", server->name)) ;
    return ;
  }
  main_is_none(a) ;
  a->end_is_told = 1 ;
  mark_may_be_alone(a, statement, frame, server, claim_statement(a, statement, "dropped",
    pool_printf(a->pool, "waited for the others when %s had ended: none is main, each is restarted; flag-main for the one with which the container should end", server->name))) ;
}
