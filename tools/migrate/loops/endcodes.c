/* With which code a loop that watched processes ended the script. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"

struct codes
{
  struct analysis *a ;
  struct texts codes ;
  int is_another ; /* exit $?, exit "$CODE" */
} ;

/* $2, "${2:-1}": the index of the call's word; 0: another word */
static unsigned int word_of_call (char const *raw)
{
  raw += strspn(raw, "\"") ;
  if (*raw++ != '$') return 0 ;
  raw += *raw == '{' ;
  return *raw >= '1' && *raw <= '9' ? (unsigned int)(*raw - '0') : 0 ;
}

struct called
{
  struct codes *codes ;
  struct statement const *call ;
} ;

/* die() { echo "$1"; exit ${2:-1}; }; kill -0 $A || die "A is gone" 5 */
static int find_code_of_call (struct statement *statement, void *data)
{
  struct called const *called = data ;
  struct pool *pool = called->codes->a->pool ;
  unsigned int i = !strcmp(statement_command(statement), "exit") && statement->nwords == 2 ? word_of_call(statement->words[1].raw) : 0 ;
  char const *otherwise = i ? strstr(statement->words[1].raw, ":-") : 0 ;
  char const *code ;
  if (!i) return 0 ;
  code = i < called->call->nwords ? statement_word(called->call, i) : otherwise ? pool_copy(pool, otherwise + 2, strcspn(otherwise + 2, "}")) : "" ;
  code = shell_exit_code(pool, code) ;
  if (code) texts_add_once(pool, &called->codes->codes, code) ;
  else called->codes->is_another = 1 ;
  return 0 ;
}

static int find_codes (struct statement *statement, void *data)
{
  struct codes *codes = data ;
  struct called called = { .codes = codes, .call = statement } ;
  struct function const *function = called_function(codes->a, statement) ;
  char const *code = shell_exit_code(codes->a->pool, statement_word(statement, 1)) ;
  if (function && function->statement->body) statement_walk(function->statement->body, &find_code_of_call, &called) ;
  if (!strcmp(statement_command(statement), "exit") && statement->nwords == 2 && word_of_call(statement->words[1].raw)) return 0 ; /* as each call has it */
  if (strcmp(statement_command(statement), "exit") != 0) return 0 ;
  if (code) texts_add_once(codes->a->pool, &codes->codes, code) ;
  else codes->is_another = 1 ;
  return 0 ;
}

int is_script_end (struct analysis *a, struct statement const *statement)
{
  return !uncommented_first(statement->next) && a->depth == 1 ;
}

struct ends_of_each
{
  struct analysis *a ;
  struct texts const *mains ;
  struct texts kept ; /* NAME (CODE) */
} ;

/* The list ended the script, with one code always, when what the condition asks for had ended. */
static void keep_code_of (struct ends_of_each *ends, char const *condition, struct statement *list, struct statement const *last)
{
  struct codes codes = { .a = ends->a } ;
  for (; list ; list = list == last ? 0 : list->next) walk_with_calls(ends->a, list, &find_codes, &codes) ;
  if (!codes.codes.first || codes.codes.first->next || codes.is_another || !strcmp(codes.codes.first->text, "0")) return ;
  for (struct text const *one = ends->mains->first ; one ; one = one->next)
  {
    struct service *service = plan_find(ends->a->plan, one->text) ;
    if (!service || !is_watched(ends->a, service, condition)) continue ;
    keep_failure(ends->a, service, codes.codes.first->text) ;
    texts_add_once(ends->a->pool, &ends->kept, pool_printf(ends->a->pool, "%s of %s instead of 0 (finish)", codes.codes.first->text, service->name)) ;
  }
}

static int keep_codes (struct statement *statement, void *data)
{
  struct ends_of_each *ends = data ;
  for (struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ; branch ; branch = branch->next)
    if (branch->condition) keep_code_of(ends, condition_text(ends->a, branch), branch->body, 0) ;
  if (is_and_or(statement))
    keep_code_of(ends, statement_text(ends->a, statement->body), statement->body->next, statement->body->next) ;
  return 0 ;
}

/* if ! kill -0 $A; then wait $A; exit $?; fi; kill -0 $B || exit 1: several codes, each of its own */
static void tell_codes (struct analysis *a, struct statement *loop, struct texts const *mains, struct claim *claim, char const *codes)
{
  struct ends_of_each ends = { .a = a, .mains = mains } ;
  statement_walk(loop, &keep_codes, &ends) ;
  claim->what = pool_printf(a->pool, "%s; the script ended with %s then: now the container's exit code is that of the first that ends", claim->what, codes) ;
  if (ends.kept.first) claim->what = pool_printf(a->pool, "%s, %s", claim->what, texts_join(a->pool, &ends.kept, ", ")) ;
}

static int asks_in_condition (struct statement *statement, void *data)
{
  for (struct branch *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ; branch ; branch = branch->next)
    if (branch->condition && asks_for_processes(data, branch->condition)) return 1 ;
  return is_and_or(statement) && asks_for_processes(data, statement->body) ;
}

/* set -e: a question that stands by itself ended the script, ahead of the exit that asks for its status. */
static void add_failure_code (struct analysis *a, struct statement *loop, struct codes *codes)
{
  if (!ends_by_failure(a, loop)) return ;
  if (!statement_walk(loop, &asks_in_condition, a))
  {
    codes->codes = (struct texts){ 0 } ;
    codes->is_another = 0 ;
  }
  texts_add_once(a->pool, &codes->codes, "1") ;
}

/* exit 1, or the 0 of a loop at the script's end, whatever the code of what had ended. */
void tell_end_code (struct analysis *a, struct statement *loop, struct texts const *mains, struct claim *claim)
{
  struct codes codes = { .a = a } ;
  char const *code ;
  walk_with_calls(a, loop, &find_codes, &codes) ;
  if (!codes.codes.first && !codes.is_another && is_script_end(a, loop)) texts_add(a->pool, &codes.codes, ends_by_failure(a, loop) ? "1" : "0") ;
  else add_failure_code(a, loop, &codes) ;
  if (!codes.codes.first) return ;
  code = texts_join(a->pool, &codes.codes, " or ") ;
  if (codes.is_another || codes.codes.first->next)
  {
    tell_codes(a, loop, mains, claim, codes.is_another ? pool_printf(a->pool, "%s, or another code,", code) : code) ;
    return ;
  }
  claim->what = pool_printf(a->pool, "%s; the script ended with %s then: now the container's exit code is that of the first that ends", claim->what, code) ;
  if (!strcmp(code, "0"))
  {
    claim->what = pool_printf(a->pool, "%s; if 0 is wanted, let finish of %s run `reeve shutdown 0`", claim->what, texts_join(a->pool, mains, ", ")) ;
    return ;
  }
  claim->what = pool_printf(a->pool, "%s, %s only instead of 0, so that the container still fails then (finish)", claim->what, code) ;
  for (struct text const *one = mains->first ; one ; one = one->next)
    if (plan_find(a->plan, one->text)) keep_failure(a, plan_find(a->plan, one->text), code) ;
}
