/* Waiting for a service that was started before: its readiness check, and bare sleeps. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* until CHECK; do kill -0 $DB || exit 1; sleep 1; done: the loop says whom it waits for. */
static int names_pid (struct analysis *a, struct statement *statement, struct service const *service)
{
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service == service && shell_mentions(statement_text(a, statement), pid->name)) return 1 ;
  return 0 ;
}

/* The script has started nothing else, so nobody else can answer on this machine. */
static int is_alone (struct analysis const *a, struct service const *service)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one != service && !one->is_oneshot) return 0 ;
  return 1 ;
}

/* if first; then db --init & else db & fi; until ask db: whichever the script has started */
static void check_alternatives (struct analysis *a, struct waiting const *waiting, struct claim *claim)
{
  struct service const *asked = waiting->service ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one == asked || one->check || one->is_oneshot || !are_exclusive(a, one, asked)) continue ;
    if (strcmp(one->program, asked->program) != 0 && !is_client_of(one, waiting->asks)) continue ;
    one->check = asked->check ;
    one->builtin = asked->builtin ;
    one->check_npieces = asked->check_npieces ;
    one->check_positional = asked->check_positional ;
    one->check_claim = claim ;
    one->is_forgiven = asked->is_forgiven ;
    if (waiting->limit_ms) service_set(a->plan, one, "timeout-up", pool_printf(a->pool, "%lu", waiting->limit_ms)) ;
    claim->what = pool_printf(a->pool, "%s; %s, which is started in its place, has the same check", claim->what, one->name) ;
    add_ready(a, one) ;
  }
}

/* What was started between the service and the loop did not wait for the loop. */
static void doubt_whom (struct analysis *a, struct service *service, struct claim *claim, uint32_t line)
{
  struct texts names = { 0 } ;
  int is_last = 1 ;
  for (struct service const *one = service->next ; one ; one = one->next)
  {
    is_last &= one->is_oneshot ;
    if (texts_has(&one->dependencies, service->name)) texts_add(a->pool, &names, one->name) ;
  }
  plan_todo(a->plan, service, claim, line, pool_printf(a->pool, "nothing in it names %s%s: is it the one that is asked?%s If not, write the loop as a task of its own, and take data/check and notification-fd away",
    service->name, is_last ? ", the last that was started" : "",
    names.first ? pool_printf(a->pool, " If it is, %s, which the script started ahead of the loop, is started when it succeeds.", texts_join(a->pool, &names, ", ")) : "")) ;
}

static void set_check (struct analysis *a, struct statement *statement, struct waiting const *waiting)
{
  struct service *service = waiting->service ;
  char const *builtin = service->check ? 0 : builtin_check(a->pool, waiting->asks) ;
  struct claim *claim = claim_statement(a, statement, service_where(a->plan, service, builtin ? "run" : "data/check"), "") ;
  uint32_t line = line_of(a, statement) ;
  service->check = service->check ? pool_printf(a->pool, "%s || exit\n%s", service->check, waiting->check) : waiting->check ;
  service->builtin = builtin ;
  service->died = waiting->died ? waiting->died : waiting->gives_up ? waiting->died_returns : 0 ;
  service->check_npieces = a->plan->npieces ;
  service->check_positional = a->positional ;
  note_waited(a, statement, waiting, claim) ;
  if (!waiting->certain && !names_pid(a, statement, service) && !(builtin && is_alone(a, service))) doubt_whom(a, service, claim, line) ;
  if (waiting->gives_up && !waiting->limit_ms && !waiting->is_endless) plan_todo(a->plan, service, claim, line, "the script gave up after some time, which is not known here: write timeout-up") ;
  if (waiting->reads_log && (!strchr(service->redirects, '>') || strstr(service->redirects, ">>")))
    plan_todo(a->plan, service, claim, line, "its log may have that line from an earlier run, and it counts as ready too early then: empty the log in run, ahead of the command") ;
  drop_remarks(a, statement) ;
  close_task(a) ;
  add_ready(a, service) ;
  check_alternatives(a, waiting, claim) ;
}

/* until A && B : each of them asks its own. */
static int walk_both (struct analysis *a, struct statement *statement, char const *probe)
{
  struct source code ;
  struct statement *both = shell_parse_text(a->pool, &code, probe) ;
  struct claim *claim ;
  int left ;
  int right ;
  if (!both || both->next || both->kind != STATEMENT_AND) return 0 ;
  left = walk_probe(a, statement, source_copy(&code, both->body->range)) ;
  claim = a->awaited.claim ;
  right = walk_probe(a, statement, source_copy(&code, both->body->next->range)) ;
  if (left && right) claim->what = pool_printf(a->pool, "%s; %s", claim->what, a->awaited.claim->what) ;
  else if (left || right)
    plan_todo(a->plan, a->awaited.service, a->awaited.claim, line_of(a, statement),
      pool_printf(a->pool, "it also waited for what was not started here: %s", source_copy(&code, left ? both->body->next->range : both->body->range))) ;
  return left || right ;
}

static void set_probe (struct analysis *a, struct statement *statement, struct waiting *waiting)
{
  waiting->limit_ms = wait_limit(a, statement, statement_text(a, statement), &waiting->gives_up) ;
  for (struct branch *branch = statement->branches ; branch ; branch = branch->next) waiting->gives_up |= gives_up(a, branch->body) ;
  for (struct branch *branch = statement->branches ; branch && !waiting->died ; branch = branch->next) waiting->died = end_if_dead(a, branch->body, "exit") ;
  set_check(a, statement, waiting) ;
}

int walk_probe (struct analysis *a, struct statement *statement, char const *probe)
{
  struct waiting waiting = { .check = probe, .asks = probe, .certain = 1 } ;
  if (a->plan->services && walk_both(a, statement, probe)) return 1 ;
  waiting.service = asked_service(a, probe, &waiting.certain) ;
  if (!waiting.service || has_been_used(waiting.service)) return 0 ;
  set_probe(a, statement, &waiting) ;
  return 1 ;
}

int walk_sure_probe (struct analysis *a, struct statement *statement, char const *probe, char const *asks)
{
  struct waiting waiting = { .check = probe, .asks = asks, .certain = 1 } ;
  waiting.service = asked_service(a, asks, &waiting.certain) ;
  if (!waiting.service || !waiting.certain || has_been_used(waiting.service)) return 0 ;
  set_probe(a, statement, &waiting) ;
  return 1 ;
}

int walk_asked_once (struct analysis *a, struct statement *statement)
{
  struct waiting waiting = { .certain = 1, .gives_up = 1 } ;
  if (statement->kind == STATEMENT_OR) waiting.check = extract_probe(a, statement->body, 0) ;
  else if (statement->kind == STATEMENT_AND) waiting.check = extract_probe(a, statement->body, 1) ;
  else if (statement->kind == STATEMENT_IF && statement->branches && statement->branches->condition && !statement->branches->next)
    waiting.check = extract_probe(a, statement->branches->condition, 1) ;
  waiting.asks = waiting.check ;
  waiting.service = waiting.check ? asked_service(a, waiting.check, &waiting.certain) : 0 ;
  if (!waiting.service || has_been_used(waiting.service)) return 0 ;
  if (!waiting.certain && !(is_alone(a, waiting.service) && builtin_check(a->pool, waiting.check))) return 0 ;
  set_check(a, statement, &waiting) ;
  return 1 ;
}

void set_waiting (struct analysis *a, struct statement *statement, struct waiting const *waiting)
{
  set_check(a, statement, waiting) ;
}

void walk_sleep (struct analysis *a, struct statement *statement)
{
  struct texts names = { 0 } ;
  char const *all ;
  struct claim *claim ;
  if (a->template)
  {
    claim_statement(a, statement, "dropped", "a pause between the starts of a loop") ;
    return ;
  }
  if (!a->plan->services)
  {
    add_ordinary(a, statement) ;
    return ;
  }
  if (a->conditions.first && a->branch_last == a->last)
  {
    add_ordinary(a, statement) ;
    return ;
  }
  close_task(a) ;
  drop_remarks(a, statement) ;
  claim = claim_statement(a, statement, "dropped", "a bare sleep") ;
  if (!a->last || a->last->check) return ;
  if (a->last_or_of == a->last) texts_add_all(a->pool, &names, &a->last_or) ; /* each branch has started one */
  texts_add(a->pool, &names, a->last->name) ;
  all = texts_join(a->pool, &names, ", ") ;
  claim->what = pool_printf(a->pool, "a bare sleep, to give %s time: what comes later depends on %s instead", all, all) ;
  for (struct text const *one = names.first ; one ; one = one->next)
  {
    struct service *service = plan_find(a->plan, one->text) ;
    if (!service || service->check) continue ;
    service->slept = claim ;
    add_ready(a, service) ;
  }
}
