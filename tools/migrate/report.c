#include <string.h>

#include "migrate/render.h"

/* The claims of a line, in order of its bytes: how many, written to `claims`. */
#define CLAIMS_MAX 64

static unsigned int claims_of (struct source const *source, uint32_t line, uint32_t claims[CLAIMS_MAX])
{
  struct range range = source_line_range(source, line) ;
  unsigned int n = 0 ;
  for (uint32_t i = range.start ; i < range.end ; i++)
  {
    unsigned int j = 0 ;
    uint32_t owner = source->owner[i] ;
    if (!owner || strchr(" \t;&", source->text[i])) continue ;
    while (j < n && claims[j] != owner) j++ ;
    if (j == n && n < CLAIMS_MAX) claims[n++] = owner ;
  }
  return n ;
}

static char const *describe_claims (struct plan *plan, uint32_t const *claims, unsigned int n)
{
  struct texts texts = { 0 } ;
  if (!n) return "dropped: blank" ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    struct claim const *claim = plan->source->claims[claims[i] - 1] ;
    char const *text = pool_printf(plan->pool, "%s: %s", claim->where, claim->what) ;
    for (struct text const *todo = claim->todo.first ; todo ; todo = todo->next)
      text = pool_printf(plan->pool, "%s; TODO: %.*s", text, (int)strcspn(todo->text, "\n"), todo->text) ;
    texts_add_once(plan->pool, &texts, text) ;
  }
  return texts_join(plan->pool, &texts, "; ") ;
}

/* An entry is one line, whatever the texts in it have. */
static void add_entry (struct plan *plan, struct texts *lines, char const *entry)
{
  char *copy = (char *)pool_copy(plan->pool, entry, strlen(entry)) ;
  for (char *p = copy ; *p ; p++)
    if ((unsigned char)*p < ' ' || *p == 127) *p = ' ' ;
  texts_add(plan->pool, lines, copy) ;
}

static void add_mistakes (struct plan *plan, struct texts *lines, struct mistake const **next, uint32_t last)
{
  for (; *next && (*next)->line <= last ; *next = (*next)->next)
    add_entry(plan, lines, pool_printf(plan->pool, "line %u: mistake: %s", (*next)->line, (*next)->text)) ;
}

/* What became of one line. */
static char const *describe_line (struct plan *plan, uint32_t line)
{
  uint32_t claims[CLAIMS_MAX] ;
  return describe_claims(plan, claims, claims_of(plan->source, line, claims)) ;
}

char const *render_report (struct plan *plan)
{
  struct source const *source = plan->source ;
  struct texts lines = { 0 } ;
  struct mistake const *mistakes = plan->mistakes ;
  char const *what = source->nlines ? describe_line(plan, 1) : 0 ;
  for (uint32_t line = 1 ; line <= source->nlines ; )
  {
    char const *next = 0 ;
    uint32_t last = line ;
    while (last < source->nlines && !strcmp(next = describe_line(plan, last + 1), what)) last++ ;
    add_entry(plan, &lines, last > line
      ? pool_printf(plan->pool, "lines %u-%u: %s", line, last, what) : pool_printf(plan->pool, "line %u: %s", line, what)) ;
    add_mistakes(plan, &lines, &mistakes, last) ;
    line = last + 1 ;
    what = next ;
  }
  for (struct text const *note = plan->notes.first ; note ; note = note->next)
    add_entry(plan, &lines, pool_printf(plan->pool, "note: %s", note->text)) ;
  if (!lines.first) return "" ;
  return pool_printf(plan->pool, "%s\n", texts_join(plan->pool, &lines, "\n")) ;
}
