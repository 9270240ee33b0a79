/* Waiting for a service that was started before: loops, programs, and bare sleeps. */

#include <stdlib.h>
#include <string.h>

#include "migrate/analysis.h"

/* The part of a loop's condition that asks somebody, such that it succeeds when he is
   ready; 0: none does. */
static char const *extract_probe (struct analysis *a, struct statement *condition, int negate)
{
  char const *text ;
  if (condition->kind == STATEMENT_NOT && condition->body) return extract_probe(a, condition->body, !negate) ;
  if (condition->kind == STATEMENT_AND || condition->kind == STATEMENT_OR)
  {
    char const *found = extract_probe(a, condition->body, negate) ;
    return found ? found : extract_probe(a, condition->body->next, negate) ;
  }
  text = statement_text(a, condition) ;
  if (!is_probe(text)) return 0 ;
  return negate ? pool_printf(a->pool, "! %s", text) : text ;
}

struct leaving
{
  struct analysis *a ;
  char const *probe ;
} ;

static int has_command (struct statement *list, char const *names)
{
  for (; list ; list = list->next)
    if (shell_one_of(statement_command(list), names)) return 1 ;
  return 0 ;
}

/* COND && break; if COND; then break; fi */
static int find_break (struct statement *statement, void *data)
{
  struct leaving *leaving = data ;
  if ((statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR)
   && (shell_one_of(statement_command(statement->body->next), "break") || has_command(statement->body->next->body, "break")))
    leaving->probe = extract_probe(leaving->a, statement->body, statement->kind == STATEMENT_OR) ;
  else if (statement->kind == STATEMENT_IF && statement->branches && statement->branches->condition)
  {
    struct branch *branch = statement->branches ;
    if (has_command(branch->body, "break")) leaving->probe = extract_probe(leaving->a, branch->condition, 0) ;
    else if (branch->next && !branch->next->condition && has_command(branch->next->body, "break"))
      leaving->probe = extract_probe(leaving->a, branch->condition, 1) ;
  }
  return !!leaving->probe ;
}

static int is_background (struct statement *statement, void *data)
{
  (void)data ;
  return statement->background ;
}

/* Does the loop do more than ask, sleep and count? Then what ends it is no question to a service. */
static int does_work (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  return statement->kind == STATEMENT_COMMAND && !find_function(a, statement_command(statement))
   && !shell_one_of(statement_command(statement), "sleep echo printf exit break continue return true false : test [ let expr date cat tail logger") && !is_probe(statement_text(a, statement)) ;
}

char const *loop_probe (struct analysis *a, struct statement *statement)
{
  struct leaving leaving = { .a = a } ;
  struct branch *branch = statement->branches ;
  if (statement_walk(branch->body ? branch->body : statement, &is_background, 0)) return 0 ;
  if (statement->kind == STATEMENT_LOOP && branch->condition && !branch->condition->next)
    leaving.probe = extract_probe(a, branch->condition, !statement->until) ;
  if (leaving.probe) return leaving.probe ;
  for (struct statement *one = branch->body ; one ; one = one->next)
    if (statement_walk(one, &does_work, a)) return 0 ;
  for (struct statement *one = branch->body ; one && !leaving.probe ; one = one->next) statement_walk(one, &find_break, &leaving) ;
  return leaving.probe ;
}

/* N tries of M seconds, when the script gives up then. */
static unsigned long limit_ms (struct analysis *a, struct statement const *statement)
{
  static char const *const marks[] = { "-ge ", "-gt ", "seq ", "{1..", ">= ", "-eq ", "seq 1 ", "-lt ", "-le " } ;
  char const *text = statement_text(a, statement) ;
  unsigned long tries = 0 ;
  unsigned long seconds = 1 ;
  char const *sleep = strstr(text, "sleep ") ;
  if (!shell_mentions(text, "exit")) return 0 ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
  {
    char const *p = strstr(text, marks[i]) ;
    unsigned long n = p ? strtoul(p + strlen(marks[i]), 0, 10) : 0 ;
    if (n > tries) tries = n ;
  }
  if (sleep && strtoul(sleep + 6, 0, 10)) seconds = strtoul(sleep + 6, 0, 10) ;
  return tries > 1 && tries < 100000 && seconds < 100000 ? tries * seconds * 1000 : 0 ;
}

static void set_check (struct analysis *a, struct service *service, struct statement *statement, char const *check, int certain)
{
  struct claim *claim = claim_statement(a, statement, service_where(a->plan, service, "data/check"),
    pool_printf(a->pool, "waits for %s: its readiness check; what comes later depends on it", service->name)) ;
  unsigned long ms = statement->kind == STATEMENT_COMMAND ? 0 : limit_ms(a, statement) ;
  if (!certain) plan_todo(a->plan, service, claim, line_of(a, statement), pool_printf(a->pool, "nothing in it names %s, the last that was started: is it the one that is asked?", service->name)) ;
  service->check = service->check ? pool_printf(a->pool, "%s || exit\n%s", service->check, check) : check ;
  service->check_npieces = a->plan->npieces ;
  service->check_positional = a->positional ;
  if (ms)
  {
    service_set(a->plan, service, "timeout-up", pool_printf(a->pool, "%lu", ms)) ;
    claim->what = pool_printf(a->pool, "%s; timeout-up: the script gave up then", claim->what) ;
  }
  drop_remarks(a, statement) ;
  close_task(a) ;
  add_ready(a, service) ;
}

int walk_probe (struct analysis *a, struct statement *statement, char const *probe)
{
  int certain = 1 ;
  struct service *service = !a->plan->services || probes_elsewhere(probe) ? 0 : probed_service(a, probe, &certain) ;
  if (service) set_check(a, service, statement, probe, certain) ;
  return !!service ;
}

/* wait-for-it.sh HOST:PORT -- COMMAND: the command comes when the wait is over. 0: there is none. */
static struct statement *behind_dashes (struct analysis *a, struct statement const *statement)
{
  for (unsigned int i = 1 ; i + 1 < statement->nwords ; i++)
    if (!strcmp(statement->words[i].raw, "--"))
    {
      struct statement *command = pool_alloc(a->pool, sizeof(*command)) ;
      *command = *statement ;
      command->words += i + 1 ;
      command->nwords -= i + 1 ;
      command->range.start = command->core.start = command->words[0].range.start ;
      command->background = 0 ;
      return command ;
    }
  return 0 ;
}

/* The check that the program makes until it succeeds; 0: it is no such program. */
static char const *check_of_program (struct analysis *a, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  char const *text = statement_text(a, statement) ;
  if (shell_one_of(command, "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4ports"))
  {
    char const *address = "" ;
    size_t host ;
    for (unsigned int i = 1 ; i < statement->nwords && !*address ; i++)
      if (statement->words[i].raw[0] != '-' && strchr(statement->words[i].raw, ':')) address = statement->words[i].raw ;
    host = strcspn(address, ":") ;
    if (!*address) return 0 ;
    if (strchr(address, '"')) return pool_printf(a->pool, "%s %s -t 1", statement->words[0].raw, address) ;
    return pool_printf(a->pool, "nc -z %.*s %s", (int)host, address, address + host + 1) ;
  }
  if (!strcmp(command, "timeout") && strstr(text, "until "))
  {
    char const *begin = strstr(text, "until ") + 6 ;
    char const *end = strstr(begin, "; do") ;
    return end ? pool_copy(a->pool, begin, (size_t)(end - begin)) : 0 ;
  }
  if (!strcmp(command, "pg_isready") || (shell_one_of(command, "mysqladmin") && strstr(text, "--wait"))) return text ;
  return shell_one_of(command, "curl") && strstr(text, "--retry") ? text : 0 ;
}

int find_waiting (struct analysis *a, struct statement *statement, struct waiting *waiting)
{
  if (statement->kind != STATEMENT_COMMAND || !a->plan->services) return 0 ;
  waiting->check = check_of_program(a, statement) ;
  if (!waiting->check || probes_elsewhere(waiting->check)) return 0 ;
  waiting->certain = 1 ;
  waiting->service = probed_service(a, waiting->check, &waiting->certain) ;
  if (!waiting->service) return 0 ;
  waiting->command = behind_dashes(a, statement) ;
  return 1 ;
}

void set_waiting (struct analysis *a, struct statement *statement, struct waiting const *waiting)
{
  set_check(a, waiting->service, statement, waiting->check, waiting->certain) ;
}

void walk_sleep (struct analysis *a, struct statement *statement)
{
  struct claim *claim ;
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
  claim->what = pool_printf(a->pool, "a bare sleep, to give %s time: what comes later depends on %s instead", a->last->name, a->last->name) ;
  texts_add(a->pool, &claim->todo, pool_printf(a->pool, "warning: nothing says when %s is ready: write data/check and notification-fd", a->last->name)) ;
  texts_add(a->pool, &a->last->todo, pool_printf(a->pool,
    "# TODO reeve-migrate: line %u: the script slept here until this was ready: write data/check, and run it with reeve-exec --ready ./data/check", line_of(a, statement))) ;
  add_ready(a, a->last) ;
}
