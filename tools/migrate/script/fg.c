/* fg: which job it brings to the foreground, and is main then. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/waits/waits.h"

/* fg %1, where branches decide which of them that is: not if and else, of which one runs. */
static void mark_jobs (struct analysis *a, struct statement const *fg, struct texts const *names)
{
  for (struct text const *one = names->first ; one ; one = one->next)
    for (struct text const *other = one->next ; other ; other = other->next)
    {
      struct service *service = plan_find(a->plan, other->text) ;
      if (are_exclusive(a, plan_find(a->plan, one->text), service)) continue ;
      plan_todo(a->plan, service, claim_of(a, fg), line_of(a, fg), pool_printf(a->pool,
        "which job that is depends on the branches above: %s, or %s where that was not started. Both are main here: leave flag-main to the one with which the container shall end", one->text, other->text)) ;
      return ;
    }
}

void walk_fg (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  char const *job = statement->nwords > 1 ? shell_without_quotes(a->pool, statement->words[1].raw) : "%%" ;
  struct texts names = { 0 } ;
  struct service *service ;
  int is_ahead ; /* of further starts */
  close_task(a) ;
  services_of_pid(a, *job == '%' ? job : pool_printf(a->pool, "%%%s", job), &names) ; /* fg 1: %1 */
  service = names.first ? plan_find(a->plan, names.first->text) : 0 ;
  if (service && !service->is_main && a->waited_line)
  {
    struct claim *claim ;
    service->is_seen_late = 1 ;
    drop_remarks(a, statement) ;
    claim = claim_statement(a, statement, "dropped", pool_printf(a->pool, "fg: it came when what line %u waits for had ended", a->waited_line)) ;
    plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool,
      "the script waited for it here when what line %u waits for had ended; here that end is the container's: if it is not meant, move flag-main from there to here", a->waited_line)) ;
    return ;
  }
  for (struct text const *one = names.first ; one ; one = one->next) plan_find(a->plan, one->text)->is_main = plan_find(a->plan, one->text)->has_stayed = 1 ;
  is_ahead = service && !a->waited_line && starts_later(a, frame) ;
  drop_statement(a, statement, is_ahead ? pool_printf(a->pool, "fg: brought %s to the foreground; the script went on when it had ended", service->name)
    : service ? pool_printf(a->pool, "fg: %s %s main instead", texts_join(a->pool, &names, ", "), names.first->next ? "are" : "is") : a->waited_line ? "fg: a service is in front already" : "fg: no job is known here that it brings to the foreground") ;
  if (service) mark_jobs(a, statement, &names) ;
  if (has_job_control(a) && may_be_dash(a))
    plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "in dash, which sh may be, set -m turns on job control only with a terminal (docker run -t): without one fg brings nothing to the foreground, and waited for nothing%s%s",
      service ? "; now this is main: " : "", service ? texts_join(a->pool, &names, ", ") : "")) ;
  else if (!has_job_control(a))
    plan_mistake(a->plan, line_of(a, statement), pool_printf(a->pool, "fg fails in a script without set -m, as there is no job control: it waited for nothing, and the script went on, or ended%s%s", service ? "; now this is main: " : "", service ? texts_join(a->pool, &names, ", ") : "")) ;
  if (!service && !a->waited_line) return ;
  if (is_ahead) a->foreground_line = service->line ; /* as if it had been started there */
  script_waits(a, is_ahead ? service->line : line_of(a, statement)) ;
}
