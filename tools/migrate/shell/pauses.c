/* A pause that a trap may interrupt: sleep 5 & wait $!. It becomes one statement, that of a plain sleep with the
   text of both, so that nobody else has to know the other forms. So does sleep 5 || true. */

#include <stdlib.h>

#include "migrate/shell/tree.h"

#define DAYS_MAX 366 /* who sleeps longer means for ever */

/* In days, which count as for ever where nothing is behind them. */
static unsigned long days_of (struct statement const *statement)
{
  char const *duration = statement_word(statement, 1) ;
  char const *unit ;
  unsigned long n = shell_number(duration, 1000000000, &unit) ;
  return unit == duration ? 0 : *unit == 'd' ? n : *unit == 'h' ? n / 24 : *unit == 'm' ? n / 1440 : n / 86400 ;
}

int statement_sleeps_for_ever (struct statement const *statement)
{
  if (strcmp(statement_command(statement), "sleep") != 0) return 0 ;
  return shell_one_of(statement_word(statement, 1), "infinity inf") || days_of(statement) > 0 ;
}

int statement_sleeps_days (struct statement const *statement)
{
  unsigned long days = strcmp(statement_command(statement), "sleep") ? 0 : days_of(statement) ;
  return days > 0 && days < DAYS_MAX ;
}

/* $!, "${!}", "$NAP": is it the variable of that name? */
static int is_variable (char const *raw, char const *name)
{
  size_t len = strlen(name) ;
  char const *p = raw + strspn(raw, "\"${") ;
  return p > raw && !strncmp(p, name, len) && strspn(p + len, "}\"") == strlen(p + len) ;
}

/* NAP=$!, local nap=$!: the name; 0: it is something else */
static char const *keeps_pid (struct source *source, struct statement const *statement)
{
  char const *text = source_copy(source, statement->range) ;
  char const *end = strchr(text, '=') ;
  char const *name = end ;
  if ((statement->kind != STATEMENT_ASSIGNMENT && statement->kind != STATEMENT_DECLARATION) || !end || !is_variable(end + 1, "!")) return 0 ;
  while (name > text && strchr(NAME_LETTERS, name[-1])) name-- ;
  return pool_copy(source->pool, name, (size_t)(end - name)) ;
}

static int is_nap (struct statement const *statement)
{
  return statement->background && statement->kind == STATEMENT_COMMAND && !strcmp(statement_command(statement), "sleep") && (!statement_sleeps_for_ever(statement) || statement_sleeps_days(statement)) ;
}

/* The wait that a statement begins with: wait $!; wait $! || break */
static struct statement *first_of (struct statement *statement)
{
  while (statement->body && is_and_or(statement)) statement = statement->body ;
  return statement ;
}

struct statement *statement_waiting_next (struct source *source, struct statement *next, int is_alone)
{
  char const *pid = 0 ;
  struct statement const *wait ;
  for (; next ; next = next->next)
    if (next->kind != STATEMENT_COMMENT && (pid || !(pid = keeps_pid(source, next)))) break ;
  if (!next) return 0 ;
  wait = first_of(next) ;
  if (strcmp(statement_command(wait), "wait") != 0 || wait->nwords > 2) return 0 ;
  if (wait->nwords == 1) return is_alone ? next : 0 ;
  return is_variable(wait->words[1].raw, "!") || (pid && is_variable(wait->words[1].raw, pid)) ? next : 0 ;
}

static void set_nap (struct source *source, struct statement *place, struct statement const *nap, struct statement *next)
{
  struct range range = { nap->range.start, place->range.end } ;
  int is_background = place->background ;
  *place = *nap ;
  place->range = place->core = range ;
  place->background = is_background ;
  place->is_interruptible = 1 ;
  place->next = next ;
  place->name = "" ;
  for (struct statement const *one = nap->next ; one && !*place->name ; one = one->next)
    if (one->range.end > range.end) break ;
    else if (keeps_pid(source, one)) place->name = keeps_pid(source, one) ;
}

/* wait $! || true is only that wait. */
static int is_forgiven (struct statement const *statement)
{
  return statement->kind == STATEMENT_OR && statement->body->kind == STATEMENT_COMMAND && shell_one_of(statement_command(statement->body->next), "true :") ;
}

static void join (struct source *source, struct statement *nap, struct statement *wait)
{
  struct statement *inner = wait ;
  struct statement *first = first_of(wait) ;
  if (is_forgiven(wait)) first = wait ;
  for (; inner != first ; inner = inner->body) inner->range.start = inner->core.start = nap->range.start ;
  set_nap(source, first, nap, first->next) ;
}

static int starts_more (struct statement const *list)
{
  unsigned int n = 0 ;
  for (; list ; list = list->next) n += !!list->background ;
  return n > 1 ;
}

/* Has nothing been started ahead of it? */
static int is_first (struct statement *list, struct statement const *nap)
{
  for (; list != nap ; list = list->next)
    if (statement_walk(list, &statement_is_background, 0)) return 0 ;
  return 1 ;
}

/* sleep 2 || true, sleep 2 || exit 1: a sleep does not fail. It has the text of both. */
static void drop_failure (struct statement *statement)
{
  struct statement *sleep = statement->body ;
  struct statement whole = *statement ;
  if (statement->kind != STATEMENT_OR || statement->comments || strcmp(statement_command(sleep), "sleep") != 0 || sleep->background || sleep->programs.first
   || !shell_one_of(statement_command(sleep->next), "true : exit")) return ;
  *statement = *sleep ;
  statement->range = whole.range ;
  statement->core = whole.core ;
  statement->background = whole.background ;
  statement->next = whole.next ;
}

struct statement *join_pauses (struct source *source, struct statement *list, unsigned int loops, int is_script)
{
  int is_alone = loops && !starts_more(list) ; /* then `wait` is for the sleep, too */
  struct statement **place = &list ;
  for (; *place ; place = &(*place)->next)
  {
    struct statement *wait ;
    drop_failure(*place) ;
    wait = is_nap(*place) ? statement_waiting_next(source, (*place)->next, is_alone || (is_script && is_first(list, *place))) : 0 ;
    if (!wait) continue ;
    join(source, *place, wait) ;
    *place = wait ;
  }
  return list ;
}
