#include <string.h>

#include "migrate/text/source.h"

static void count_lines (struct source *source)
{
  uint32_t n = 0 ;
  for (uint32_t i = 0 ; i < source->len ; i++)
    if (source->text[i] == '\n' || i + 1 == source->len) n++ ;
  source->line_start = pool_alloc(source->pool, (n + 1) * sizeof(uint32_t)) ;
  source->nlines = n ;
  n = 0 ;
  for (uint32_t i = 0 ; i < source->len ; i++)
    if (!i || source->text[i - 1] == '\n') source->line_start[n++] = i ;
  source->line_start[source->nlines] = source->len ;
}

void source_init (struct source *source, struct pool *pool, char const *name, char const *text, size_t len)
{
  char *copy = pool_alloc(pool, len + 1) ;
  memset(source, 0, sizeof(*source)) ;
  source->pool = pool ;
  source->name = name ;
  source->text = copy ;
  source->had_cr = pool_alloc(pool, len + 1) ;
  for (size_t i = 0 ; i < len ; i++)
  {
    if (text[i] == '\r' && (i + 1 == len || text[i + 1] == '\n'))
    {
      source->had_cr[source->len] = 1 ;
      source->had_crlf = 1 ;
    }
    else copy[source->len++] = text[i] ? text[i] : '?' ;
  }
  count_lines(source) ;
  source->first = 1 ;
  source->last = source->nlines ;
  source->owner = pool_alloc(pool, source->len * sizeof(uint32_t)) ;
}

void source_respell (struct source *source, char const *text)
{
  struct source const was = *source ;
  source_init(source, was.pool, was.name, text, strlen(text)) ;
  source->parts = was.parts ;
  source->first = was.first ;
  source->last = was.last ;
  source->had_crlf = was.had_crlf ;
}

void source_blank (struct source *source, struct range range)
{
  uint32_t start = source->line_start[source_line(source, range.start) - 1] ;
  char *text ;
  if (!source->is_blank)
  {
    source->is_blank = pool_alloc(source->pool, source->len + 1) ;
    source->text = pool_copy(source->pool, source->text, source->len) ; /* who holds the text has it as it was */
  }
  text = (char *)source->text ;
  range.end += (uint32_t)strspn(text + range.end, " \t") ;
  if (text[range.end] == ';') range.end += 1 + (uint32_t)strspn(text + range.end + 1, " \t") ;
  for (uint32_t i = range.start ; i < range.end ; i++)
    if (text[i] != '\n') text[i] = ' ' ;
  if (start + strspn(text + start, " \t") >= range.end && text[range.end] == '\n') range = (struct range){ start, range.end + 1 } ; /* whole lines */
  memset(source->is_blank + range.start, 1, range.end - range.start) ;
  source->uncommented = 0 ;
}

uint32_t source_line (struct source const *source, uint32_t byte)
{
  uint32_t low = 0 ;
  uint32_t high = source->nlines ;
  while (low + 1 < high)
  {
    uint32_t middle = low + (high - low) / 2 ;
    if (source->line_start[middle] <= byte) low = middle ;
    else high = middle ;
  }
  return low + 1 ;
}

uint32_t source_last_line (struct source const *source, struct range range)
{
  return source_line(source, range.end > range.start ? range.end - 1 : range.start) ;
}

struct source_part const *source_part_of (struct source const *source, uint32_t line)
{
  struct source_part const *found = 0 ;
  for (struct source_part const *part = source->parts ; part && part->first <= line ; part = part->next) found = part ;
  return found ;
}

char const *source_place (struct source const *source, uint32_t line)
{
  struct source_part const *part = source_part_of(source, line) ;
  return part ? pool_printf(source->pool, "%s, line %u", part->name, line - part->first + 1) : pool_printf(source->pool, "line %u", line) ;
}

char const *source_copy (struct source const *source, struct range range)
{
  char *copy ;
  size_t n = 0 ;
  if (!source->is_blank) return pool_copy(source->pool, source->text + range.start, range.end - range.start) ;
  copy = pool_alloc(source->pool, range.end - range.start + 1) ;
  for (uint32_t i = range.start ; i < range.end ; i++)
    if (!source->is_blank[i]) copy[n++] = source->text[i] ;
  return copy ;
}

struct range source_line_range (struct source const *source, uint32_t line)
{
  struct range range = { source->line_start[line - 1], source->line_start[line] } ;
  if (range.end > range.start && source->text[range.end - 1] == '\n') range.end-- ;
  return range ;
}

/* Where a backslash at the end of its line joins it to the next one: the number of its bytes; else 0. */
static uint32_t joins_lines (struct source const *source, uint32_t byte)
{
  char const *p = source->text + byte ;
  return *p != '\\' ? 0 : p[1] == '\n' ? 2 : p[1] == '\r' && p[2] == '\n' ? 3 : 0 ;
}

/* SERVER \, and & on the next line: the line of the & is a part of the statement. */
static uint32_t end_with_joined (struct source const *source, uint32_t end)
{
  uint32_t i = end ;
  int is_joined = 0 ;
  while (i < source->len && (strchr(" \t", source->text[i]) || joins_lines(source, i)))
  {
    is_joined |= joins_lines(source, i) ;
    i += joins_lines(source, i) ? joins_lines(source, i) : 1 ;
  }
  return is_joined && i < source->len && source->text[i] == '&' && source->text[i + 1] != '&' ? i + 1 : end ;
}

struct claim *source_claim (struct source *source, struct range range, char const *where, char const *what)
{
  struct claim *claim = pool_alloc(source->pool, sizeof(*claim)) ;
  claim->range = range ;
  claim->where = where ;
  claim->what = what ;
  source->claims = pool_grow(source->pool, source->claims, source->nclaims, &source->claims_size, sizeof(struct claim *)) ;
  source->claims[source->nclaims++] = claim ;
  range.end = end_with_joined(source, range.end) ;
  for (uint32_t i = range.start ; i < range.end && i < source->len ; i++)
    if (!source->owner[i]) source->owner[i] = source->nclaims ;
  return claim ;
}

int claim_is_dropped (struct claim const *claim)
{
  return !strncmp(claim->where, "dropped", 7) ;
}

int claim_say_instead (struct pool *pool, struct claim *claim, char const *part, char const *instead)
{
  char const *at = strstr(claim->what, part) ;
  if (at) claim->what = pool_printf(pool, "%.*s%s%s", (int)(at - claim->what), claim->what, instead, at + strlen(part)) ;
  return !!at ;
}

static int must_be_claimed (struct source const *source, uint32_t byte)
{
  return !source->owner[byte] && !strchr(" \t\r\n;&", source->text[byte]) && !joins_lines(source, byte) ;
}

uint32_t source_unclaimed (struct source const *source, uint32_t line, struct range *range)
{
  for (; line <= source->nlines ; line++)
  {
    struct range all = source_line_range(source, line) ;
    uint32_t last = 0 ;
    range->start = all.end ;
    for (uint32_t i = all.start ; i < all.end ; i++)
      if (must_be_claimed(source, i))
      {
        if (range->start == all.end) range->start = i ;
        last = i + 1 ;
      }
    if (!last) continue ;
    range->end = last ;
    return line ;
  }
  return 0 ;
}
