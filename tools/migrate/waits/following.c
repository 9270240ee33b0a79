/* tail -f: the logs that it shows. tail --pid=PID -f LOG: it ends with that process, so it is a wait for it. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

char const *logs_followed (struct analysis *a, struct statement const *statement, char const **linked)
{
  char const *logs = "" ;
  unsigned int followed = followed_pid(statement) ;
  if (statement->kind != STATEMENT_COMMAND || statement_sleeps_for_ever(statement) || !strcmp(statement_command(statement), "pm2")) return logs ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (i == followed || *raw == '-' || strspn(raw, "0123456789+") == strlen(raw) || !strcmp(raw, "/dev/null")) continue ;
    if (!is_link_to_output(a, &statement->words[i])) logs = pool_printf(a->pool, "%s %s", logs, raw) ;
    else if (linked) *linked = pool_printf(a->pool, "; a link to the container's output: %s", raw) ;
  }
  return logs ;
}

char const *shown_logs (struct analysis *a, struct statement const *statement, char const **linked)
{
  char const *logs ;
  *linked = "" ;
  logs = logs_followed(a, statement, linked) ;
  if (*logs) texts_add(a->pool, &a->plan->notes,
    pool_printf(a->pool, "log files that `docker logs` does not show any more:%s (let the program write to stdout, or to a link to /dev/stdout)", logs)) ;
  return logs ;
}

/* wait PID, in the place of the whole statement */
static struct statement as_wait (struct analysis *a, struct statement const *statement)
{
  struct statement wait = *statement ;
  struct word *words = pool_alloc(a->pool, 2 * sizeof(*words)) ;
  words[0] = (struct word){ .range = statement->words[0].range, .raw = "wait", .value = "wait" } ;
  words[1] = statement->words[followed_pid(statement)] ;
  if (!strncmp(words[1].raw, "--pid=", 6)) words[1].raw += 6 ;
  wait.words = words ;
  wait.nwords = 2 ;
  return wait ;
}

/* The service whose pid it is; if nobody knows, the only one that there is; else 0. */
static struct service *followed_service (struct analysis *a, char const *pid)
{
  struct texts names = { 0 } ;
  struct service *only = 0 ;
  services_of_pid(a, pid, &names) ;
  if (names.first) return names.first->next ? 0 : plan_find(a->plan, names.first->text) ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    if (one->is_oneshot) continue ;
    if (only) return 0 ;
    only = one ;
  }
  return only ;
}

int walk_following (struct analysis *a, struct statement *statement, struct frame *frame)
{
  struct statement wait ;
  struct service *service ;
  char const *linked ;
  if (!followed_pid(statement) || !a->plan->services) return 0 ;
  close_task(a) ;
  wait = as_wait(a, statement) ;
  service = followed_service(a, wait.words[1].raw) ;
  shown_logs(a, statement, &linked) ;
  if (service) service->is_background = 1 ; /* a later `wait` waits for it by way of this process */
  if (!statement->background)
  {
    struct texts names = { 0 } ;
    services_of_pid(a, wait.words[1].raw, &names) ;
    if (!names.first && walk_wait_for_others(a, statement)) return 1 ;
    walk_wait(a, &wait, frame) ;
    return 1 ;
  }
  if (service)
  {
    drop_statement(a, statement, pool_printf(a->pool, "followed a log until %s had ended", service->name)) ;
    a->last = service ;
    a->last_is_idle = 0 ;
  }
  else
  {
    a->end_is_told = 1 ;
    plan_todo(a->plan, plan_last(a->plan), claim_statement(a, statement, "dropped", "ended with a process that is not known here"), line_of(a, statement),
      pool_printf(a->pool, "if the script ended with this, give the service whose process it is flag-main: %s", statement_text(a, statement))) ;
  }
  return 1 ;
}
