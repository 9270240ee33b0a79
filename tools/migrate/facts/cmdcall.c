/* "$@", "cmd_$1": with the image's CMD, a call of a function of the script. */

#include <string.h>

#include "migrate/facts/facts.h"

static int is_all (char const *raw)
{
  return shell_one_of(raw, "\"$@\" $@ \"${@}\" ${@}") ;
}

/* cmd_$1, run-${1:-all}: a parameter, and what is written around it. 0: another form, or not known. */
static char const *with_parameter (struct analysis *a, char const *raw)
{
  char const *text = shell_without_quotes(a->pool, raw) ;
  char const *begin = strchr(text, '$') ;
  char const *end ;
  char const *value ;
  if (!begin || strpbrk(text, "`\\'\"")) return 0 ;
  end = begin[1] == '{' ? strchr(begin, '}') : begin + 1 + (begin[1] >= '1' && begin[1] <= '9' ? 1 : strspn(begin + 1, NAME_LETTERS)) ;
  if (!end || end == begin + 1) return 0 ;
  end += begin[1] == '{' ;
  if (strchr(end, '$')) return 0 ;
  value = value_by_cmd(a, pool_copy(a->pool, begin, (size_t)(end - begin))) ;
  return value ? pool_printf(a->pool, "%.*s%s%s", (int)(begin - text), text, value, end) : 0 ;
}

struct function *function_by_cmd (struct analysis *a, struct statement const *statement)
{
  char const *name ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords || statement->words[0].value || statement->words[0].path) return 0 ;
  if (!a->arguments || a->shifted || a->positional) return 0 ;
  name = is_all(statement->words[0].raw) ? a->arguments[0] : with_parameter(a, statement->words[0].raw) ;
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
  a->dispatched = 1 ;
}

/* declare -f "$1", type web_server: 1, 0; -1: it asks something else, or it is not known. */
int asks_for_function (struct analysis *a, struct statement const *statement)
{
  char const *raw ;
  char const *name ;
  if (statement->nwords != 3 || !shell_one_of(statement_command(statement), "declare typeset") || !shell_one_of(statement->words[1].raw, "-f -F")) return -1 ;
  raw = statement->words[2].raw ;
  name = statement->words[2].value ? statement->words[2].value : with_parameter(a, raw) ;
  return name ? !!find_function(a, name) : -1 ;
}

/* $(type -t "$1"): "function", or 0: not known. */
char const *type_of_word (struct analysis *a, char const *raw)
{
  char const *text = shell_without_quotes(a->pool, raw) ;
  char const *name ;
  size_t len = strlen(text) ;
  if (strncmp(text, "$(type -t ", 10) != 0 || text[len - 1] != ')') return 0 ;
  name = with_parameter(a, pool_copy(a->pool, text + 10, len - 11)) ;
  return name && find_function(a, name) ? "function" : 0 ;
}
