/* Does the script look at its arguments? What a function calls $1 is a word of its call. */

#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

/* Its text without the words by which the script started itself again. */
static char const *text_without_again (struct analysis *a, struct statement *statement)
{
  struct range range = statement->range ;
  if (!a->again || a->again->range.start < range.start || a->again->range.end > range.end) return statement_text(a, statement) ;
  return pool_printf(a->pool, "%s%s", source_copy(a->source, (struct range){ range.start, a->again->range.start }),
    source_copy(a->source, (struct range){ a->again->range.end, range.end })) ;
}

/* if [ -n "$DEBUG" ]; then set -- debug; else set -- run; fi */
static int replaces_in_each (struct analysis *a, struct statement const *statement)
{
  if (statement->kind != STATEMENT_IF || mentions_positional(statement_text(a, statement))) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    struct statement const *one = branch->body ;
    while (one && !replaces_arguments(a, one)) one = one->next ;
    if (!one) return 0 ;
  }
  return !!statement_else(statement) ;
}

/* ---- calls ---- */

/* main "$@": what a call hands on matters only if the function looks at it. Its own $1 is not the script's. */
struct asking
{
  struct analysis *a ;
  struct range range ; /* of `text` */
  char *text ; /* with blanks in place of what asks for nothing */
} ;

static int asks_in (struct analysis *a, struct statement *statement, char const *text) ;

static int body_asks (struct analysis *a, struct function *function)
{
  if (function->asked == a->questions) return function->asks ; /* it has answered, or is being asked */
  function->asked = a->questions ;
  function->asks = 0 ;
  for (struct statement *one = function->statement->body ; one && !function->asks ; one = one->next) function->asks = asks_in(a, one, statement_text(a, one)) ;
  return function->asks ;
}

static void blank (struct asking *asking, struct range range)
{
  if (range.start < asking->range.start || range.end > asking->range.end) return ;
  for (uint32_t i = range.start ; i < range.end ; i++)
    if (asking->text[i - asking->range.start] != '\n') asking->text[i - asking->range.start] = ' ' ;
}

/* A word that does more than hand on has been asked for: ${1:?is missing}, $(f "$1"). */
static int only_hands_on (char const *raw)
{
  return !strpbrk(raw, "(`?=") ;
}

static int blank_unasked (struct statement *statement, void *data)
{
  struct asking *asking = data ;
  struct function *function = statement->kind == STATEMENT_COMMAND ? called_function(asking->a, statement) : 0 ;
  if (statement->kind == STATEMENT_FUNCTION) blank(asking, statement->range) ;
  else if (function && !body_asks(asking->a, function))
    for (unsigned int i = 1 ; i < statement->nwords ; i++)
      if (only_hands_on(statement->words[i].raw)) blank(asking, statement->words[i].range) ;
  return 0 ;
}

/* `text`: the statement's, perhaps with a part of it taken out. */
static int asks_in (struct analysis *a, struct statement *statement, char const *text)
{
  struct asking asking = { .a = a, .range = statement->range } ;
  if (statement->kind == STATEMENT_FUNCTION || statement->kind == STATEMENT_COMMENT || !mentions_positional(text)) return 0 ;
  if (strlen(text) != statement->range.end - statement->range.start) return 1 ;
  asking.text = (char *)pool_copy(a->pool, text, strlen(text)) ;
  statement_walk(statement, &blank_unasked, &asking) ;
  return mentions_positional(asking.text) ;
}

int asks_positional (struct analysis *a, struct statement *first)
{
  int is_over = 0 ; /* the script became another program */
  a->questions++ ;
  for (struct statement *one = first ; one ; one = one->next)
  {
    char const *text = text_without_again(a, one) ;
    if (is_over && line_of(a, one) > a->replaced_line) return 0 ; /* it never ran */
    is_over |= one->kind != STATEMENT_FUNCTION && line_of(a, one) <= a->replaced_line && source_last_line(a->source, one->range) >= a->replaced_line ;
    if (a->waited_line && line_of(a, one) > a->waited_line && is_image_command(a, one)) continue ; /* it never ran */
    if (replaces_arguments(a, one) || replaces_in_each(a, one)) return 0 ; /* nothing asks for those of the image any more */
    if (asks_in(a, one, text)) return 1 ;
  }
  return 0 ;
}
