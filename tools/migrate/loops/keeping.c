/* Loops that start a program when it does not run, which its supervisor does:
   while true; do if ! kill -0 $P; then prepare; server & P=$!; fi; sleep 1; done */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"

struct keeping
{
  struct statement *program ;
  struct texts lines ; /* what is ahead of it, and itself */
  char const *pid ; /* the variable that holds it; "": there is none */
} ;

static int is_idle (struct analysis *a, struct statement *statement)
{
  return statement->kind == STATEMENT_COMMENT || !strcmp(statement_command(statement), "sleep") || (!statement->background && only_prints(a, statement)) ;
}

/* 0: it does more, or something else. */
static int find_kept (struct analysis *a, struct statement *list, struct keeping *keeping)
{
  for (; list ; list = list->next)
  {
    char const *text = statement_text(a, list) ;
    if (list->background && (keeping->program || list->kind != STATEMENT_COMMAND || !is_server(a, list) || called_function(a, list))) return 0 ;
    if (is_idle(a, list)) continue ;
    if (list->background) keeping->program = list ;
    else if (keeping->program)
    {
      size_t len = strspn(text, NAME_LETTERS) ;
      if (list->kind != STATEMENT_ASSIGNMENT || strcmp(text + len, "=$!") != 0) return 0 ;
      keeping->pid = pool_copy(a->pool, text, len) ;
      continue ;
    }
    else if (may_end(a, list) || starts_something(a, list) || breaks_out(list, 0) || statement_has(list, "continue")) return 0 ;
    texts_add(a->pool, &keeping->lines, text) ;
  }
  return !!keeping->program ;
}

/* Does the question ask for it, and for nothing else? */
static int is_asked_for (char const *question, struct keeping const *keeping)
{
  if (strstr(question, "&&") || strstr(question, "||") || strstr(question, " -a ") || strstr(question, " -o ") || strpbrk(question, ";\n")) return 0 ;
  return (*keeping->pid && shell_mentions(question, keeping->pid)) || shell_mentions(question, shell_basename(statement_command(keeping->program))) ;
}

static int find_keeping (struct analysis *a, struct statement *loop, struct keeping *keeping)
{
  struct statement *condition = loop->kind == STATEMENT_LOOP && !loop->nredirects ? loop->branches->condition : 0 ;
  if (!condition || condition->next || (!(is_always_true(condition) && !loop->until) && when_stopping(a, condition) != loop->until)) return 0 ;
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
  {
    char const *question ;
    if (is_idle(a, one)) continue ;
    if (one->kind != STATEMENT_IF || one->branches->next || keeping->program || !find_kept(a, one->branches->body, keeping)) return 0 ;
    question = condition_text(a, one->branches) ;
    if (!asks_whether_gone(a, question) || !is_asked_for(question, keeping)) return 0 ;
  }
  return keeping->program && !service_of_program(a, keeping->program) ;
}

int walk_start_if_down (struct analysis *a, struct statement *loop)
{
  struct keeping keeping = { .pid = "" } ;
  struct source code ;
  struct source *source = a->source ;
  struct service *service ;
  struct claim *claim ;
  struct texts names = { 0 } ;
  char const *text ;
  if (!loop->branches || !find_keeping(a, loop, &keeping)) return 0 ;
  text = texts_join(a->pool, &keeping.lines, "\n") ;
  if (keeping.lines.first->next) text = pool_printf(a->pool, "{\n%s\n}", text) ;
  text = pool_printf(a->pool, "%s%s", lines_above(a, loop), text) ;
  a->source = &code ;
  service = start_service(a, shell_parse_text(a->pool, &code, text), START_BACKGROUND) ;
  a->source = source ;
  service->is_oneshot = 0 ;
  service_set(a->plan, service, "restart", "always") ;
  claim = claim_statement(a, loop, service->claim->where, "") ;
  claim->todo = service->claim->todo ;
  service->claim = claim ;
  claim->what = pool_printf(a->pool, "service %s, which the loop started when it did not run: its supervisor does%s", service->name, set_pause(a, service, loop, claim)) ;
  texts_add(a->pool, &names, service->name) ;
  if (*keeping.pid) alias_pid(a, keeping.pid, &names) ;
  if (!loop->background) script_waits(a, line_of(a, loop)) ;
  return 1 ;
}
