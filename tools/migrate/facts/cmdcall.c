/* "$@", "cmd_$1": with the image's CMD, a call of a function of the script. And a question that has one answer in an image. */

#include <string.h>

#include "migrate/facts/facts.h"

static int is_all (char const *raw)
{
  return shell_one_of(raw, "\"$@\" $@ \"${@}\" ${@}") ;
}

/* 0: it calls none. */
static struct function *function_by_cmd (struct analysis *a, struct statement const *statement)
{
  char const *name ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords || statement->words[0].value || statement->words[0].path) return 0 ;
  if (!a->arguments || a->shifted || a->positional) return 0 ;
  a->with_constants = 1 ; /* CMD=start; _cmd_"$CMD" */
  name = is_all(statement->words[0].raw) ? a->arguments[0] : value_by_cmd(a, statement->words[0].raw) ;
  a->with_constants = 0 ;
  return name ? find_function(a, name) : 0 ;
}

void take_function_by_cmd (struct analysis *a, struct statement *statement)
{
  struct function *function = function_by_cmd(a, statement) ;
  struct word *words ;
  unsigned int n = 0 ;
  unsigned int size = statement->nwords ;
  if (!function) return ;
  for (unsigned int i = 0 ; a->arguments[i] ; i++) size++ ;
  words = pool_alloc(a->pool, size * sizeof(*words)) ;
  words[n++] = (struct word){ .range = statement->words[0].range, .raw = function->name, .value = function->name } ;
  for (unsigned int i = 1 ; is_all(statement->words[0].raw) && a->arguments[i] ; i++)
    words[n++] = (struct word){ .range = statement->words[0].range, .raw = shell_quote(a->pool, a->arguments[i]), .value = a->arguments[i] } ;
  memcpy(words + n, statement->words + 1, (statement->nwords - 1) * sizeof(*words)) ;
  statement->nwords += n - 1 ;
  statement->words = words ;
  statement->is_start = 0 ;
  a->dispatched = 1 ;
}

static int asks_whether_executed (struct analysis *a, struct statement const *statement)
{
  struct branch const *branch = statement->kind == STATEMENT_IF ? statement->branches : 0 ;
  char const *text ;
  if (!branch || branch->next || !branch->condition || branch->condition->next || is_and_or(branch->condition)) return 0 ;
  text = condition_text(a, branch) ;
  return strstr(text, "BASH_SOURCE") && (strstr(text, "$0") || strstr(text, "${0}")) && strchr(text, '=') && !strpbrk(text, "!&|") && !strstr(text, " -a ") && !strstr(text, " -o ") ;
}

void take_executed (struct analysis *a, struct statement *statement)
{
  if (!asks_whether_executed(a, statement) || !statement->branches->body) return ;
  statement->kind = STATEMENT_GROUP ;
  statement->body = statement->branches->body ;
  statement->branches = 0 ;
  statement->is_start = 0 ;
}
