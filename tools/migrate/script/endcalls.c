/* if ! ./migrate; then shutdown; fi, ahead of the script's end, with a function that ends what runs, waits for that, and
   exits: whoever ends the script ends the others, as the scanner does. The call is read as what is left of the
   function, on the same line: { echo stopping; exit 1; } */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct spelling
{
  struct analysis *a ;
  struct texts text ; /* the script's, as it becomes */
  struct texts names ; /* of the functions */
  uint32_t done ; /* bytes of the script that are in it */
} ;

/* What the call gives the function as "$1", ${1}, ${1:-3}, "$*", raw; 0: it is something else, or nothing. */
static char const *given (struct analysis *a, struct statement const *call, char const *raw)
{
  char const *word = shell_without_quotes(a->pool, raw) ;
  int braced = !strncmp(word, "${", 2) ;
  char const *rest = word + 2 + braced ;
  unsigned int i ;
  if (*word != '$' || !word[1] || !word[1 + braced]) return 0 ;
  i = strchr("*@", word[1 + braced]) ? call->nwords == 2 : shell_number(pool_copy(a->pool, word + 1 + braced, 1), 9, 0) ;
  if (!i || (braced ? strcspn(rest, "}") + 1 != strlen(rest) : *rest != 0)) return 0 ;
  if (i < call->nwords) return !braced || strchr("}:-", *rest) ? call->words[i].raw : 0 ;
  rest += *rest == ':' ;
  return *rest == '-' ? pool_copy(a->pool, rest + 1, strlen(rest) - 2) : 0 ;
}

/* The code of exit 3, exit ${1:-3}, or code=$1; exit $code; 0: it is not known. `first`: of the function's statements. */
static char const *code_of (struct analysis *a, struct statement const *first, struct statement const *call, char const *raw)
{
  char const *word = shell_without_quotes(a->pool, raw) ;
  char const *code = given(a, call, raw) ;
  char const *name ;
  if (code) return shell_exit_code(a->pool, shell_without_quotes(a->pool, code)) ;
  if (*word != '$') return shell_exit_code(a->pool, word) ;
  name = pool_printf(a->pool, "%.*s=", (int)strspn(word + 1 + (word[1] == '{'), NAME_LETTERS), word + 1 + (word[1] == '{')) ;
  for (; first && name[1] ; first = first->next)
  {
    char const *text = statement_text(a, first) ;
    if (!strncmp(text, "local ", 6)) text += 6 ;
    if (!strncmp(text, name, strlen(name))) return code_of(a, 0, call, text + strlen(name)) ;
  }
  return 0 ;
}

/* echo "$1" >&2, with the words of the call; 0: it asks for more than that. */
static char const *with_words (struct analysis *a, struct statement const *command, struct statement const *call)
{
  char const *text = statement_text(a, command) ;
  uint32_t end = command->range.start ;
  struct texts parts = { 0 } ;
  if (strchr(text, '\n') || strstr(text, "<<")) return 0 ;
  if (!mentions_positional(text)) return text ;
  for (unsigned int i = 0 ; i < command->nwords ; i++)
  {
    char const *raw = command->words[i].raw ;
    char const *word = mentions_positional(raw) ? given(a, call, raw) : raw ;
    if (!word) return 0 ;
    texts_add(a->pool, &parts, source_copy(a->source, (struct range){ end, command->words[i].range.start })) ;
    texts_add(a->pool, &parts, word) ;
    end = command->words[i].range.end ;
  }
  text = source_copy(a->source, (struct range){ end, command->range.end }) ;
  texts_add(a->pool, &parts, text) ;
  return mentions_positional(text) ? 0 : texts_join(a->pool, &parts, "") ;
}

/* wait "$PID", ahead of what sets PID: it fails at once. Without quotes it waits for all. */
static int waits_for_nobody (struct analysis *a, struct statement const *wait, struct statement const *call)
{
  char const *raw = wait->nwords == 2 ? wait->words[1].raw : "" ;
  char const *name = raw + strspn(raw, "\"${") ;
  char const *set = pool_printf(a->pool, "%.*s=", (int)strspn(name, NAME_LETTERS), name) ;
  char const *at = strstr(a->source->text, set) ;
  return *raw == '"' && set[1] && (!at || (size_t)(at - a->source->text) > call->range.start) ;
}

/* What is left of the function; 0: it does more than end all, or with a code that is not known. */
static char const *left_of (struct analysis *a, struct statement const *body, struct statement const *call)
{
  struct texts left = { 0 } ;
  char const *code = 0 ;
  int ends = 0 ;
  int waits = 0 ;
  for (struct statement *one = body->kind == STATEMENT_GROUP ? body->body : 0 ; one ; one = one->next)
  {
    char const *kept = is_message(a, one) || (one->kind == STATEMENT_COMMAND && is_short(statement_command(one))) ? with_words(a, one, call) : 0 ;
    if (!one->next && !strcmp(statement_command(one), "exit")) code = one->nwords == 2 ? code_of(a, body->body, call, one->words[1].raw) : 0 ;
    else if (one->background || may_end(a, one)) return 0 ;
    else if (is_message(a, one))
    {
      if (kept) texts_add(a->pool, &left, kept) ;
    }
    else if (one->kind == STATEMENT_COMMENT || one->kind == STATEMENT_ASSIGNMENT || one->kind == STATEMENT_DECLARATION || !strcmp(statement_command(one), "trap")) continue ;
    else if (!only_ends_running(a, one, &ends, &waits))
    {
      if (!kept) return 0 ;
      texts_add(a->pool, &left, kept) ;
    }
    else if (waits && !ends && strcmp(statement_command(one), "wait") != 0) return 0 ;
    else if (waits && !ends && !waits_for_nobody(a, one, call)) texts_add(a->pool, &left, statement_text(a, one)) ; /* for what it has not ended */
  }
  if (!code || !waits) return 0 ;
  texts_add(a->pool, &left, pool_printf(a->pool, "exit %s", code)) ;
  return left.first->next ? pool_printf(a->pool, "{ %s; }", texts_join(a->pool, &left, "; ")) : left.first->text ;
}

static void put_call (struct spelling *s, struct statement *call)
{
  struct analysis *a = s->a ;
  struct function const *function = call->kind == STATEMENT_COMMAND && !call->background && !call->nredirects && !call->nassignments ? called_function(a, call) : 0 ;
  char const *left = function && function->statement->body && !strchr(statement_text(a, call), '\n') ? left_of(a, function->statement->body, call) : 0 ;
  if (!left) return ;
  texts_add(a->pool, &s->text, source_copy(a->source, (struct range){ s->done, call->range.start })) ;
  texts_add(a->pool, &s->text, left) ;
  texts_add_once(a->pool, &s->names, function->name) ;
  s->done = call->range.end ;
}

/* `inside`: of a branch; `goes_on`: where that is not taken, something is started, or waited for, behind it */
static void put_calls (struct spelling *s, struct statement *list, int inside, int goes_on, unsigned int depth)
{
  struct statement const *last = 0 ; /* of the list, that starts something */
  for (struct statement *one = list ; one && !goes_on ; one = one->next)
    if (starts_something(s->a, one)) last = one ;
  for (; list && depth < CALL_DEPTH_MAX ; list = list->next)
  {
    int later ;
    if (list == last) last = 0 ;
    later = goes_on || last ;
    if (!later) return ;
    if (inside) put_call(s, list) ;
    if (list->background || list->kind == STATEMENT_DAMAGED) continue ;
    if (list->kind == STATEMENT_GROUP) put_calls(s, list->body, inside, later, depth + 1) ;
    for (struct branch *branch = list->kind == STATEMENT_IF || list->kind == STATEMENT_CASE ? list->branches : 0 ; branch ; branch = branch->next)
      put_calls(s, branch->body, 1, later, depth + 1) ;
    if (is_and_or(list)) put_calls(s, list->body, 1, later, depth + 1) ;
  }
}

struct text const *spell_out_ends (struct analysis *a, struct statement *first)
{
  struct spelling s = { .a = a } ;
  put_calls(&s, first, 0, 0, 0) ;
  if (!s.done) return 0 ;
  texts_add(a->pool, &s.text, source_copy(a->source, (struct range){ s.done, a->source->len })) ;
  source_respell(a->source, texts_join(a->pool, &s.text, "")) ;
  return s.names.first ;
}
