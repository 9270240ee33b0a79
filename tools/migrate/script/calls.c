/* Calls of functions that start something. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/loops/loops.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"

/* The words of a statement, from before it got those of a call. */
struct expanded
{
  struct statement *statement ;
  struct word *words ;
  unsigned int nwords ;
  struct expanded *next ;
} ;

struct expanding
{
  struct analysis *a ;
  struct statement const *call ;
  unsigned int shifted ; /* how many of its words are gone */
  struct expanded **expanded ;
} ;

/* "$@", "${@:2}": the first word of the call that it has; 0: it is something else. */
static unsigned int first_passed (struct word const *word, unsigned int shifted)
{
  unsigned int n = 1 ;
  char const *end = "}\"" ;
  if (!strncmp(word->raw, "\"${@:", 5)) n = shell_number(word->raw + 5, 1000, &end) ;
  else if (!shell_one_of(word->raw, "\"$@\" \"${@}\" $@")) return 0 ;
  return n && !strcmp(end, "}\"") ? n + shifted : 0 ;
}

/* launch() { "$@" & }, and launch nginx -g 'daemon off;': for names and tables, the statement has the words of the call.
   Its text stays. */
static int expand_arguments (struct statement *statement, void *data)
{
  struct expanding *e = data ;
  struct statement longer = *statement ;
  struct launch before ;
  struct launch after ;
  unsigned int at = 0 ;
  unsigned int from = 0 ;
  unsigned int n ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  while (at < statement->nwords && !(from = first_passed(statement->words + at, e->shifted))) at++ ;
  if (!from || from >= e->call->nwords) return 0 ;
  for (unsigned int i = from ; i < e->call->nwords ; i++)
    if (mentions_positional(e->call->words[i].raw)) return 0 ;
  n = e->call->nwords - from ;
  longer.words = pool_alloc(e->a->pool, (statement->nwords + n) * sizeof(*longer.words)) ;
  longer.nwords = statement->nwords - 1 + n ;
  memcpy(longer.words, statement->words, at * sizeof(*longer.words)) ;
  memcpy(longer.words + at, e->call->words + from, n * sizeof(*longer.words)) ;
  memcpy(longer.words + at + n, statement->words + at + 1, (statement->nwords - at - 1) * sizeof(*longer.words)) ;
  for (unsigned int i = at ; i < at + n ; i++) longer.words[i].range = statement->words[at].range ;
  command_unwrap(e->a->pool, statement, &before) ;
  command_unwrap(e->a->pool, &longer, &after) ;
  if (after.first != before.first || after.code) return 0 ; /* launch gosu app server: the call's own words do that */
  {
    struct expanded *one = pool_alloc(e->a->pool, sizeof(*one)) ;
    *one = (struct expanded){ .statement = statement, .words = statement->words, .nwords = statement->nwords, .next = *e->expanded } ;
    *e->expanded = one ;
  }
  statement->words = longer.words ;
  statement->nwords = longer.nwords ;
  return 0 ;
}

/* How many words `shift` takes away; 0: not known. */
static unsigned int shifts_by (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "shift") != 0 || statement->nredirects) return 0 ;
  return statement->nwords == 1 ? 1 : shell_number(statement_word(statement, 1), 1000, 0) ;
}

static void set_arguments (struct analysis *a, struct statement *body, struct statement const *call, struct expanded **expanded)
{
  struct expanding e = { .a = a, .call = call, .expanded = expanded } ;
  struct statement *one = body->kind == STATEMENT_GROUP ? body->body : body ;
  for (; one ; one = one->next)
  {
    struct statement alone = *one ;
    alone.next = 0 ;
    if (statement_has(one, "shift set"))
    {
      if (!shifts_by(one)) return ;
      e.shifted += shifts_by(one) ;
      continue ;
    }
    for (unsigned int i = 1 ; i < 10 && i + e.shifted < call->nwords ; i++)
    {
      char digit[2] = { (char)('0' + i), 0 } ;
      set_values(a, &alone, pool_copy(a->pool, digit, 1), call->words[i + e.shifted].value) ;
    }
    if (call->nwords > 1 + e.shifted) set_values(a, &alone, "@", call->words[1 + e.shifted].value) ;
    statement_walk(one, &expand_arguments, &e) ;
    if (one == body) return ;
  }
}

static void reset_arguments (struct analysis *a, struct statement *body, struct expanded *expanded)
{
  for (; expanded ; expanded = expanded->next)
  {
    expanded->statement->words = expanded->words ;
    expanded->statement->nwords = expanded->nwords ;
  }
  for (unsigned int i = 1 ; i < 10 ; i++) set_values(a, body, pool_printf(a->pool, "%u", i), 0) ;
  set_values(a, body, "@", 0) ;
}

/* Does anything but exec? */
static int is_started (struct statement *statement, void *data)
{
  return statement->background || (statement->kind == STATEMENT_COMMAND && strcmp(statement_command(statement), "exec") != 0 && starts_something(data, statement)) ;
}

static int passes_all (struct statement const *call)
{
  return call->nwords == 2 && shell_one_of(call->words[1].raw, "\"$@\" $@") ;
}

/* monitor() { log watching; while sleep 9; do pgrep web || exit 1; done; }, behind the starts */
static int watches_at_end (struct analysis *a, struct statement *call, struct statement *body)
{
  struct statement *last = body->kind == STATEMENT_GROUP ? body->body : 0 ;
  if (!a->plan->services || a->waited_line || call->nwords != 1 || !last) return 0 ;
  for (; last->next ; last = last->next)
    if (!is_message(a, last) && last->kind != STATEMENT_COMMENT) return 0 ;
  return last->kind == STATEMENT_LOOP && !last->background && watches_processes(a, last) ;
}

int begin_call (struct analysis *a, struct statement *statement, struct calling *call)
{
  struct function *function = called_function(a, statement) ;
  struct statement *body = function ? function->statement->body : 0 ;
  if (!body || a->in_function > 10 || (!starts_something(a, body) && !watches_at_end(a, statement, body))) return 0 ;
  *call = (struct calling){ .statement = statement, .function = function, .positional = a->positional, .known = a->known, .before = plan_last(a->plan) } ;
  function->walked = 1 ;
  if (ends_with_exec(body) && !statement_walk(body, &is_started, a))
  {
    struct service *service = start_service(a, statement, START_MAIN) ;
    if (passes_all(statement)) give_console(a, service, body) ;
    service->is_exec = 1 ;
    if (!a->conditions.first) a->replaced_line = service->line ;
    else a->branch_replaced = 1 ;
    return 1 ;
  }
  call->body = body ;
  if (body->kind == STATEMENT_GROUP) guard_rest(a, body->body) ;
  if (statement->nwords > 1 && !passes_all(statement))
  {
    struct texts words = { 0 } ;
    for (unsigned int i = 1 ; i < statement->nwords ; i++) texts_add(a->pool, &words, statement->words[i].raw) ;
    place_values(a, call->positional, pool_printf(a->pool, "set -- %s", texts_join(a->pool, &words, " "))) ;
    set_arguments(a, body, statement, &call->expanded) ;
  }
  if (!passes_all(statement)) know_words(a, statement) ;
  a->in_function++ ;
  return 1 ;
}

void end_call (struct analysis *a, struct calling const *call)
{
  struct statement const *statement = call->statement ;
  struct texts made = { 0 } ;
  a->in_function-- ;
  if (statement->nwords > 1 && !passes_all(statement)) reset_arguments(a, call->body, call->expanded) ;
  if (!passes_all(statement)) forget_words(a, call->known) ;
  a->positional = call->positional ;
  for (struct service *one = call->before ? call->before->next : a->plan->services ; one ; one = one->next) texts_add(a->pool, &made, one->name) ;
  if (made.first) claim_statement(a, statement, "services.d", pool_printf(a->pool, "call of %s: %s", call->function->name, texts_join(a->pool, &made, ", "))) ;
  else claim_statement(a, statement, "dropped", pool_printf(a->pool, "call of %s: its lines say what became of them", call->function->name)) ;
}
