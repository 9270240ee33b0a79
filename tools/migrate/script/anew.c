/* exec "$0" serve: the script starts itself again with other words. Where CMD leads to that, it is read once more with
   these; elsewhere a service, or the setup, executes it by its path. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

/* ---- its name is its path: the files that are made of it have other names ---- */

struct spelling
{
  struct analysis *a ;
  struct texts text ;
  uint32_t done ; /* the byte of the source up to which that is */
} ;

/* Where the statement has the script's name ahead of other words; an empty range: nowhere. */
static struct range own_name (struct analysis *a, struct statement const *statement)
{
  struct launch launch ;
  char const *at ;
  unsigned int first ;
  command_unwrap(a->pool, statement, &launch) ;
  first = other_words(a, statement, &launch) ;
  if (first) return strchr(statement->words[first - 1].raw, '0') ? statement->words[first - 1].range : (struct range){ 0, 0 } ;
  at = other_words_in_code(a, &launch) ;
  for (unsigned int i = 0 ; at && i < statement->nwords ; i++)
  {
    struct word const *word = statement->words + i ;
    uint32_t start = word->range.start + (uint32_t)(at - word->raw) ;
    if (at >= word->raw && at < word->raw + strlen(word->raw)) return (struct range){ start, start + (!strncmp(at, "$0", 2) ? 2 : 0) } ;
  }
  return (struct range){ 0, 0 } ;
}

static int spell_out (struct statement *statement, void *data)
{
  struct spelling *s = data ;
  struct range name ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  name = own_name(s->a, statement) ;
  if (name.start < s->done || name.start == name.end) return 0 ;
  texts_add(s->a->pool, &s->text, source_copy(s->a->source, (struct range){ s->done, name.start })) ;
  texts_add(s->a->pool, &s->text, shell_quote(s->a->pool, s->a->plan->script_path)) ;
  s->done = name.end ;
  return 0 ;
}

void spell_out_own_name (struct analysis *a, struct statement *first)
{
  struct spelling s = { .a = a } ;
  if (!a->plan->script_path) return ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &spell_out, &s) ;
  if (!s.done) return ;
  texts_add(a->pool, &s.text, source_copy(a->source, (struct range){ s.done, a->source->len })) ;
  source_respell(a->source, texts_join(a->pool, &s.text, "")) ;
}

/* ---- it is read once more ---- */

static char const *joined (struct pool *pool, char const *const *words)
{
  struct texts all = { 0 } ;
  for (; *words ; words++) texts_add(pool, &all, shell_quote(pool, *words)) ;
  return texts_join(pool, &all, " ") ;
}

int begins_anew (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  unsigned int first = other_words(a, statement, launch) ;
  char const *path = first ? statement_word(statement, first - 1) : "" ;
  char const *const *words ;
  if (!first || !a->plan->script_path || strcmp(path, a->plan->script_path) != 0) return 0 ;
  if (a->source != a->plan->source || a->plan->services || a->plan->code || a->traps || a->in_function) return 0 ;
  for (struct text const *one = a->conditions.first ; one ; one = one->next)
    if (!holds_for_root(a, one->text)) return 0 ;
  words = arguments_of(a, statement, first) ;
  if (!words || (a->anew_words && !strcmp(joined(a->pool, words), a->anew_words))) return 0 ;
  a->anew = words ;
  note_again(a, statement, launch) ;
  a->again->what = pool_printf(a->pool, "%s; it is read once more, with these words: %s", a->again->what, joined(a->pool, a->anew)) ;
  return 1 ;
}

/* "$0" serve; exit */
int ends_anew (struct analysis *a, struct statement *statement, struct frame const *frame)
{
  struct statement const *next = frame->rest ;
  struct launch launch ;
  if (a->plan->services || (!next && !is_last(a, frame))) return 0 ;
  if (next && (strcmp(statement_command(next), "exit") != 0 || (next->nwords > 1 && strcmp(next->words[1].raw, "$?") != 0))) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  return begins_anew(a, statement, &launch) ;
}

static int is_deed (struct plan *plan, struct plan const *was, struct claim const *claim)
{
  if (!strcmp(claim->where, plan_setup_where(plan))) return 1 ;
  for (unsigned int i = was->nsetup ; i < plan->nsetup ; i++)
  {
    struct setup_item const *item = plan->setup + i ;
    if (item->does_something && item->range.start <= claim->range.start && claim->range.end <= item->range.end) return 1 ;
  }
  return 0 ;
}

/* What was in force ahead of the new start, and stands in a branch that CMD led to. */
static void mark_in_force (struct analysis *a, struct plan const *was, struct statement const *first)
{
  for (unsigned int i = was->npieces ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    struct statement const *one = first ;
    if (!piece->claim || piece->is_function || (!piece->always && !is_exported(a, pool_copy(a->pool, piece->names + 1, strcspn(piece->names + 1, " "))))) continue ;
    while (one && (one->range.start != piece->claim->range.start || one->range.end != piece->claim->range.end)) one = one->next ;
    if (one) continue ; /* it does that once more */
    texts_add(a->pool, &a->again->todo, pool_printf(a->pool, "this was in force then, and is in no run: write it into those that need it: %s", piece->text)) ;
  }
}

/* Only what has been done stays in the account. */
static void forget_claims (struct analysis *a, struct plan const *was, uint32_t nclaims)
{
  struct source *source = a->source ;
  for (uint32_t i = 0 ; i < source->len ; i++)
    if (source->owner[i] > nclaims && source->claims[source->owner[i] - 1] != a->again && !is_deed(a->plan, was, source->claims[source->owner[i] - 1])) source->owner[i] = 0 ;
  for (uint32_t i = nclaims ; i < source->nclaims ; i++)
    if (source->claims[i] != a->again && !is_deed(a->plan, was, source->claims[i])) source->claims[i]->range.end = source->claims[i]->range.start ;
}

struct statement *read_anew (struct analysis *a, struct analysis const *was, struct plan const *was_planned, uint32_t nclaims, struct statement *first)
{
  struct plan *plan = a->plan ;
  char const *words = joined(a->pool, a->anew) ;
  char const *line = pool_printf(a->pool, "set -- %s # with these words the script started itself again", words) ;
  struct analysis now = *was ;
  int any_deed = 0 ;
  int any_asks = 0 ;
  mark_in_force(a, was_planned, first) ;
  forget_claims(a, was_planned, nclaims) ;
  for (unsigned int i = was_planned->nsetup ; i < plan->nsetup ; i++)
  {
    any_deed |= plan->setup[i].does_something ;
    any_asks |= mentions_positional(plan->setup[i].text ? plan->setup[i].text : source_copy(a->source, plan->setup[i].range)) ;
  }
  if (!any_deed) plan->nsetup = was_planned->nsetup ;
  plan->npieces = was_planned->npieces ;
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (!plan->pieces[i].positional) continue ;
    else if (any_deed && any_asks) plan->pieces[i].end = plan->npieces ; /* for the setup alone */
    else plan->pieces[i].text = line ;
  if (any_deed && any_asks)
  {
    struct piece *piece = plan_piece(plan, line, " ") ;
    struct claim *claim = pool_alloc(a->pool, sizeof(*claim)) ;
    *claim = (struct claim){ .where = "", .what = "" } ;
    piece->positional = 1 ;
    piece->claim = claim ; /* for the services alone */
    plan_setup(plan, (struct range){ 0, 0 }, line, 0) ;
  }
  plan->notes = was_planned->notes ;
  if (plan->notes.first) *plan->notes.end = 0 ;
  plan->mistakes = was_planned->mistakes ;
  now.user = a->user ;
  now.again = a->again ;
  now.again_if = a->again_if ;
  now.again_as_root = a->again_as_root ;
  now.again_nsetup = a->again_nsetup ;
  now.arguments = a->anew ;
  now.anew_words = words ;
  now.dispatched = 1 ;
  now.functions = 0 ;
  *a = now ;
  first = shell_parse(a->source) ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_declared, a) ;
  if (first && first->kind == STATEMENT_COMMENT && !strncmp(a->source->text, "#!", 2) && !first->range.start) first = first->next ;
  return first ;
}
