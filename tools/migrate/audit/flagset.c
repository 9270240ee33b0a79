/* A variable that a trap sets: each service that asks for it has the trap, or is told. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

struct flags
{
  struct analysis *a ;
  struct source *source ; /* of the statements that are looked at */
  struct texts set ; /* NAME=VALUE, of constant values */
} ;

static int find_set (struct statement *statement, void *data)
{
  struct flags *flags = data ;
  struct analysis *a = flags->a ;
  struct function *function = called_function(a, statement) ;
  char const *text = source_copy(flags->source, statement->range) ;
  if (statement->kind == STATEMENT_ASSIGNMENT && !strpbrk(text, "$` \t\n")) texts_add_once(a->pool, &flags->set, text) ;
  if (function && function->statement->body && function->asked != a->questions)
  {
    struct source *outer = flags->source ;
    function->asked = a->questions ;
    flags->source = a->source ;
    statement_walk(function->statement->body, &find_set, flags) ;
    flags->source = outer ;
  }
  return 0 ;
}

/* $NAME, ${NAME}, (( NAME )) */
static int asks_for (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *at = text ; (at = strstr(at, name)) ; at++)
    if (at > text && !memchr(NAME_LETTERS, at[len], sizeof(NAME_LETTERS) - 1) && (at[-1] == '$' || (at[-1] == '{' && at > text + 1 && at[-2] == '$') || (at[-1] == ' ' && strchr(" )<>=", at[len]) && strstr(text, "((")))) return 1 ;
  return 0 ;
}

/* (while ...; done) &: it never saw what a trap of the script set. */
static int is_beside (struct analysis *a, struct service const *service)
{
  char const *behind = service->claim ? a->source->text + service->claim->range.end : "" ;
  behind += strspn(behind, " \t") ;
  return behind[0] == '&' && behind[1] != '&' ;
}

struct asked
{
  struct analysis *a ;
  char const *name ;
  uint32_t line ;
} ;

static int is_asked (struct statement *statement, void *data)
{
  struct asked *asked = data ;
  if (statement->kind == STATEMENT_TEST && asks_for(source_copy(asked->a->source, statement->range), asked->name)) asked->line = line_of(asked->a, statement) ;
  return !!asked->line ;
}

/* trap 'FAILED=1' CHLD; while [ $FAILED = 0 ]; do sleep 1; done: the end of one child was the script's, by way of a variable. */
static void audit_child_flag (struct analysis *a, struct statement *first, struct trap const *trap, struct claim *claim, char const *set, struct file const *files)
{
  struct asked asked = { a, pool_copy(a->pool, set, strcspn(set, "=+")), 0 } ;
  char const *text ;
  struct service *service = a->plan->services ;
  for (struct statement *part = first ; part ; part = part->next) if (statement_walk(part, &is_asked, &asked)) break ;
  while (service && (is_beside(a, service) || !asks_for(audited_text(a, files, service, "run"), asked.name))) service = service->next ;
  if (!asked.line || (!service && has_main(a)) || no_trap_until(a)) return ;
  text = pool_printf(a->pool, "when a child had ended (also a sleep in the foreground) it set %s, and line %u asked for that: if the script ended then, flag-main for those with whose end the container should end%s%s%s",
    set, asked.line, service ? "; " : "", service ? service->name : "", service ? " has no such children: take it out" : "") ;
  if (service) plan_todo(a->plan, service, claim, trap->line, text) ;
  else audit_lost(a, claim, trap->line, text) ;
}

static void audit_flags_of (struct analysis *a, struct statement *first, struct trap const *trap, struct file const *files)
{
  struct flags flags = { .a = a } ;
  struct claim *claim = trap->claim ? trap->claim : trap->own ;
  struct source code ;
  if (!claim || trap->replaced_line || trap->is_call || claim->never_ran || !strcmp(trap->signals, " EXIT ")) return ;
  flags.source = &code ;
  a->questions++ ;
  for (struct statement *one = shell_parse_text(a->pool, &code, trap->code) ; one ; one = one->next) statement_walk(one, &find_set, &flags) ;
  if (is_child_trap(trap) && flags.set.first)
    audit_child_flag(a, first, trap, claim, flags.set.first->text, files) ;
  if (is_child_trap(trap)) return ;
  for (struct text const *one = flags.set.first ; one ; one = one->next)
    for (struct service *service = a->plan->services ; service ; service = service->next)
    {
      char const *run = audited_text(a, files, service, "run") ;
      char const *name = pool_copy(a->pool, one->text, strcspn(one->text, "=+")) ;
      if (!asks_for(run, name) || strstr(run, one->text) || is_beside(a, service)) continue ;
      plan_todo(a->plan, service, claim, trap->line, pool_printf(a->pool,
        "the trap of%.*s set %s, for which %s asks, and nothing does now: give this file the trap, too; `reeve kill %.*s %s` sends it the signal",
        (int)strlen(trap->signals) - 1, trap->signals, one->text, service->name, (int)strcspn(trap->signals + 1, " "), trap->signals + 1, service->name)) ;
    }
}

void audit_flagset (struct analysis *a, struct statement *first, struct file const *files)
{
  for (struct trap const *trap = a->traps ; trap ; trap = trap->next) audit_flags_of(a, first, trap, files) ;
}
