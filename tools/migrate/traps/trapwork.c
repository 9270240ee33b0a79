/* The work of a trap, which is done in finish: with the variables that the trap set for it, and the words of
   the call that it is in. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/services/services.h"
#include "migrate/traps/trapping.h"

static struct service *who_finishes (struct trapping const *t)
{
  struct service *last = 0 ;
  for (struct service *service = t->a->plan->services ; service ; service = service->next)
  {
    if (are_exclusive(t->a, &t->trap->place, service)) continue ;
    if (service->is_main) return service ;
    if (!service->is_oneshot) last = service ;
  }
  return last ;
}

static void finish_with (struct trapping *t, char const *text)
{
  struct analysis *a = t->a ;
  struct service *service = who_finishes(t) ;
  if (!service) return ;
  texts_add_once(a->pool, &service->finish, text) ; /* the traps of INT and TERM may do the same */
  t->claim->where = service_where(a->plan, service, "finish") ;
  if (!t->work) t->claim->what = pool_printf(a->pool, "%s; what else it did is done each time that %s has ended", t->claim->what, service->name) ;
}

/* In a function that the trap calls, $1 is a word of that call, which may be $1 of an outer one. */
static void add_words (struct trapping const *t, struct trap_call const *call, struct texts *lines)
{
  if (!call) return ;
  add_words(t, call->outer, lines) ;
  texts_add_all(t->a->pool, lines, &call->lines) ;
}

static char const *with_words (struct trapping const *t, char const *text)
{
  struct texts lines = { 0 } ;
  if (!t->call || !mentions_positional(text)) return text ;
  add_words(t, t->call, &lines) ;
  return pool_printf(t->a->pool, "(%s\n%s\n)", texts_join(t->a->pool, &lines, "\n"), text) ;
}

/* local code=$?, FILE=/run/x */
void note_trap_set (struct trapping *t, struct statement const *statement)
{
  struct pool *pool = t->a->pool ;
  struct trap_set *set = pool_alloc(pool, sizeof(*set)) ;
  int is_declaration = statement->kind == STATEMENT_DECLARATION ;
  char const *command = is_declaration ? statement_word(statement, 0) : "" ;
  struct word const *words = is_declaration ? statement->words : statement->assignments ;
  unsigned int n = is_declaration ? statement->nwords : statement->nassignments ;
  *set = (struct trap_set){ .text = source_copy(t->text, statement->range), .behind = t->behind, .is_for_all = !strcmp(command, "export"), .ahead = t->sets } ;
  if (!strcmp(command, "local")) set->text += 5 + strspn(set->text + 5, " \t") ; /* only a function has it */
  if (*set->text == '-') set->text = pool_printf(pool, "declare %s", set->text) ;
  for (unsigned int i = is_declaration ; i < n ; i++)
    if (words[i].raw[strspn(words[i].raw, NAME_LETTERS)]) texts_add(pool, &set->names, pool_copy(pool, words[i].raw, strspn(words[i].raw, NAME_LETTERS))) ;
  if (!is_declaration && !n) texts_add(pool, &set->names, pool_copy(pool, set->text, strspn(set->text, NAME_LETTERS))) ;
  if (set->names.first || set->is_for_all) t->sets = set ;
}

static int is_asked_for (struct trap_set const *set, char const *text)
{
  for (struct text const *one = set->names.first ; one ; one = one->next)
    if (*one->text && shell_mentions(text, one->text)) return 1 ;
  return set->is_for_all ;
}

/* $? is not that of what finish does ahead of it. */
static void mark_status (struct trapping *t, enum trap_behind behind)
{
  if (behind == BEHIND_WORK) return ;
  texts_add_once(t->a->pool, &t->claim->todo, behind == BEHIND_ANOTHER ? "$? was that of what the trap did ahead of it, which finish does not do: the exit code of run is its $1"
    : ends_with_script(t->trap) ? "$? was the code with which the script ended, and is always 0 where finish begins: the exit code of run is its $1"
    : "$? was that of the command ahead of the signal, and is always 0 where finish begins: the exit code of run is its $1") ;
}

/* The work, behind what the trap has set for it. `inside`: the body of a function that it calls. */
static char const *with_sets (struct trapping *t, char const *text, char const *inside)
{
  struct pool *pool = t->a->pool ;
  char const *asks = pool_printf(pool, "%s\n%s", text, inside) ;
  for (struct trap_set *set = t->sets ; set ; set = set->ahead)
  {
    if (set->is_done || !is_asked_for(set, asks)) continue ;
    set->is_done = !t->call ; /* else in a shell of its own */
    if (strstr(set->text, "$?")) mark_status(t, set->behind) ;
    asks = pool_printf(pool, "%s\n%s", asks, set->text) ;
    text = pool_printf(pool, "%s\n%s", set->text, text) ;
  }
  return text ;
}

void finish_later (struct trapping *t, struct statement *one, struct statement const *body, char const *text)
{
  struct statement const *first = body && body->kind == STATEMENT_GROUP ? body->body : body ;
  if (strstr(first ? source_copy(t->a->source, first->range) : with_words(t, text), "$?")) mark_status(t, t->behind) ;
  if (who_finishes(t)) mark_repeated(t->a, who_finishes(t), one, text, t->claim) ;
  finish_with(t, with_words(t, with_sets(t, text, body ? source_copy(t->a->source, body->range) : ""))) ;
  t->work = text ;
  t->behind = BEHIND_WORK ;
  if (!t->killed && !t->all_signalled && !t->early && walk_with_calls(t->a, one, &needs_services, t)) t->early = text ;
}
