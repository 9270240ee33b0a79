/* Comments of a program's section, and right above it: run keeps them. Settings that were commented out, and lines without words, go. */

#include <string.h>

#include "migrate/supervisord/translation.h"

static int is_letter (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ;
}

/* ;autostart=true, ;[program:x] */
static int is_setting (char const *text)
{
  size_t len = 0 ;
  while ((text[len] >= 'a' && text[len] <= 'z') || text[len] == '_') len++ ;
  return *text == '[' || (len && text[len + strspn(text + len, " \t")] == '=') ;
}

/* Letters of other scripts have bytes from 0x80 on, and so have lines that are drawn: these begin with 0xe2. */
static int has_words (char const *text)
{
  for (; *text ; text++)
    if (is_letter(*text) || (*text & 0x80 && (unsigned char)*text >= 0xc3 && (unsigned char)*text != 0xe2)) return 1 ;
  return 0 ;
}

/* The text of a comment with words; 0: the line is something else. */
static char const *remark_at (struct translation *t, uint32_t line)
{
  char const *text = source_copy(t->source, source_line_range(t->source, line)) ;
  text += strspn(text, " \t") ;
  if (!*text || !strchr(";#", *text)) return 0 ;
  text += strspn(text, ";#") ;
  text += *text == ' ' ;
  return is_setting(text + strspn(text, " \t")) || !has_words(text) ? 0 : text ;
}

static int is_comment (struct translation *t, uint32_t line)
{
  char const *text = source_copy(t->source, source_line_range(t->source, line)) ;
  text += strspn(text, " \t") ;
  return *text && strchr(";#", *text) ;
}

void keep_remarks (struct translation *t)
{
  uint32_t first = source_line(t->source, t->section->range.start) ;
  uint32_t last = first ;
  struct source_part const *part = source_part_of(t->source, first) ;
  while (first > 1 && source_part_of(t->source, first - 1) == part && is_comment(t, first - 1)) first-- ;
  for (struct ini_option const *option = t->section->options ; option ; option = option->next)
    if (source_line(t->source, option->range.start) > last) last = source_line(t->source, option->range.start) ;
  for (uint32_t line = first ; line < last ; line++)
  {
    char const *text = remark_at(t, line) ;
    uint32_t owner = t->source->owner[source_line_range(t->source, line).start] ;
    struct claim *claim = owner ? t->source->claims[owner - 1] : 0 ;
    if (!text || !claim || strcmp(claim->what, "comment") != 0) continue ;
    texts_add(t->plan->pool, &t->service->before, pool_printf(t->plan->pool, "# %s", text)) ;
    claim->where = strcmp(claim->where, "dropped") != 0 ? pool_printf(t->plan->pool, "%s, %s", claim->where, where(t, "run")) : where(t, "run") ;
  }
}
