#include "migrate/text/patch.h"

#define CONTEXT_LINES 3

struct edit *edit_add (struct pool *pool, struct edit **edits, uint32_t first, uint32_t last)
{
  struct edit *edit = pool_alloc(pool, sizeof(*edit)) ;
  while (*edits && ((*edits)->first < first || ((*edits)->first == first && (*edits)->last < first))) edits = &(*edits)->next ;
  edit->first = first ;
  edit->last = last ;
  edit->next = *edits ;
  *edits = edit ;
  return edit ;
}

static char const *source_text (struct source const *source, uint32_t line, char mark)
{
  char const *text = source_copy(source, source_line_range(source, line)) ;
  int unended = line == source->nlines && source->len && source->text[source->len - 1] != '\n' ;
  char const *cr = source->had_cr[source_line_range(source, line).end] ? "\r" : "" ;
  return pool_printf(source->pool, "%c%s%s%s", mark, text, cr, unended ? "\n\\ No newline at end of file" : "") ;
}

/* Those edits whose context touches: one hunk. */
static struct edit const *add_hunk (struct source const *source, struct edit const *edit, struct texts *out, long *shift)
{
  struct pool *pool = source->pool ;
  struct texts lines = { 0 } ;
  uint32_t from = edit->first > CONTEXT_LINES ? edit->first - CONTEXT_LINES : 1 ;
  uint32_t at = from ;
  uint32_t until ;
  uint32_t removed = 0 ;
  uint32_t added = 0 ;
  for (;;)
  {
    for (; at < edit->first ; at++) texts_add(pool, &lines, source_text(source, at, ' ')) ;
    for (; at <= edit->last ; at++, removed++) texts_add(pool, &lines, source_text(source, at, '-')) ;
    for (struct text const *one = edit->lines.first ; one ; one = one->next, added++)
      texts_add(pool, &lines, pool_printf(pool, "+%s%s", one->text, source->had_crlf ? "\r" : "")) ;
    if (!edit->next || edit->next->first > at + 2 * CONTEXT_LINES) break ;
    edit = edit->next ;
  }
  until = at + CONTEXT_LINES <= source->nlines + 1 ? at + CONTEXT_LINES : source->nlines + 1 ;
  for (; at < until ; at++) texts_add(pool, &lines, source_text(source, at, ' ')) ;
  texts_add(pool, out, pool_printf(pool, "@@ -%u,%u +%ld,%u @@", from, until - from, (long)from + *shift, until - from - removed + added)) ;
  for (struct text const *one = lines.first ; one ; one = one->next) texts_add(pool, out, one->text) ;
  *shift += (long)added - (long)removed ;
  return edit->next ;
}

char const *patch_text (struct source const *source, struct edit const *edits)
{
  struct texts out = { 0 } ;
  long shift = 0 ;
  if (!edits) return "" ;
  texts_add(source->pool, &out, pool_printf(source->pool, "--- %s", source->name)) ;
  texts_add(source->pool, &out, pool_printf(source->pool, "+++ %s", source->name)) ;
  while (edits) edits = add_hunk(source, edits, &out, &shift) ;
  return pool_printf(source->pool, "%s\n", texts_join(source->pool, &out, "\n")) ;
}

char const *patched_text (struct source const *source, struct edit const *edits)
{
  struct texts out = { 0 } ;
  uint32_t at = 1 ;
  for (; edits ; edits = edits->next)
  {
    for (; at < edits->first ; at++) texts_add(source->pool, &out, source_copy(source, source_line_range(source, at))) ;
    for (struct text const *one = edits->lines.first ; one ; one = one->next) texts_add(source->pool, &out, one->text) ;
    if (at <= edits->last) at = edits->last + 1 ;
  }
  for (; at <= source->nlines ; at++) texts_add(source->pool, &out, source_copy(source, source_line_range(source, at))) ;
  return pool_printf(source->pool, "%s\n", texts_join(source->pool, &out, "\n")) ;
}
