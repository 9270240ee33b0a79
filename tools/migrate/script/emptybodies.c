/* if X; then, and only a comment up to fi: no shell reads that. It executes what is ahead of it, and ends with code 2. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct filling
{
  struct analysis *a ;
  struct texts text ;
  uint32_t done ; /* the byte of the source up to which that is */
} ;

static int is_keyword (char const *text, char const *keyword)
{
  size_t len = strlen(keyword) ;
  return !strncmp(text, keyword, len) && (*keyword == '}' || !text[len] || !strchr(NAME_LETTERS, text[len])) ;
}

/* Is nothing between this byte and what ends the list? Returns that word; 0: something is. */
static char const *end_of_empty (char const *text)
{
  static char const *const ends[] = { "fi", "else", "elif", "done", "}" } ;
  for (text += strspn(text, " \t\n") ; *text == '#' ; text += strspn(text, " \t\n")) text += strcspn(text, "\n") ;
  for (size_t i = 0 ; i < ROWS(ends) ; i++)
    if (is_keyword(text, ends[i])) return ends[i] ;
  return 0 ;
}

/* `at`: behind the word that begins it. */
static void fill (struct filling *f, uint32_t at, char const *begin)
{
  struct source *source = f->a->source ;
  char const *text = source->text + at ;
  char const *end = end_of_empty(text) ;
  if (!end || at < f->done) return ;
  texts_add(f->a->pool, &f->text, source_copy(source, (struct range){ f->done, at })) ;
  texts_add(f->a->pool, &f->text, strchr("\n#", text[strspn(text, " \t")]) ? " :" : " :;") ;
  f->done = at ;
  plan_mistake(f->a->plan, source_line(source, at - 1), pool_printf(f->a->pool,
    "nothing is between %s and %s: the shell cannot read that, and the script ended here with code 2; a file that has it has : there", begin, end)) ;
}

static int look_at (struct statement *statement, void *data)
{
  struct filling *f = data ;
  struct branch const *branch = statement->branches ;
  if (statement->damaged) return 0 ;
  if (statement->kind == STATEMENT_GROUP && f->a->source->text[statement->range.start] == '{') fill(f, statement->range.start + 1, "{") ;
  else if ((statement->kind == STATEMENT_LOOP || statement->kind == STATEMENT_FOR) && branch && is_keyword(f->a->source->text + branch->head.end, "do")) fill(f, branch->head.end + 2, "do") ;
  for (; branch && statement->kind == STATEMENT_IF ; branch = branch->next) fill(f, branch->head.end, branch->condition ? "then" : "else") ;
  return 0 ;
}

void fill_empty_bodies (struct analysis *a, struct statement *first)
{
  struct filling f = { .a = a } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &look_at, &f) ;
  if (!f.done) return ;
  texts_add(a->pool, &f.text, source_copy(a->source, (struct range){ f.done, a->source->len })) ;
  source_respell(a->source, texts_join(a->pool, &f.text, "")) ;
}
