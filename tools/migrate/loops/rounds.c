/* Loops over a list: a service for each value, or a template where only their number is known. */

#include <stdio.h>
#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/services/services.h"

#define LOOP_MAX 64 /* services that one loop makes */

static int add_numbers (struct analysis *a, struct texts *values, unsigned int first, unsigned int last)
{
  if (last < first || last - first >= LOOP_MAX) return 0 ;
  for (unsigned int i = first ; i <= last ; i++) texts_add(a->pool, values, pool_printf(a->pool, "%u", i)) ;
  return 1 ;
}

/* `before`, a number, `between`, a number, `after`, and nothing else. */
static int is_span (char const *text, char const *before, char const *between, char const *after, unsigned int *first, unsigned int *last)
{
  char const *p = text + strlen(before) ;
  char const *end ;
  if (strncmp(text, before, strlen(before)) != 0) return 0 ;
  *first = shell_number(p, 1000000, &end) ;
  if (end == p || strncmp(end, between, strlen(between)) != 0) return 0 ;
  p = end + strlen(between) ;
  *last = shell_number(p, 1000000, &end) ;
  return end > p && !strcmp(end, after) ;
}

/* for WORD in "$@"; for WORD; do: CMD's words. */
static int add_arguments (struct analysis *a, struct texts *values)
{
  if (!a->arguments || a->shifted || a->positional) return 0 ;
  for (unsigned int i = 0 ; a->arguments[i] ; i++) texts_add(a->pool, values, a->arguments[i]) ;
  a->dispatched = 1 ;
  return 1 ;
}

/* The words of `for`, when they are all known. */
static int list_values (struct analysis *a, struct statement const *statement, struct texts *values)
{
  unsigned int n = 0 ;
  if (!statement->nwords && !add_arguments(a, values)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    struct word const *word = statement->words + i ;
    unsigned int first = 1 ;
    unsigned int last = 0 ;
    char const *end ;
    if (word->value) texts_add(a->pool, values, word->value) ;
    else if (is_span(word->raw, "$(seq ", " ", ")", &first, &last) || is_span(word->raw, "{", "..", "}", &first, &last))
    {
      if (!add_numbers(a, values, first, last)) return 0 ;
    }
    else if (!strncmp(word->raw, "$(seq ", 6) && (last = shell_number(word->raw + 6, 1000000, &end)) && !strcmp(end, ")"))
    {
      if (!add_numbers(a, values, 1, last)) return 0 ;
    }
    else if (shell_one_of(word->raw, "\"$@\" \"${@}\""))
    {
      if (!add_arguments(a, values)) return 0 ;
    }
    else if (!known_words(a, word->raw, values)) return 0 ;
  }
  for (struct text *one = values->first ; one ; one = one->next) n++ ;
  return n && n <= LOOP_MAX ;
}

static int runs_variable (struct statement *statement, void *data)
{
  char const *name = data ;
  char const *raw = statement->kind == STATEMENT_COMMAND && statement->nwords ? statement->words[0].raw : "" ;
  if (!strcmp(statement_command(statement), "eval")) return 1 ;
  return strchr(raw, '$') && (!*name || shell_mentions(raw, name)) ;
}

/* eval, or the variable itself as a command: the list's values are the commands. */
static void refuse_registry (struct analysis *a, struct statement const *loop)
{
  for (struct statement *one = loop->branches->body ; one ; one = one->next)
    if (statement_walk(one, &runs_variable, (void *)loop->name))
      a->plan->refused = pool_printf(a->pool, "line %u starts whatever a list holds: a registry of services, not a wrapper", line_of(a, loop)) ;
}

/* $A, ${A:-4}, 100: the content of the file `count`; 0: not known. */
static char const *count_of (struct analysis *a, char const *raw)
{
  struct variable variable ;
  char const *value = shell_unquote(a->pool, raw) ;
  if (!value)
  {
    if (!variable_parse(a->pool, raw, &variable) || !variable_from_environment(a, &variable, a->plan->npieces) || placed_mentioned(a->positional, raw)) return 0 ;
    if (!variable.constant) return pool_printf(a->pool, "$%s:%s", variable.name, variable.fallback && *variable.fallback ? variable.fallback : "0") ;
    value = variable.constant ;
  }
  return *value && strspn(value, "0123456789") == strlen(value) ? value : 0 ;
}

/* $(seq 1 $A), $(seq $A), `seq 1 $A`; for ((i = 1; i <= A; i++)), i = 0; i < A. *variable: the loop's; *first: its first number. */
static char const *loop_count (struct analysis *a, struct statement const *statement, char const **variable, unsigned int *first)
{
  char const *text = statement_text(a, statement) ;
  char const *raw = statement->nwords == 1 ? statement->words[0].raw : "" ;
  size_t len = strlen(raw) ;
  char const *end ;
  char name[64] ;
  char limit[64] ;
  char begin[8] ;
  char sign[3] ;
  unsigned int begin_at ;
  unsigned int last ;
  *variable = statement->name ;
  *first = 1 ;
  if (is_span(raw, "{", "..", "}", &begin_at, &last)) return begin_at == 1 && last ? pool_printf(a->pool, "%u", last) : 0 ;
  if (!strncmp(raw, "$(seq ", 6) || !strncmp(raw, "`seq ", 5))
  {
    unsigned int n ;
    raw = pool_copy(a->pool, raw + (*raw == '$' ? 6 : 5), len - (*raw == '$' ? 7 : 6)) ;
    n = shell_number(raw, 100000, &end) ;
    if (end > raw && *end == ' ')
    {
      if (n > 1) return 0 ;
      *first = n ;
      raw = end + strspn(end, " ") ;
      if (!n)
      {
        /* seq 0 $((A - 1)): A of them */
        if (sscanf(raw, "$((%63[A-Za-z0-9_]%*[ ]-%*[ ]1))", limit) != 1 && sscanf(raw, "$((%63[A-Za-z0-9_]-1))", limit) != 1
         && sscanf(raw, "$(( %63[A-Za-z0-9_] - 1 ))", limit) != 1) return 0 ;
        return count_of(a, pool_printf(a->pool, "$%s", limit)) ;
      }
    }
    return strchr(raw, ' ') ? 0 : count_of(a, raw) ;
  }
  if (sscanf(text, "for (( %63[A-Za-z0-9_] = %7[0-9] ; %*[A-Za-z0-9_] %2[<=] %63[$A-Za-z0-9_{}:-] ;", name, begin, sign, limit) != 4) return 0 ;
  *first = shell_number(begin, 100000, 0) ;
  if (*first > 1 || strcmp(sign, *first ? "<=" : "<") != 0) return 0 ;
  *variable = pool_copy(a->pool, name, strlen(name)) ;
  return count_of(a, *limit == '$' || strspn(limit, "0123456789") == strlen(limit) ? limit : pool_printf(a->pool, "$%s", limit)) ;
}

/* Does the body only start services, apart from messages, pauses and assignments? */
static int only_starts (struct analysis *a, struct statement const *body)
{
  for (; body ; body = body->next)
    if (!body->background && body->kind != STATEMENT_ASSIGNMENT && body->kind != STATEMENT_DECLARATION && body->kind != STATEMENT_COMMENT
     && !is_message(a, (struct statement *)body) && !shell_one_of(statement_command(body), "sleep echo export :")) return 0 ;
  return 1 ;
}

static void begin_template (struct analysis *a, struct looping *loop)
{
  unsigned int first ;
  char const *name ;
  char const *count = a->template || !only_starts(a, loop->statement->branches->body) ? 0 : loop_count(a, loop->statement, &name, &first) ;
  if (!count) return ;
  loop->count = a->template = count ;
  place_values(a, loop->positional, first ? pool_printf(a->pool, "%s=$REEVE_INSTANCE", name)
    : pool_printf(a->pool, "%s=$((REEVE_INSTANCE - 1))", name)) ;
}

int has_named_rounds (struct analysis *a, struct statement const *loop)
{
  struct texts values = { 0 } ;
  if (loop->kind != STATEMENT_FOR || !*loop->name || !loop->branches || !list_values(a, loop, &values)) return 0 ;
  for (struct text const *one = values.first ; one ; one = one->next)
    if (!one->text[strspn(one->text, "0123456789")]) return 0 ; /* it counts */
  return 1 ;
}

void begin_loop (struct analysis *a, struct statement const *statement, struct looping *loop)
{
  struct texts values = { 0 } ;
  *loop = (struct looping){ .statement = statement, .positional = a->positional, .suffix = a->suffix, .before = plan_last(a->plan), .nsetup = a->plan->nsetup } ;
  loop->known = *statement->name && list_values(a, statement, &values) ;
  if (loop->known) loop->value = values.first ;
  else begin_template(a, loop) ;
  if (loop->known || loop->count) return ;
  texts_add_once(a->pool, &a->unknown_loops, statement->name) ;
  if (may_end_script(a, statement->branches->body)) alias_loop(a, statement) ; /* do wait $p || exit 1; done: who ends, ends all */
  refuse_registry(a, statement) ;
}

/* Of a path, its last part without the extension. */
static char const *suffix_of (struct analysis *a, struct looping const *loop)
{
  char const *value = loop->value->text ;
  if (strchr(value, '/'))
  {
    char const *base = shell_basename(value) ;
    value = pool_copy(a->pool, base, strcspn(base, ".")) ;
  }
  return *value ? pool_printf(a->pool, "%s-%s", loop->suffix, value) : loop->suffix ;
}

int next_round (struct analysis *a, struct looping *loop)
{
  struct statement *body = loop->statement->branches->body ;
  if (loop->round++)
  {
    if (!loop->known) return 0 ;
    close_task(a) ;
    loop->value = loop->value->next ;
  }
  if (!loop->known) return 1 ;
  if (!loop->value) return 0 ;
  place_values(a, loop->positional, pool_printf(a->pool, "%s=%s", loop->statement->name, shell_quote(a->pool, loop->value->text))) ;
  a->suffix = suffix_of(a, loop) ;
  set_values(a, body, loop->statement->name, loop->value->text) ;
  know_round(a, loop->statement->name, loop->value->text) ;
  return 1 ;
}

static void end_unknown_loop (struct analysis *a, struct looping const *loop)
{
  char const *what = *loop->statement->name ? pool_printf(a->pool, "a loop over values of %s that are not known here", loop->statement->name)
    : "a loop whose rounds are not known here" ; /* for ((i = 0; i < n; i++)) */
  if (a->plan->nsetup > loop->nsetup) plan_todo(a->plan, 0, 0, line_of(a, loop->statement), pool_printf(a->pool, "part of this was in %s", what)) ;
  for (struct service *one = loop->before ? loop->before->next : a->plan->services ; one ; one = one->next)
    if (!one->is_oneshot && (one->is_several = 1)) plan_todo(a->plan, one, one->claim, one->line, pool_printf(a->pool, *loop->statement->name
      ? "%s started it: one directory for each" : "%s started it: one directory for each, or NAME@ with count", what)) ;
  claim_statement(a, loop->statement, "dropped", "the loop around a start") ;
}

void end_loop (struct analysis *a, struct looping const *loop)
{
  if (loop->count)
  {
    a->template = 0 ;
    a->positional = loop->positional ;
    claim_statement(a, loop->statement, "dropped", pool_printf(a->pool, "the loop: count says how many instances there are (%s)", loop->count)) ;
    return ;
  }
  if (!loop->known)
  {
    end_unknown_loop(a, loop) ;
    return ;
  }
  set_values(a, loop->statement->branches->body, loop->statement->name, 0) ;
  forget_values(a, loop->statement->name) ;
  a->positional = loop->positional ;
  a->suffix = loop->suffix ;
  claim_statement(a, loop->statement, "dropped", pool_printf(a->pool, "the loop: a service for each value of %s", loop->statement->name)) ;
}
