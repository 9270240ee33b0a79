/* "start_$ROLE" "$@": the name of one of the script's functions, of which a part is computed. It is read as the
   case that asks for that part, on the same line: case "$ROLE" in web) start_web "$@" ;; ... esac */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct naming
{
  struct analysis *a ;
  struct texts names ; /* NAME=VALUE of start="start_$ROLE": what a call by $start is then */
  struct texts others ; /* NAME=VALUE that such a NAME may have instead */
  struct texts constants ; /* $NAME and ${NAME} of NAME=VALUE: with the image's CMD, function_by_cmd() knows more of these */
  struct texts text ; /* the script's, as it becomes */
  size_t len ; /* of that */
  uint32_t done ; /* bytes of the script that are in it */
  int goes_on ; /* a file that it reads may define more */
} ;

/* What the function has in place of the parameter; 0: its name does not fit. */
static char const *fitting (struct naming const *naming, struct parts const *parts, char const *name)
{
  size_t before = strlen(parts->before) ;
  size_t after = strlen(parts->after) ;
  size_t len = strlen(name) ;
  if (len <= before + after || strncmp(name, parts->before, before) != 0 || strcmp(name + len - after, parts->after) != 0) return 0 ;
  if (strspn(name, NAME_LETTERS "-.:") != len) return 0 ;
  return pool_copy(naming->a->pool, name + before, len - before - after) ;
}

static int has_fitting (struct naming const *naming, struct parts const *parts)
{
  for (struct function const *one = naming->a->functions ; one ; one = one->next)
    if (fitting(naming, parts, one->name)) return 1 ;
  return 0 ;
}

/* Is the variable one of `names`? */
static int sets_name (struct naming const *naming, char const *name, size_t len)
{
  struct text const *one = naming->names.first ;
  while (one && (strncmp(one->text, name, len) != 0 || one->text[len] != '=')) one = one->next ;
  return !!one ;
}

/* NAME=VALUE */
static void add_setting (struct naming *naming, char const *raw)
{
  struct pool *pool = naming->a->pool ;
  size_t len = strspn(raw, NAME_LETTERS) ;
  struct parts parts ;
  if (!len || raw[len] != '=') return ;
  if (naming->a->arguments && shell_unquote(pool, raw + len + 1))
  {
    texts_add_once(pool, &naming->constants, pool_printf(pool, "$%.*s", (int)len, raw)) ;
    texts_add_once(pool, &naming->constants, pool_printf(pool, "${%.*s}", (int)len, raw)) ;
  }
  if (split_parameter(pool, raw + len + 1, &parts) && has_fitting(naming, &parts)) texts_add_once(pool, &naming->names, raw) ;
  else if (shell_unquote(pool, raw + len + 1) || sets_name(naming, raw, len)) texts_add_once(pool, &naming->others, raw) ; /* not cmd=$1; cmd="start_$cmd" */
}

static int add_name (struct statement *statement, void *data)
{
  struct naming *naming = data ;
  naming->goes_on |= shell_one_of(statement_command(statement), ". source") ;
  if (statement->kind == STATEMENT_ASSIGNMENT && !statement->nassignments) add_setting(naming, statement_text(naming->a, statement)) ;
  for (unsigned int i = 0 ; statement->kind == STATEMENT_ASSIGNMENT && i < statement->nassignments ; i++) add_setting(naming, statement->assignments[i].raw) ;
  for (unsigned int i = 1 ; statement->kind == STATEMENT_DECLARATION && i < statement->nwords ; i++) add_setting(naming, statement->words[i].raw) ;
  return 0 ;
}

/* The word of a name that is computed, and of which functions. 0: it is none. `whole`: it is a variable that has all of the name. */
static int is_name (struct naming const *naming, char const *raw, struct parts *parts, char const **whole)
{
  struct pool *pool = naming->a->pool ;
  *whole = 0 ;
  if (strchr(raw, '/')) return 0 ;
  if (split_parameter(pool, raw, parts)) return has_fitting(naming, parts) && !texts_has(&naming->constants, parts->parameter) ;
  for (struct text const *one = naming->names.first ; one ; one = one->next)
  {
    size_t len = strcspn(one->text, "=") ;
    char const *name = pool_copy(pool, one->text, len) ;
    if (!shell_one_of(raw, pool_printf(pool, "$%s \"$%s\" ${%s} \"${%s}\"", name, name, name, name))) continue ;
    *whole = pool_printf(pool, "$%s", name) ;
    return split_parameter(pool, one->text + len + 1, parts) ;
  }
  return 0 ;
}

/* Has the variable another value, which is none of these names? cmd="start_$ROLE"; [ -n "$ROLE" ] || cmd=server; $cmd */
static int may_be_another (struct naming const *naming, struct parts const *parts, char const *whole)
{
  size_t len = strlen(whole + 1) ;
  for (struct text const *one = shell_mentions(parts->parameter, whole + 1) ? 0 : naming->others.first ; one ; one = one->next)
  {
    char const *value ;
    if (strncmp(one->text, whole + 1, len) != 0 || one->text[len] != '=') continue ;
    value = shell_unquote(naming->a->pool, one->text + len + 1) ;
    if (!value || (*value && (!find_function(naming->a, value) || !fitting(naming, parts, value)))) return 1 ;
  }
  return 0 ;
}

static void put (struct naming *naming, struct range range, char const *text)
{
  texts_add(naming->a->pool, &naming->text, source_copy(naming->a->source, (struct range){ naming->done, range.start })) ;
  texts_add(naming->a->pool, &naming->text, text) ;
  naming->len += range.start - naming->done + strlen(text) ;
  naming->done = range.end ;
}

static void put_call (struct naming *naming, struct statement const *statement)
{
  struct pool *pool = naming->a->pool ;
  struct source const *source = naming->a->source ;
  int is_eval = statement->nwords == 2 && !strcmp(statement->words[0].raw, "eval") ;
  struct word const *word = statement->nwords ? statement->words + is_eval : 0 ;
  char const *text = source_copy(source, statement->range) ;
  char const *behind = source->text + statement->range.end ;
  struct range range = statement->range ;
  char const *branches = "" ;
  char const *ahead ;
  char const *rest ;
  char const *whole ;
  struct parts parts ;
  if (statement->kind != STATEMENT_COMMAND || !word || word->value || strpbrk(text, "\n") || strstr(text, "<<") || !is_name(naming, word->raw, &parts, &whole)) return ;
  if (statement->background) range.end += (uint32_t)strcspn(behind, "&") + 1 ;
  ahead = source_copy(source, (struct range){ range.start, statement->words[0].range.start }) ;
  rest = source_copy(source, (struct range){ word->range.end, range.end }) ;
  for (struct function const *one = naming->a->functions ; one ; one = one->next)
    if (fitting(naming, &parts, one->name))
      branches = pool_printf(pool, " %s) %s%s%s ;;%s", whole ? one->name : fitting(naming, &parts, one->name), ahead, one->name, rest, branches) ;
  if (naming->goes_on || (whole && may_be_another(naming, &parts, whole))) branches = pool_printf(pool, "%s *) %s ;;", branches, source_copy(source, range)) ;
  put(naming, range, pool_printf(pool, "case \"%s\" in%s esac%s", whole ? whole : parts.parameter, branches, statement->background ? " ;" : "")) ; /* as the & is in the branches */
}

/* declare -F "start_$1" >/dev/null: the same in words that any shell has. */
static void put_question (struct naming *naming, struct statement const *statement)
{
  struct pool *pool = naming->a->pool ;
  char const *tests = "" ;
  char const *whole ;
  struct parts parts ;
  if (naming->goes_on || statement->next || (statement->kind != STATEMENT_COMMAND && statement->kind != STATEMENT_DECLARATION) || statement->nwords < 2) return ;
  if (!shell_one_of(statement_command(statement), "declare typeset type command") || strchr(source_copy(naming->a->source, statement->range), '\n')) return ;
  if (!is_name(naming, statement->words[statement->nwords - 1].raw, &parts, &whole)) return ;
  for (struct function const *one = naming->a->functions ; one ; one = one->next)
    if (fitting(naming, &parts, one->name))
      tests = pool_printf(pool, "[ \"%s\" = %s ]%s%s", whole ? whole : parts.parameter, whole ? one->name : fitting(naming, &parts, one->name), *tests ? " || " : "", tests) ;
  put(naming, statement->range, tests) ;
}

static void put_calls (struct naming *naming, struct statement const *list, unsigned int depth)
{
  if (depth > CALL_DEPTH_MAX) return ;
  for (; list && naming->len <= SOURCE_SIZE_MAX ; list = list->next)
  {
    put_call(naming, list) ;
    if (list->kind != STATEMENT_NOT) put_calls(naming, list->body, depth + 1) ;
    for (struct branch const *branch = list->branches ; branch ; branch = branch->next)
    {
      if (branch->condition && list->kind == STATEMENT_IF) put_question(naming, branch->condition) ;
      put_calls(naming, branch->body, depth + 1) ;
    }
  }
}

void spell_out_calls (struct analysis *a, struct statement *first)
{
  struct source *source = a->source ;
  struct naming naming = { .a = a } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_name, &naming) ;
  put_calls(&naming, first, 0) ;
  if (!naming.done) return ;
  put(&naming, (struct range){ source->len, source->len }, "") ;
  if (naming.len > SOURCE_SIZE_MAX) return ;
  source_respell(source, texts_join(a->pool, &naming.text, "")) ;
}
