#include <string.h>

#include <ini.h>

#include "migrate/supervisord/ini.h"

/* What inih calls back with has no place in the file: the reader below, which it asks
   for one line after the other, knows where it is. */
struct reading
{
  struct source *source ;
  struct ini *ini ;
  uint32_t next ; /* the line, from 0, that is read next */
} ;

static char *next_line (char *out, int max, void *data)
{
  struct reading *reading = data ;
  struct range range ;
  size_t len ;
  if (reading->next >= reading->source->nlines) return 0 ;
  range = source_line_range(reading->source, ++reading->next) ;
  len = range.end - range.start ;
  if (len > (size_t)max - 2) len = (size_t)max - 2 ;
  memcpy(out, reading->source->text + range.start, len) ;
  out[len++] = '\n' ;
  out[len] = 0 ;
  return out ;
}

static struct ini_section *section_named (struct reading *reading, char const *name)
{
  struct ini *ini = reading->ini ;
  struct ini_section **end = &ini->sections ;
  if (ini->last && !strcmp(ini->last->name, name)) return ini->last ;
  while (*end && strcmp((*end)->name, name) != 0) end = &(*end)->next ;
  if (!*end)
  {
    *end = pool_alloc(reading->source->pool, sizeof(struct ini_section)) ;
    (*end)->name = pool_copy(reading->source->pool, name, strlen(name)) ;
  }
  ini->last = *end ;
  return *end ;
}

static char const *lower (struct pool *pool, char const *name)
{
  char *copy = pool_alloc(pool, strlen(name) + 1) ;
  for (char *p = copy ; *name ; name++) *p++ = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name ;
  return copy ;
}

/* A continuation line is one that is indented deeper than its option. */
static size_t indentation (struct reading const *reading, struct range range)
{
  return strspn(reading->source->text + range.start, " \t") ;
}

/* inih takes comments off the first line of a value only. */
static char const *without_comment (struct pool *pool, char const *value)
{
  size_t len = 0 ;
  while (value[len] && !(strchr(";#", value[len]) && len && strchr(" \t", value[len - 1]))) len++ ;
  while (len && strchr(" \t", value[len - 1])) len-- ;
  return pool_copy(pool, value, len) ;
}

/* The line is an option of its own: inih took it for a continuation, as it is indented. */
static int split_option (struct pool *pool, char const **name, char const **value)
{
  size_t len = strcspn(*value, "=:") ;
  size_t end = len ;
  if (!(*value)[len]) return 0 ;
  while (end && strchr(" \t", (*value)[end - 1])) end-- ;
  *name = lower(pool, pool_copy(pool, *value, end)) ;
  *value += len + 1 ;
  *value += strspn(*value, " \t") ;
  return 1 ;
}

static int add_option (void *data, char const *section, char const *name, char const *value)
{
  struct reading *reading = data ;
  struct pool *pool = reading->source->pool ;
  struct range range = source_line_range(reading->source, reading->next) ;
  struct ini_option **end = &section_named(reading, section)->options ;
  struct ini_option *option ;
  int continues = indentation(reading, range) > 0 && value ;
  name = lower(pool, name) ;
  while (*end && strcmp((*end)->name, name) != 0) end = &(*end)->next ;
  option = *end ;
  if (option && continues)
  {
    value = without_comment(pool, value) ;
    if (indentation(reading, range) <= indentation(reading, option->range) && split_option(pool, &name, &value))
    {
      end = &section_named(reading, section)->options ;
      while (*end && strcmp((*end)->name, name) != 0) end = &(*end)->next ;
      option = *end ;
      continues = 0 ;
    }
  }
  if (option && continues)
  {
    option->value = pool_printf(pool, "%s\n%s", option->value, value) ;
    option->range.end = range.end ;
    return 1 ;
  }
  if (option) source_claim(reading->source, option->range, "dropped", "set again below") ;
  else *end = option = pool_alloc(pool, sizeof(*option)) ;
  option->name = name ;
  option->value = pool_copy(pool, value ? value : "", value ? strlen(value) : 0) ;
  option->range = range ;
  return 1 ;
}

/* Sections without an option, which inih does not tell, and where each begins. */
static void find_sections (struct reading *reading)
{
  struct source *source = reading->source ;
  for (uint32_t line = 1 ; line <= source->nlines ; line++)
  {
    struct range range = source_line_range(source, line) ;
    char const *text = source_copy(source, range) ;
    char const *end = strchr(text, ']') ;
    char const *blank = text + strspn(text, " \t") ;
    if (*text == '[' && end)
    {
      struct ini_section *section = section_named(reading, pool_copy(source->pool, text + 1, (size_t)(end - text - 1))) ;
      if (section->range.end) source_claim(source, range, "dropped", "the section goes on") ;
      else section->range = range ;
    }
    else if (*blank == ';' || *blank == '#') source_claim(source, range, "dropped", "comment") ;
  }
}

void ini_read (struct source *source, struct ini *ini)
{
  struct reading reading = { .source = source, .ini = ini } ;
  memset(ini, 0, sizeof(*ini)) ;
  /* As configparser, and supervisord's own settings of it. */
  ini_allow_multiline = 1 ;
  ini_allow_inline_comments = 1 ;
  ini_allow_no_value = 1 ;
  ini_start_comment_prefixes = ";#" ;
  ini_inline_comment_prefixes = ";#" ;
  ini_use_stack = 0 ;
  ini_allow_realloc = 0 ;
  ini_max_line = (int)source->len + 3 ;
  ini_initial_alloc = (int)source->len + 3 ;
  find_sections(&reading) ;
  ini->last = 0 ;
  ini_parse_stream(&next_line, &reading, &add_option, &reading) ;
}

char const *ini_take (struct source *source, struct ini_section const *section, char const *name, char const *where, char const *what)
{
  for (struct ini_option const *option = section->options ; option ; option = option->next)
    if (!strcmp(option->name, name))
    {
      uint32_t owner = source->owner[option->range.start] ;
      struct claim *claim = owner ? source->claims[owner - 1] : 0 ;
      if (what && !claim) source_claim(source, option->range, where, what) ;
      else if (what && !strncmp(claim->where, "services.d/", 11) && !strncmp(where, "services.d/", 11) && !strstr(claim->where, where))
        claim->where = pool_printf(source->pool, "%s, %s", claim->where, where) ;
      return option->value ;
    }
  return 0 ;
}
